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
const tasks = 500;
const limitSeconds = 3;

const folders = { routes: "", tasks: "" };

beforeAll(async () => {
  folders.routes = await createProject("routes", routesSource());
  folders.tasks = await createProject("tasks", tasksSource());
});

afterAll(() => Promise.all(Object.values(folders).map((folder) => rm(folder, { recursive: true, force: true }))));

/** A project of its own beside the library, as its users have it. */
async function createProject(name: string, source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `afterwork-${name}-`));
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/afterwork"));
  for (const library of ["zod", "@types"]) {
    await symlink(join(root, "node_modules", library), join(folder, "node_modules", library));
  }
  const config = { extends: join(root, "tsconfig.json"), include: ["*.ts"], exclude: [] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, `${name}.ts`), source);
  return folder;
}

function routesSource(): string {
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

function tasksSource(): string {
  return [
    'import { chain, group, task, type BackgroundTasks } from "afterwork";',
    "export declare const background: BackgroundTasks;",
    "type Json = string | number | boolean | null | Json[] | { [key: string]: Json };",
    ...Array.from({ length: tasks / 2 }, (_, index) => twoDurableTasks(index)),
    ...Array.from({ length: tasks / 10 }, (_, index) => composition(index)),
  ].join("\n");
}

/** With arguments and results that are deep enough to be worth a look, each added once. */
function twoDurableTasks(index: number): string {
  return `
interface Order${index} { readonly id: number; readonly lines: readonly { sku: string; count: number; note?: string }[]; readonly more: Json; field${index}: string }
export const ship${index} = task(
  "ship${index}",
  { durable: true, retries: 3, unique: { key: (order: Order${index}) => order.field${index} } },
  async ({ job, step }, order: Order${index}, region: "eu" | "us") => {
    const count = await step("count", () => order.lines.length);
    return { id: job.id, count, region, order };
  },
);
export const tell${index} = task("tell${index}", { durable: true }, (_context, shipped: { count: number }) => shipped.count);
export function add${index}(order: Order${index}): unknown {
  background.addTask(tell${index}, { count: 1 });
  return background.addTask(ship${index}.with({ priority: 5 }), order, "eu");
}`;
}

function composition(index: number): string {
  return `
export function compose${index}(order: Order${index}): unknown {
  return background.addTask(chain([ship${index}, order, "us"], group(tell${index}, tell${index})));
}`;
}

interface Figures {
  readonly checkSeconds: number;
  readonly totalSeconds: number;
}

async function compile(folder: string): Promise<Figures> {
  const { stdout } = await run(node, [tsc, "-p", folder, "--extendedDiagnostics"]);
  const seconds = (name: string): number => Number(new RegExp(`^${name} time:\\s+([\\d.]+)s`, "m").exec(stdout)?.[1]);
  return { checkSeconds: seconds("Check"), totalSeconds: seconds("Total") };
}

/** The quickest of three counts: what else the machine does can only add to the time. */
async function measure(what: string, folder: string): Promise<void> {
  const runs = [await compile(folder), await compile(folder), await compile(folder)];
  const checkSeconds = Math.min(...runs.map((figures) => figures.checkSeconds));
  const totalSeconds = Math.min(...runs.map((figures) => figures.totalSeconds));
  console.info(`${what}: check time ${checkSeconds} s, total time ${totalSeconds} s`);
  expect(totalSeconds).toBeGreaterThan(0);
  expect(checkSeconds).toBeLessThan(limitSeconds);
}

async function faultOf(folder: string, source: string): Promise<string> {
  await writeFile(join(folder, "fault.ts"), source);
  const failed: unknown = await compile(folder).catch((error: unknown) => error);
  return (failed as { stdout: string }).stdout;
}

test(`${routes} routes with five inputs each compile, and are checked in under ${limitSeconds} s`, async () => {
  await measure(`${routes} routes`, folders.routes);
}, 60_000);

test(`${tasks} durable tasks compile, and are checked in under ${limitSeconds} s`, async () => {
  await measure(`${tasks} durable tasks`, folders.tasks);
}, 60_000);

test("a fault in a route is found", async () => {
  const fault = await faultOf(
    folders.routes,
    `import { app } from "./routes.ts";\napp.get("/", ({ nothing }) => nothing);\n`,
  );
  expect(fault).toContain("Property 'nothing' does not exist");
}, 60_000);

test("a fault in a durable task is told in a sentence, with its path", async () => {
  const source = `import { task } from "afterwork";
interface User { readonly name: string; readonly seen: readonly { at?: Date }[] }
task("a", { durable: true }, (_context, _id: number, _user: User) => {});
task("b", { durable: true }, () => ({ total: 5n }));
task("c", { queue: "x" }, () => {});
`;
  const fault = await faultOf(folders.tasks, source);
  expect(fault).toContain(
    "argument 2 (.seen[].at) is no plain JSON, but a Date: pass a string, or give the task a codec",
  );
  expect(fault).toContain(
    "the result (.total) is no plain JSON, but a bigint: return a string, or give the task a codec",
  );
  expect(fault).toContain("queue needs durable: true");
}, 60_000);
