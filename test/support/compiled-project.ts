import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const compiler = join(root, "node_modules/.bin/tsc");

/** What Node can't run as it stands, because it has decorators, compiled into a folder of its own. */
export interface CompiledProject {
  /** The URL of a file of the project, compiled; `main.ts` by its own name. */
  url(file: string): string;
  remove(): Promise<void>;
}

/**
 * Compiles the project of a `tsconfig.json`, whose `rootDir` is that of the repository. The folder lies within the
 * repository, so that what is compiled finds its packages, this one included. `options`: more of the compiler's.
 *
 * @throws with the messages of the compiler.
 */
export async function compileProject(config: string, options: readonly string[] = []): Promise<CompiledProject> {
  await mkdir(join(root, "data"), { recursive: true });
  const folder = await mkdtemp(join(root, "data/compiled-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await promisify(execFile)(process.execPath, [compiler, "-p", config, "--outDir", folder, ...options]);
  } catch (error) {
    await remove();
    throw new Error(`${relative(root, config)} can't be compiled:\n${(error as { stdout?: string }).stdout}`, {
      cause: error,
    });
  }
  const place = join(folder, relative(root, dirname(config)));
  return { url: (file) => pathToFileURL(join(place, file.replace(/\.ts$/, ".js"))).href, remove };
}
