// Finds the imports of a TypeScript source by its text: the compiler in use has no API for it.

/** One module named by a source: by `import`, `export … from` or `import("…")`, in types too. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const CLAUSE = String.raw`[\w$\s,{}*]+?`;
const PATTERNS = [
  new RegExp(String.raw`(?<![.\w$])(?:import|export)(?=[\s{*])${CLAUSE}(?<![\w$])from\s*["']`, "g"),
  /(?<![.\w$])import\s*["']/g,
  /(?<![.\w$])import\s*\(\s*["'\x60]/g,
];

/** The imports of a source in the order of their lines; those in comments, strings and templates are none. */
export function findImports(source: string): readonly Import[] {
  const { code, strings } = mask(source);
  const found = PATTERNS.flatMap((pattern) =>
    [...code.matchAll(pattern)].flatMap((match) => {
      const quote = match.index + match[0].length - 1;
      const specifier = strings.get(quote);
      return specifier === undefined ? [] : [{ specifier, line: source.slice(0, quote).split("\n").length }];
    }),
  );
  return found.toSorted((one, other) => one.line - other.line);
}

interface Masked {
  /** The source with comments, regular expressions and the contents of strings turned into spaces; every index is kept. */
  readonly code: string;
  /** The contents of each string, by the index of its opening quote. */
  readonly strings: ReadonlyMap<number, string>;
}

const TOKENS = {
  comment: /\/\/.*|\/\*[^]*?(?:\*\/|$)/y,
  string: /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/y,
  templatePart: /(?:[^`\\$]|\\[^]|\$(?!\{))*/y,
  regExp: /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y,
};

// After one of these a slash begins a regular expression; after anything else it divides.
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|(?<![.\w$])(?:return|typeof|case|in|of|do|else|void|await|yield))\s*$/;

function mask(source: string): Masked {
  const strings = new Map<number, string>();
  const templates: number[] = [];
  let code = "";
  let braces = 0;

  while (code.length < source.length) {
    const at = code.length;
    const text = token(source, at, code);
    const first = text[0];
    if (first === "`" || (first === "}" && templates.at(-1) === braces)) {
      if (first === "}") templates.pop();
      takeTemplate(at, first);
    } else if (first === '"' || first === "'") {
      strings.set(at, text.slice(1, -1));
      code += first + blank(text.slice(1, -1)) + (text.length > 1 ? first : "");
    } else if (text.length > 1) {
      code += blank(text);
    } else {
      if (first === "{") braces++;
      if (first === "}") braces--;
      code += text;
    }
  }
  return { code, strings };

  /** Takes a template from its opening (or from the end of an inserted expression) to its end or to the next expression. */
  function takeTemplate(at: number, opening: "`" | "}"): void {
    const part = matchAt(TOKENS.templatePart, source, at + 1) ?? "";
    code += opening + blank(part);
    if (source.startsWith("${", code.length)) {
      templates.push(braces);
      code += "  ";
    } else {
      if (opening === "`") strings.set(at, part);
      code += source[code.length] ?? "";
    }
  }
}

/** The comment, string or regular expression that begins here, or else the one character. */
function token(source: string, at: number, before: string): string {
  const text = matchAt(TOKENS.comment, source, at) ?? matchAt(TOKENS.string, source, at);
  if (text !== undefined) return text;
  const isRegExp = source[at] === "/" && BEFORE_REGEXP.test(before.slice(-80));
  return (isRegExp ? matchAt(TOKENS.regExp, source, at) : undefined) ?? source.charAt(at);
}

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
