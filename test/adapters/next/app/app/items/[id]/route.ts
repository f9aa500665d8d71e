import { int, path, query } from "afterwork";
import { cookies } from "next/headers";
import { forbidden, notFound, redirect } from "next/navigation";
import { NextResponse } from "next/server";

import { note } from "../../../notes.ts";
import { work } from "../../../work.ts";

export const GET = work.inject({ id: path(int), how: query() }, async ({ id, how, background, response, native }) => {
  background.addTask(async () =>
    note(`task of ${id}: ${background.outcome?.status}, ${(await cookies()).get("a")?.value}`),
  );
  background.onFailure.addTask(() => note("task of failure"));
  response.headers.set("x-params", JSON.stringify(await native.context.params));
  if (how === "redirect") redirect("/items/8");
  if (how === "missing") notFound();
  if (how === "forbidden") forbidden();
  return { id };
});

export const POST = work.route<{ params: Promise<{ id: string }> }>(async (_request, { params, background }) => {
  const { id } = await params;
  background.addTask(() => note(`posted ${id}`));
  if (id === "gone") notFound();
  return NextResponse.json({ id }, { status: 201 });
});
