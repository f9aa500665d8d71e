import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** With it, a process starts in a third of the time. @see https://nodejs.org/api/module.html#module-compile-cache */
const compileCache = join(tmpdir(), "afterwork-compile-cache");

/** Whatever happens, none of them lives longer. */
const longestLifeMs = 15 * 60_000;
/** Who is told to end has done so by then, when nothing is in its way. */
const patienceMs = 30_000;

export type Role = "worker" | "producer";

/** One process of the trial. */
export class Member {
  readonly role: Role;
  readonly name: string;
  readonly exit: Promise<void>;
  /** Is its clock wrong? */
  readonly isShifted: boolean;
  readonly #child: ChildProcess;
  #leftAt = Number.POSITIVE_INFINITY;
  #wasKilled = false;
  #ending = "nothing";
  /** When it was killed, or has ended by itself. */
  endedAt = Number.POSITIVE_INFINITY;
  isReady = false;
  isFrozen = false;
  /** It was told to end. */
  isLeaving = false;

  constructor(role: Role, name: string, environment: Readonly<Record<string, string>>) {
    this.role = role;
    this.name = name;
    this.isShifted = environment["CLOCK_SHIFT_MS"] !== undefined;
    const script = fileURLToPath(new URL(`./${role}-process.ts`, import.meta.url));
    const errors = openSync(join(environment["FOLDER"] ?? "", `${name}.stderr`), "a");
    const own = { NODE_OPTIONS: "", NODE_COMPILE_CACHE: compileCache, NAME: name, LIFE: String(longestLifeMs) };
    this.#child = spawn(process.execPath, ["--conditions=afterwork-source", ...preload(this.isShifted), script], {
      env: { ...process.env, ...own, ...environment },
      stdio: ["ignore", "pipe", errors],
    });
    this.#child.stdout?.once("data", () => (this.isReady = true));
    this.exit = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        this.endedAt = Math.min(this.endedAt, Date.now());
        this.#ending = signal ?? `code ${code}`;
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

  /** How long it took from the call to the end; 0 if there was no such call. */
  get leavingMs(): number {
    return this.isAlive || this.#wasKilled ? 0 : Math.max(0, this.endedAt - this.#leftAt);
  }

  /** What is wrong with how it has ended, if it has. Until it is ready, it may give up. */
  get fault(): string | undefined {
    if (this.isAlive || !this.isReady || this.#wasKilled || (this.isLeaving && this.#ending === "code 0"))
      return undefined;
    return `${this.name} ended ${this.isLeaving ? "badly" : "by itself"}, with ${this.#ending}; see ${this.name}.stderr`;
  }

  kill(): void {
    if (!this.isAlive) return;
    this.#child.kill("SIGKILL");
    this.#wasKilled = true;
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
    // A second signal would end it at once.
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.#leftAt = Date.now();
    this.#child.kill("SIGTERM");
  }
}

function preload(isShifted: boolean): readonly string[] {
  return isShifted ? [`--import=${new URL("../../test/support/shifted-clock.ts", import.meta.url).href}`] : [];
}

/** The processes of the trial: those that live, and those that did. */
export class Members {
  readonly all: Member[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** `shiftMs`: how far its clock is off. */
  start(role: Role, seed: number, shiftMs = 0): Member {
    const name = `${role}-${this.all.length + 1}`;
    const shift = shiftMs === 0 ? {} : { CLOCK_SHIFT_MS: String(shiftMs) };
    const member = new Member(role, name, { ...this.#environment, ...shift, SEED: String(seed) });
    this.all.push(member);
    return member;
  }

  living(role: Role): readonly Member[] {
    return this.all.filter((member) => member.role === role && member.isAlive);
  }

  /** Asks all of a role to end. Returns those that have not, and have been killed for that. */
  async endAll(role: Role): Promise<readonly Member[]> {
    const living = this.living(role);
    for (const member of living) member.leave();
    const ended = Promise.all(living.map(({ exit }) => exit));
    await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
    const late = living.filter(({ isAlive }) => isAlive);
    for (const member of late) member.kill();
    await ended;
    return late;
  }

  /** Ends what still lives, at once. */
  async killAll(): Promise<void> {
    for (const member of this.all) member.kill();
    await Promise.all(this.all.map(({ exit }) => exit));
  }
}
