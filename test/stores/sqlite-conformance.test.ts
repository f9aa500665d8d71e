import { DatabaseSync } from "node:sqlite";
import { describeConformance, type UserTransaction } from "afterwork/conformance";
import { sqlite } from "afterwork/sqlite";
import { afterAll, describe, test } from "vitest";
import type { Store } from "../../src/stores/contract/store.ts";
import { SqliteFolder } from "./sqlite-folder.ts";

const folder = new SqliteFolder();
afterAll(() => folder[Symbol.dispose]());
const paths = new WeakMap<Store, string>();

describeConformance(
  { describe, test },
  {
    name: "sqlite",
    open({ clock }) {
      const path = folder.newFile();
      const store = sqlite(path, { clock });
      paths.set(store, path);
      return store;
    },
    begin: async (store) => begin(paths.get(store) ?? ""),
  },
);

describeConformance(
  { describe, test },
  { name: "sqlite in memory", open: ({ clock }) => sqlite(":memory:", { clock }) },
);

function begin(path: string): UserTransaction {
  const tx = new DatabaseSync(path);
  tx.exec("begin immediate");
  const end = async (how: "commit" | "rollback"): Promise<void> => {
    tx.exec(how);
    tx.close();
  };
  return { tx, commit: () => end("commit"), rollback: () => end("rollback") };
}
