import { sleep, systemClock } from "../base/clock.ts";
import { AfterworkError } from "../base/errors.ts";
import type { Store } from "../stores/contract/store.ts";
import { exitCode } from "./exit-code.ts";
import { loadEngine } from "./load-engine.ts";
import { printFault } from "./print.ts";
import { storeOf } from "./store-of.ts";
import { UsageError } from "./usage-error.ts";

/** Where an engine is found. */
export interface EnginePlace {
  readonly file: string;
  readonly exportName: string | undefined;
}

/** How long connections may take to end; the process ends them anyway. */
const closingMs = 2_000;

/**
 * Lets `use` have the store of an engine, which is not opened: that would migrate it, or refuse. Returns the exit code; what
 * went wrong has been printed.
 *
 * @throws {UsageError} when there is no such engine.
 */
export async function withStore(place: EnginePlace, use: (store: Store) => Promise<number>): Promise<number> {
  try {
    const store = storeOf(await loadEngine(place.file, place.exportName));
    if (store === undefined) throw new UsageError("expected an engine of the same version of afterwork as the command");
    return await useStore(store, use);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    printFault("the module of the engine failed", error);
    return exitCode.failed;
  }
}

async function useStore(store: Store, use: (store: Store) => Promise<number>): Promise<number> {
  try {
    return await use(store);
  } catch (error) {
    if (isToldEnough(error)) printFault(error.message);
    else printFault("the store failed", error);
    return exitCode.failed;
  } finally {
    const closed = store.close().catch(() => {});
    await Promise.race([closed, sleep(systemClock, closingMs)]);
  }
}

/** Of another copy of the library, too. */
function isToldEnough(error: unknown): error is Error {
  return error instanceof AfterworkError || (error instanceof Error && error.name === "StoreFaultError");
}
