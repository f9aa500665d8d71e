import { arriving } from "./arriving.ts";
import { basics } from "./basics.ts";
import { claiming } from "./claiming.ts";
import { control } from "./control.ts";
import { endings } from "./endings.ts";
import { gates } from "./gates.ts";
import { inserting } from "./inserting.ts";
import { plainInserting } from "./plain-inserting.ts";
import { placing } from "./placing.ts";
import { reading } from "./reading.ts";
import { records } from "./records.ts";
import { removal } from "./removal.ts";
import { schedules } from "./schedules.ts";
import { sessions } from "./sessions.ts";
import { settling } from "./settling.ts";
import { tables } from "./tables.ts";
import { taking } from "./taking.ts";

/** The first layout, and the functions that are its interface. */
export const firstMigration: readonly string[] = [
  ...tables,
  ...basics,
  ...gates,
  ...placing,
  ...endings,
  ...plainInserting,
  ...inserting,
  ...arriving,
  ...taking,
  ...claiming,
  ...settling,
  ...sessions,
  ...control,
  ...removal,
  ...records,
  ...reading,
  ...schedules,
];
