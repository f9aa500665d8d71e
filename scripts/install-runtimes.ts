// Installs the runtimes of test/runtimes, which the tests of adapters run the package on, when they are missing or when
// their lock file has changed. They are no development dependencies: one of them would take the place of our own Node.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../test/runtimes/", import.meta.url));
const stamp = `${folder}node_modules/.installed-lock`;
const lock = readFileSync(`${folder}package-lock.json`, "utf8");
const patienceMs = 5 * 60_000;

if (readStamp() !== lock) install();

function readStamp(): string | undefined {
  try {
    return readFileSync(stamp, "utf8");
  } catch {
    return undefined;
  }
}

/** No scripts: all of these packages bring what they need. Without a network the tests say what they leave out. */
function install(): void {
  console.log("installing the runtimes that adapters are tested on (test/runtimes)");
  const args = ["ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync("npm", args, { stdio: "inherit", timeout: patienceMs });
  if (status === 0) writeFileSync(stamp, lock);
  else
    console.error(`the runtimes of test/runtimes could not be installed (${error?.message ?? `exit code ${status}`})`);
}
