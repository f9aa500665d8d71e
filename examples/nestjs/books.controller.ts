import { appendFile } from "node:fs/promises";

import { Controller, Get, Headers, Post } from "@nestjs/common";
import { body, int, path, type BackgroundTasks } from "afterwork";
import { Background, Inputs, type InputsOf } from "afterwork/nestjs";
import { z } from "zod";

import { dataFile } from "../surroundings/data-file.ts";
import { receipt } from "./tasks.ts";

const order = { book: path(int), buyer: body(z.object({ name: z.string() })) };

@Controller("books")
export class BooksController {
  @Get()
  list(@Headers("user-agent") reader: string, @Background() background: BackgroundTasks): object {
    background.addTask(() => appendFile(dataFile("readers.log"), `${reader}\n`));
    return [{ book: 7, title: "Kidnapped" }];
  }

  /** Answered 201, as Nest does with what is posted. */
  @Post(":book/orders")
  buy(@Inputs(order) { book, buyer, background }: InputsOf<typeof order>): object {
    const job = background.addTask(receipt, book, buyer.name);
    return { job: job.id };
  }
}
