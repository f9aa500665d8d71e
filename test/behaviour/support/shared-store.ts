import { tmpdir } from "node:os";
import { join } from "node:path";

import { Engine, memory, type Log, type Store, type TaskSource } from "afterwork";
import { describe, onTestFinished } from "vitest";

import { database, databaseUrl, dropSchema, newSchemaName } from "../../support/database.ts";
import { storeAt, type Place } from "../../support/places.ts";
import { describeWith, type Service } from "../../support/service.ts";
import { startChild, type Child } from "./child.ts";
import { storePath } from "./engines.ts";

/** A store that several engines of this process can use, each by a handle of its own. */
export interface FreshStore {
  /** It is not opened yet. */
  open(): Store;
}

/** A store that several processes use. It goes when the test ends, and they go before it. */
export interface SharedStore extends FreshStore {
  readonly place: Place;
  /** An engine in this process that does not work. */
  engine(tasks: TaskSource): Engine;
  /** Starts a process that runs a script of `fixtures/durable`, which is told the place. Default `worker.ts`. */
  start(environment?: Readonly<Record<string, string>>, script?: string): Child;
  /** The same; resolves when it works. */
  worker(environment?: Readonly<Record<string, string>>, script?: string): Promise<Child>;
}

/** A kind of store that several processes can use. */
interface Kind {
  readonly name: string;
  readonly needs: Service;
  /** Does the clock of a server count, and not that of a process? */
  readonly hasClock: boolean;
  /** A place with nothing there; whatever comes there goes with the test. */
  readonly newPlace: () => Place;
}

const kinds: readonly Kind[] = [
  {
    name: "sqlite",
    needs: { name: "SQLite", isThere: true },
    hasClock: false,
    newPlace: () => ({ kind: "sqlite", path: storePath() }),
  },
  { name: "postgres", needs: database, hasClock: true, newPlace: newSchema },
];

/** Declares a case once for every store that several processes can use. `fresh` makes an empty one for a test. */
export function forEachSharedStore(title: string, declare: (fresh: () => SharedStore) => void): void {
  for (const kind of kinds) declareFor(kind, title, declare);
}

/** The same, where the clock of a server counts. */
export function forEachServerStore(title: string, declare: (fresh: () => SharedStore) => void): void {
  for (const kind of kinds) if (kind.hasClock) declareFor(kind, title, declare);
}

/** The same, for a memory store as well. */
export function forEachStore(title: string, declare: (fresh: () => FreshStore) => void): void {
  describe(`${title}, on memory`, () => {
    declare(() => {
      const store = memory();
      return { open: () => store };
    });
  });
  forEachSharedStore(title, declare);
}

function declareFor({ name, needs, newPlace }: Kind, title: string, declare: (fresh: () => SharedStore) => void): void {
  describeWith(needs, `${title}, on ${name}`, () => declare(() => share(newPlace())));
}

function newSchema(): Place {
  const schema = newSchemaName();
  onTestFinished(() => dropSchema(schema));
  return { kind: "postgres", url: databaseUrl, schema };
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
/** With it, a process starts in a third of the time. @see https://nodejs.org/api/module.html#module-compile-cache */
const compileCache = join(tmpdir(), "afterwork-compile-cache");
const scripts = new URL("../fixtures/durable/", import.meta.url);

function share(place: Place): SharedStore {
  const told = { PLACE: JSON.stringify(place), NODE_COMPILE_CACHE: compileCache };
  const start = (environment: Readonly<Record<string, string>> = {}, script = "worker.ts"): Child =>
    startChild(new URL(script, scripts), { ...told, ...environment });
  return {
    place,
    start,
    open: () => storeAt(place),
    engine: (tasks) => {
      const engine = new Engine({ store: storeAt(place), tasks, log: silent });
      onTestFinished(() => engine.close());
      return engine;
    },
    worker: async (environment, script) => {
      const child = start(environment, script);
      await child.line(/^ready$/);
      return child;
    },
  };
}
