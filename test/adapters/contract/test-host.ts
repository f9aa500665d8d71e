import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Case, OwnSite, Stand } from "./case.ts";
import { cases } from "./cases.ts";
import { Client } from "./client.ts";
import type { Deviation, Host } from "./host.ts";
import { hosts } from "./hosts.ts";
import { RunningSite } from "./running-site.ts";
import "./table/finding.ts";

const startTimeoutMs = 240_000;
const caseTimeoutMs = 60_000;

/** Declares every case of the contract for every host of an adapter. */
export function testAdapter(adapter: string): void {
  for (const host of hosts.filter((one) => one.adapter === adapter)) {
    describe.concurrent(`${adapter} on ${host.runtime.name}`, () => testHost(host));
  }
}

function testHost(host: Host): void {
  const missing = host.runtime.missing();
  if (missing !== undefined) return declareMissing(missing);
  let site: RunningSite | undefined;
  beforeAll(async () => {
    site = await RunningSite.start(host);
  }, startTimeoutMs);
  afterAll(() => site?.end());
  checkNames(host.deviations);
  for (const one of cases) declare({ host, one, makeStand: () => standAt(host, site?.port ?? 0) });
}

function checkNames(deviations: readonly Deviation[]): void {
  const unknown = deviations.find((deviation) => !cases.some(({ name }) => name === deviation.case));
  if (unknown !== undefined)
    throw new Error(`expected a deviation to name a case, got ${JSON.stringify(unknown.case)}`);
}

/** A laptop may lack a runtime; where everything is to be shown, it must not. */
function declareMissing(reason: string): void {
  it("can be run on this machine", ({ skip }) => {
    if (process.env["CI"] === "true") throw new Error(reason);
    skip(reason);
  });
}

interface Declaration {
  readonly host: Host;
  readonly one: Case;
  /** Called when the site runs. */
  makeStand(): StandOfHost;
}

function declare({ host, one, makeStand }: Declaration): void {
  const deviation = host.deviations.find((deviation) => deviation.case === one.name);
  const found = { adapter: host.adapter, runtime: host.runtime.name, case: one.name };
  if (deviation === undefined) {
    return it(one.name, { timeout: caseTimeoutMs }, async ({ task }) => {
      await withStand(makeStand(), one);
      task.meta.contract = found;
    });
  }
  const { reason, run } = deviation;
  it(`${one.name} (deviates: ${reason})`, { timeout: caseTimeoutMs }, async ({ task, skip }) => {
    task.meta.contract = { ...found, deviation: reason };
    if (run === false) return skip(reason);
    await expect(withStand(makeStand(), one), "the promise is kept now: the deviation has to go").rejects.toThrow();
  });
}

interface StandOfHost extends Stand {
  end(): Promise<void>;
}

async function withStand(stand: StandOfHost, { run }: Case): Promise<void> {
  try {
    await run(stand);
  } finally {
    await stand.end();
  }
}

function standAt(host: Host, port: number): StandOfHost {
  const opened: RunningSite[] = [];
  return {
    client: new Client(port),
    async openAnother(): Promise<OwnSite> {
      const site = await RunningSite.start(host);
      opened.push(site);
      return { client: new Client(site.port), port: site.port, close: () => site.close() };
    },
    async end(): Promise<void> {
      for (const site of opened) await site.end();
    },
  };
}
