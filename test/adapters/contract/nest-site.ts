import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import type { DynamicModule } from "@nestjs/common";
import { NestFactory, type AbstractHttpAdapter, type NestApplication } from "@nestjs/core";
import type { NestNative } from "afterwork/nestjs";

import { compileProject } from "../../support/compiled-project.ts";
import { engine } from "./engine.ts";
import { injectedRoutes } from "./injected.ts";
import { play, type Site } from "./site.ts";

/** Its type can't be asked for, since its decorators are refused where they need not be compiled. */
interface SiteModule {
  contractModule(contract: object): DynamicModule;
}

/** The site as an application of Nest, on a platform of whatever kind. */
export async function startOn<Adapter extends AbstractHttpAdapter>(
  platform: Adapter,
  prepare: (app: NestApplication) => unknown,
): Promise<Site> {
  const project = fileURLToPath(new URL("../nest/app/tsconfig.json", import.meta.url));
  const compiled = await compileProject(project, ["--noCheck"]);
  const { contractModule } = (await import(compiled.url("contract-module.ts"))) as SiteModule;
  await compiled.remove();
  const root = contractModule({ engine, play, routes: injectedRoutes(answerNatively) });
  const app = await NestFactory.create<NestApplication>(root, platform, { logger: false });
  await prepare(app);
  await app.listen(0, "127.0.0.1");
  return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
}

function answerNatively({ context }: NestNative): unknown {
  const response: { send(body: object): unknown } = context.switchToHttp().getResponse();
  return response.send({ native: true });
}
