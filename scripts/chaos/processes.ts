import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** With it, a process starts in a third of the time. @see https://nodejs.org/api/module.html#module-compile-cache */
const compileCache = join(tmpdir(), "afterwork-compile-cache");

/** Whatever happens, none of them lives longer. */
const longestLifeMs = 15 * 60_000;

export type Role = "worker" | "producer";

/** One process of the trial. */
export class Member {
  readonly role: Role;
  readonly name: string;
  readonly exit: Promise<void>;
  readonly #child: ChildProcess;
  /** When it was killed, or has ended by itself. */
  endedAt = Number.POSITIVE_INFINITY;
  isReady = false;
  isFrozen = false;
  /** It was told to end. */
  isLeaving = false;

  constructor(role: Role, name: string, environment: Readonly<Record<string, string>>) {
    this.role = role;
    this.name = name;
    const script = fileURLToPath(new URL(`./${role}-process.ts`, import.meta.url));
    const errors = openSync(join(environment["FOLDER"] ?? "", `${name}.stderr`), "a");
    const own = { NODE_OPTIONS: "", NODE_COMPILE_CACHE: compileCache, NAME: name, LIFE: String(longestLifeMs) };
    this.#child = spawn(process.execPath, ["--conditions=afterwork-source", script], {
      env: { ...process.env, ...own, ...environment },
      stdio: ["ignore", "pipe", errors],
    });
    this.#child.stdout?.once("data", () => (this.isReady = true));
    this.exit = new Promise((resolve) => {
      this.#child.once("exit", () => {
        this.endedAt = Math.min(this.endedAt, Date.now());
        resolve();
      });
    });
  }

  get isAlive(): boolean {
    return this.endedAt === Number.POSITIVE_INFINITY;
  }

  /** Can something be done to it that it notices? */
  get isAtWork(): boolean {
    return this.isAlive && this.isReady && !this.isFrozen && !this.isLeaving;
  }

  kill(): void {
    if (!this.isAlive) return;
    this.#child.kill("SIGKILL");
    this.endedAt = Date.now();
  }

  freeze(): void {
    this.isFrozen = true;
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.isFrozen = false;
    this.#child.kill("SIGCONT");
  }

  /** Asks it to end. */
  leave(): void {
    this.isLeaving = true;
    this.#child.kill("SIGTERM");
  }
}

/** The processes of the trial: those that live, and those that did. */
export class Members {
  readonly all: Member[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  start(role: Role, seed: number): Member {
    const name = `${role}-${this.all.length + 1}`;
    const member = new Member(role, name, { ...this.#environment, SEED: String(seed) });
    this.all.push(member);
    return member;
  }

  living(role: Role): readonly Member[] {
    return this.all.filter((member) => member.role === role && member.isAlive);
  }

  /** Ends what still lives, at once. */
  async killAll(): Promise<void> {
    for (const member of this.all) member.kill();
    await Promise.all(this.all.map(({ exit }) => exit));
  }
}
