import type { Client } from "./client.ts";
import type { Closed } from "./running-site.ts";

/** What a case is given. */
export interface Stand {
  /** Of the site that the cases of a host share. */
  readonly client: Client;
  /** A site of the same host for this case alone, which may close it. It is ended after the case. */
  openAnother(): Promise<OwnSite>;
}

/** A site that a case may close. */
export interface OwnSite {
  readonly client: Client;
  readonly port: number;
  close(): Promise<Closed>;
}

/** A promise of the contract, and how it is shown. */
export interface Case {
  /** A sentence; a row of `docs/adapters.md`. */
  readonly name: string;
  /** Rejects where the promise is not kept. */
  run(stand: Stand): Promise<void>;
}

/** The cases of one file. */
export type Cases = readonly Case[];
