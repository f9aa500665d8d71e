/**
 * An application of Nest whose orders have work after the response: a line of the log by a plain function, and a receipt that
 * survives a crash. Node can't run decorators, so it is compiled first:
 *
 *     npx tsc -p examples/nestjs && node --conditions=afterwork-source data/example-nestjs/examples/nestjs/main.js
 */
import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Engine } from "afterwork";
import { AfterworkModule } from "afterwork/nestjs";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";
import { BooksController } from "./books.controller.ts";
import { receipt } from "./tasks.ts";

const engine = new Engine({
  store: jobStore({ schema: "example_nestjs", file: dataFile("nestjs.db") }),
  tasks: [receipt],
});

@Module({ imports: [AfterworkModule.forRoot({ engine })], controllers: [BooksController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
// At a signal Nest closes the application, which waits for the tasks, and then lets the signal end the process.
app.enableShutdownHooks();
await app.listen(Number(process.env["PORT"] ?? 8000));

const url = (await app.getUrl()).replace(/\[::1?\]/, "localhost");
console.log(`${url}
try:  curl ${url}/books
      curl ${url}/books/7/orders --json '{"name":"Ada"}'
then: cat data/readers.log data/receipts.log`);
