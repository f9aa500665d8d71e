import { isBuiltin } from "node:module";
import { build } from "vite";

/** Packages of CommonJS ask for Node's modules by `require`; wrangler's bundles have one, too. */
const banner = 'import { createRequire } from "node:module"; const require = createRequire("/");';

/** Bundles a module and all that it imports into the code of one module, as for Cloudflare Workers. */
export async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    ssr: { target: "webworker", noExternal: true, resolve: { conditions: ["afterwork-source", "workerd", "worker"] } },
    build: {
      ssr: entry,
      write: false,
      minify: false,
      rolldownOptions: { external: (id) => isBuiltin(id), output: { banner, codeSplitting: false } },
    },
  });
  const [only] = Array.isArray(built) ? built : [built];
  if (only === undefined || !("output" in only)) throw new Error("expected the bundler to write one bundle");
  return only.output[0].code;
}
