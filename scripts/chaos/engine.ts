import { Engine, type Log } from "afterwork";

import { storeAt, type Place } from "../../test/support/places.ts";
import { limitedTask } from "./limited-task.ts";
import * as tasks from "./tasks.ts";

/** As short as it may be, so that much is lost and taken back in little time. */
const lease = "1s";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const limited: ReturnType<typeof limitedTask> = limitedTask(() => made as Engine);
let made: Engine | undefined;

/** The engine of this process. */
export function makeEngine(place: Place): Engine {
  made = new Engine({ store: storeAt(place), tasks: { ...tasks, limited }, lease, grace: "1s", log: silent });
  return made;
}
