import { createRequire } from "node:module";

import type express from "express";

import { startWith } from "../express-site.ts";
import type { Site } from "../site.ts";

// Installed under another name, under which it has no types.
const express4 = createRequire(import.meta.url)("express4") as typeof express;

export function start(): Promise<Site> {
  return startWith(express4);
}
