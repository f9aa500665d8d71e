import type { CallSettings } from "./calls.ts";
import type { EngineCore } from "./engine-core.ts";
import type { JobSource } from "./jobs/stored-job.ts";

/** What a client works with. */
export interface ClientParts {
  core(): EngineCore;
  readonly calls: CallSettings;
  readonly source: () => JobSource;
  /** Something is being stored that may be claimed at once: who works here should look in the same turn. */
  readonly onEager: () => void;
}
