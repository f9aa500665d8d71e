/** A path as OpenAPI writes it, with the parameters that stand in it, in order. */
export interface PathTemplate {
  readonly path: string;
  readonly parameters: readonly PathParameter[];
}

/** A parameter's name, and the regular expression that Hono holds its segment against. */
export interface PathParameter {
  readonly name: string;
  readonly pattern?: string;
}

/**
 * The templates of a path in Hono's syntax: several where parameters are optional, the shortest first. OpenAPI has no
 * wildcards; a `*` becomes a parameter called `wildcard`.
 *
 * @see https://hono.dev/docs/api/routing
 */
export function pathTemplates(path: string): readonly PathTemplate[] {
  const optionalEnd = path.endsWith("?");
  const templates: PathTemplate[] = [];
  let current: PathTemplate = { path: "", parameters: [] };
  for (const segment of pathSegments(path)) {
    const parameter = readParameter(segment, current.parameters);
    if (optionalEnd && parameter !== undefined && segment.endsWith("?")) templates.push(current);
    current = extend(current, segment, parameter);
  }
  return [...templates, current].map((template) => (template.path === "" ? { ...template, path: "/" } : template));
}

function extend(template: PathTemplate, segment: string, parameter: PathParameter | undefined): PathTemplate {
  if (parameter === undefined) {
    const literal = segment.replaceAll(/[{}]/g, encodeURIComponent);
    return { ...template, path: `${template.path}/${literal}` };
  }
  return { path: `${template.path}/{${parameter.name}}`, parameters: [...template.parameters, parameter] };
}

/** The names of the parameters in a path, in their order. */
export function pathParameterNames(path: string): readonly string[] {
  return pathSegments(path).flatMap((segment) => (segment === "*" ? [] : (readParameter(segment, [])?.name ?? [])));
}

/** The texts between a path's parameters. */
export function pathLiterals(path: string): readonly string[] {
  return pathSegments(path).filter((segment) => readParameter(segment, []) === undefined);
}

/** A slash within a parameter's regular expression divides nothing. */
function pathSegments(path: string): readonly string[] {
  const segments: string[] = [];
  let segment = "";
  let depth = 0;
  for (const character of path.replace(/^\//, "")) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (character === "/" && depth === 0) {
      segments.push(segment);
      segment = "";
    } else segment += character;
  }
  return [...segments, segment];
}

function readParameter(segment: string, before: readonly PathParameter[]): PathParameter | undefined {
  if (segment === "*") return { name: wildcardName(before) };
  const match = /^:([^{}?]+)(?:\{(.+)\})?\??$/.exec(segment);
  if (match?.[1] === undefined) return undefined;
  return match[2] === undefined ? { name: match[1] } : { name: match[1], pattern: match[2] };
}

function wildcardName(before: readonly PathParameter[]): string {
  const earlier = before.filter(({ name }) => name.startsWith("wildcard")).length;
  return earlier === 0 ? "wildcard" : `wildcard${earlier + 1}`;
}
