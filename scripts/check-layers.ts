// Checks the floors of src/: imports go down only, faces don't know each other, no cycles (type imports included), and
// a database client or framework is imported in its own folder only. `node scripts/check-layers.ts [folder]`.
import { globSync, readFileSync } from "node:fs";
import { join, posix, relative, resolve, sep } from "node:path";
import { findCycles } from "./layers/cycles.ts";
import { foreignClient, forbiddenImport, misplaced } from "./layers/floors.ts";
import { findImports, type Import } from "./layers/imports.ts";

const root = resolve(process.argv[2] ?? "src");
const OWN_NAME = /^afterwork(\/|$)/;

const files = globSync("**/*.ts", { cwd: root })
  .map((file) => file.split(sep).join("/"))
  .toSorted();
const imports = new Map(files.map((file) => [file, findImports(readFileSync(join(root, file), "utf8"))] as const));

const violations = [...files.flatMap(judgeFile), ...judgeCycles()];
for (const violation of violations) console.error(violation);
console.log(`layers: ${files.length} files, ${violations.length} violations`);
process.exitCode = violations.length > 0 || files.length === 0 ? 1 : 0;

function judgeFile(file: string): readonly string[] {
  const reason = misplaced(file);
  const own = reason === undefined ? [] : [report(file, 1, reason)];
  const ofImports = (imports.get(file) ?? []).flatMap((found) => {
    const fault = judgeImport(file, found);
    return fault === undefined ? [] : [report(file, found.line, fault)];
  });
  return [...own, ...ofImports];
}

function judgeImport(file: string, { specifier }: Import): string | undefined {
  if (OWN_NAME.test(specifier)) return `upward import: ${specifier} is the package's own name; name the file instead`;
  const target = targetOf(file, specifier);
  if (target === undefined) return foreignClient(file, specifier);
  if (target.startsWith("../")) return `outside import: ${specifier} leaves the source folder`;
  return forbiddenImport(file, target);
}

function judgeCycles(): readonly string[] {
  const graph = new Map(files.map((file) => [file, (imports.get(file) ?? []).flatMap((found) => known(file, found))]));
  return findCycles(graph).map((cycle) => {
    const [first = "", second = first] = cycle;
    const line = (imports.get(first) ?? []).find((found) => targetOf(first, found.specifier) === second)?.line ?? 1;
    return report(first, line, `import cycle: ${[...cycle, first].join(" -> ")}`);
  });
}

function known(file: string, { specifier }: Import): readonly string[] {
  const target = targetOf(file, specifier);
  return target !== undefined && imports.has(target) ? [target] : [];
}

/** The file that a relative import names, as a path below the root; undefined for a package. */
function targetOf(file: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : undefined;
}

function report(file: string, line: number, rule: string): string {
  return `${relative(process.cwd(), join(root, file))}:${line}  ${rule}`;
}
