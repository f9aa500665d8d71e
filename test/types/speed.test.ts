import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = join(root, "node_modules/.bin/node");
const tsc = join(root, "node_modules/typescript/bin/tsc");
const run = promisify(execFile);

const routes = 300;
const limitSeconds = 3;

let folder = "";

/** A project of its own beside the library, as its users have it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "afterwork-routes-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/afterwork"));
  for (const name of ["zod", "@types"]) {
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  const config = { extends: join(root, "tsconfig.json"), include: ["*.ts"], exclude: [] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "routes.ts"), source());
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function source(): string {
  return [
    'import { App, body, depends, header, int, path, query, type BackgroundTasks } from "afterwork";',
    'import { z } from "zod";',
    "export const app = new App();",
    "const session = depends(async function* () { yield { insert: async (row: object) => Object.keys(row).length }; });",
    "declare function audit(id: number, action: string): Promise<void>;",
    ...Array.from({ length: routes }, (_, index) => route(index)),
  ].join("\n");
}

/** Each with a schema and a dependency of its own, and a handler that uses all of its inputs. */
function route(index: number): string {
  return `
const Item${index} = z.object({ name: z.string(), price: z.number(), tags: z.array(z.string()), field${index}: z.string() });
const user${index} = depends({ token: header("x-token"), session }, ({ token, session }) => ({ token, session, id: ${index} }));
app.post(
  "/items${index}/:id",
  { id: path(int), page: query(int), agent: header("user-agent"), item: body(Item${index}), user: user${index} },
  async ({ id, page, agent, item, user, background }) => {
    const [number, text]: [number, string] = [id + page + item.price + user.id, agent + item.field${index} + user.token];
    background.addTask(audit, number, text);
    return { rows: await user.session.insert(item), number };
  },
);`;
}

interface Figures {
  readonly checkSeconds: number;
  readonly totalSeconds: number;
}

async function compile(): Promise<Figures> {
  const { stdout } = await run(node, [tsc, "-p", folder, "--extendedDiagnostics"]);
  const seconds = (name: string): number => Number(new RegExp(`^${name} time:\\s+([\\d.]+)s`, "m").exec(stdout)?.[1]);
  return { checkSeconds: seconds("Check"), totalSeconds: seconds("Total") };
}

test(`${routes} routes with five inputs each compile, and are checked in under ${limitSeconds} s`, async () => {
  await compile();
  const { checkSeconds, totalSeconds } = await compile();
  console.info(`${routes} routes: check time ${checkSeconds} s, total time ${totalSeconds} s`);
  expect(totalSeconds).toBeGreaterThan(0);
  expect(checkSeconds).toBeLessThan(limitSeconds);
}, 60_000);

test("a fault in one of them is found", async () => {
  await writeFile(
    join(folder, "fault.ts"),
    `import { app } from "./routes.ts";\napp.get("/", ({ nothing }) => nothing);\n`,
  );
  const failed: unknown = await compile().catch((error: unknown) => error);
  expect((failed as { stdout: string }).stdout).toContain("Property 'nothing' does not exist");
}, 60_000);
