import type { Engine } from "../engine/engine.ts";
import type { Store } from "../stores/contract/store.ts";
import type { WorkableEngine } from "./load-engine.ts";

/**
 * The store of an engine, opened or not. By the engine's own class: the module may have another copy of the library than the
 * command line. `undefined` if that is one of another version.
 */
export function storeOf(engine: WorkableEngine): Store | undefined {
  const { internalsOf } = engine.constructor as Partial<typeof Engine>;
  return internalsOf?.(engine as Engine).store;
}
