import { appendFile } from "node:fs/promises";

import { dataFile } from "../../../surroundings/data-file.ts";
import { work } from "../../work.ts";

export const GET = work.route((request, { background }) => {
  const reader = request.headers.get("user-agent") ?? "somebody";
  background.addTask(() => appendFile(dataFile("readers.log"), `${reader}\n`));
  return Response.json([{ book: 7, title: "Kidnapped" }]);
});
