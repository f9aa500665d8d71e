import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const probe = `
import fastapi, importlib.util, platform, pydantic, uvicorn
extras = [name for name in ("uvloop", "httptools") if importlib.util.find_spec(name)]
print(f"{platform.python_version()}, pydantic {pydantic.VERSION}, Uvicorn {uvicorn.__version__}"
      + "".join(f", {name}" for name in extras))
`;

export type Python =
  | { readonly found: true; readonly command: string; readonly versions: string }
  | { readonly found: false; readonly why: string };

/** The first interpreter that has FastAPI and Uvicorn: `PYTHON`, or python3 on the path, or the system's. */
export async function findPython(): Promise<Python> {
  const named = process.env["PYTHON"];
  const candidates = named === undefined ? ["python3", "/usr/bin/python3"] : [named];
  const reasons: string[] = [];
  for (const command of candidates) {
    try {
      const { stdout } = await run(command, ["-c", probe], { timeout: 20_000 });
      return { found: true, command, versions: stdout.trim() };
    } catch (error) {
      reasons.push(`${command}: ${reasonOf(error as Error & { stderr?: string; code?: unknown })}`);
    }
  }
  return { found: false, why: reasons.join("; ") };
}

/** The last line of a Python traceback names the error. */
function reasonOf({ stderr = "", code, message }: Error & { stderr?: string; code?: unknown }): string {
  if (stderr.trim() !== "") return stderr.trim().split("\n").at(-1) ?? "";
  return typeof code === "number" ? `exit code ${code}` : message;
}
