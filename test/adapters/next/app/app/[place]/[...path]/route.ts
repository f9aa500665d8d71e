import type { NextNative } from "afterwork/next";
import { notFound } from "next/navigation";
import type { NextRequest } from "next/server";

import { injectedRoutes } from "../../../../../contract/injected.ts";
import { work } from "../../../work.ts";

/** One file has the routes that users would write a file each for. */
const routes = injectedRoutes<NextNative>(() => Response.json({ native: true })).map((route) => ({
  method: route.method,
  pattern: new RegExp(`^${route.path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
  handle: work.inject(route.inputs, route.handler),
}));

function handle(request: NextRequest): Promise<Response> {
  const { pathname } = request.nextUrl;
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.find((one) => one.method === method && one.pattern.test(pathname));
  if (route === undefined) return notFound();
  return route.handle(request, { params: Promise.resolve(route.pattern.exec(pathname)?.groups ?? {}) });
}

export { handle as GET, handle as POST };

// The store of the contract is in memory, so its worker has to be where the routes are.
await work.attach();
