// The floors of src/, lowest first, and the folders that may know a given database client or framework.

/** A file imports from its own folder and from lower floors; folders that share a floor never import each other. */
const FLOORS: readonly (readonly string[])[] = [
  ["base"],
  ["dependencies"],
  ["tasks"],
  ["background"],
  ["stores"],
  ["engine", "celery"],
  ["app"],
  ["cli", "dashboard", "testing", "adapters", "servers"],
];

/** In these, each sub-folder is a face of its own: one framework's adapter doesn't know another's. */
const FOLDERS_OF_FACES: readonly string[] = ["adapters", "servers"];

const HTTP = ["app", "adapters", "servers", "testing", "dashboard"];

const CLIENTS: readonly { readonly packages: RegExp; readonly homes: readonly string[] }[] = [
  { packages: /^hono(\/|$)/, homes: HTTP },
  { packages: /^@hono\/node-server(\/|$)/, homes: ["servers", "adapters"] },
  { packages: /^ws(\/|$)/, homes: ["servers"] },
  { packages: /^node:sqlite$|^better-sqlite3$/, homes: ["stores/sqlite"] },
  { packages: /^(pg|pg-[\w-]+|postgres|@electric-sql\/pglite)(\/|$)/, homes: ["stores/postgres/client"] },
  { packages: /^(@redis\/[\w-]+|redis|ioredis)(\/|$)/, homes: ["stores/redis", "celery"] },
  { packages: /^(amqplib|amqp-connection-manager)(\/|$)/, homes: ["celery"] },
  { packages: /^(fastify|@fastify\/(?!busboy)[\w-]+)(\/|$)/, homes: ["adapters/fastify"] },
  { packages: /^express(\/|$)/, homes: ["adapters/express"] },
  { packages: /^(koa|@koa\/[\w-]+)(\/|$)/, homes: ["adapters/koa"] },
  { packages: /^(@nestjs\/[\w-]+|rxjs)(\/|$)/, homes: ["adapters/nest"] },
  { packages: /^h3(\/|$)/, homes: ["adapters/h3"] },
  { packages: /^next(\/|$)/, homes: ["adapters/next"] },
  { packages: /^preact(\/|$)|^@preact\//, homes: ["dashboard"] },
];

/** The one file above all floors: what the package exports. */
const ROOF = "index.ts";

/** Why a file has no place in the building, if it has none. Paths are relative to src/. */
export function misplaced(file: string): string | undefined {
  if (file === ROOF || floorOf(file) !== undefined) return undefined;
  return `stands on no floor: expected ${ROOF} or one of the folders ${FLOORS.flat().join(", ")}`;
}

/** Why one file of src/ may not import another, if it may not. */
export function forbiddenImport(from: string, to: string): string | undefined {
  if (from === ROOF) return undefined;
  if (to === ROOF) return `upward import: ${ROOF} is above every floor`;
  const own = floorOf(from);
  const other = floorOf(to);
  if (own === undefined || other === undefined) return undefined;
  if (other > own) return `upward import: ${folderOf(from)} is below ${folderOf(to)}`;
  if (other < own) return undefined;
  if (faceOf(from).startsWith(faceOf(to)) || faceOf(to).startsWith(faceOf(from))) return undefined;
  return `sideways import: ${faceOf(from)} and ${faceOf(to)} share a floor and never know each other`;
}

/** Why a file may not import a package, if it may not. */
export function foreignClient(from: string, specifier: string): string | undefined {
  const client = CLIENTS.find(({ packages }) => packages.test(specifier));
  if (client === undefined) return undefined;
  if (client.homes.some((home) => from === `${home}.ts` || from.startsWith(`${home}/`))) return undefined;
  return `foreign client: ${specifier} belongs in ${client.homes.join(", ")} only`;
}

function floorOf(file: string): number | undefined {
  const floor = FLOORS.findIndex((folders) => folders.includes(folderOf(file)));
  return floor === -1 ? undefined : floor;
}

function folderOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
}

/** The folder, or the sub-folder where each is a face of its own: `servers/` for what all servers share, `servers/node/`. */
function faceOf(file: string): string {
  const [folder = "", face, ...rest] = file.split("/");
  return FOLDERS_OF_FACES.includes(folder) && rest.length > 0 ? `${folder}/${face}/` : `${folder}/`;
}
