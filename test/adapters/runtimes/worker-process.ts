import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Runs `worker-host.ts`, which ends with its input. Who kills a test's process does not know of the workerd that it has
 * started; this one may be killed, for its end of the pipe goes with it.
 */
const host = fileURLToPath(new URL("worker-host.ts", import.meta.url));
const args = [...process.execArgv, host, ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"] });
process.stdin.pipe(child.stdin);
child.on("exit", (code) => process.exit(code ?? 1));
