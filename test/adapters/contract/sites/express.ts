import express from "express";

import { startWith } from "../express-site.ts";
import type { Site } from "../site.ts";

export function start(): Promise<Site> {
  return startWith(express);
}
