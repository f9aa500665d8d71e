import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";

const unreadForms: unique symbol = Symbol("afterwork.unread-forms");

/** What a route's configuration says when forms are read by inputs of its handler. */
interface FormConfig {
  readonly [unreadForms]?: true;
}

/** An expression stands behind the names that plugins and users register, so theirs are asked first. */
const forms = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i;

/** Fastify keeps the parser for `*` under the empty name, by which only an expression can ask for it. */
const everything = Object.assign(/(?:)/, { toString: () => "" });

/**
 * Has the forms that a route receives left as they come, for inputs of its handler, unless its instance has a parser for
 * them. Other routes of that instance refuse forms as before.
 */
export function leaveFormsUnread(app: FastifyInstance, route: RouteOptions): void {
  route.config = Object.assign({}, route.config, { [unreadForms]: true } satisfies FormConfig);
  if (app.hasContentTypeParser(everything) || app.hasContentTypeParser(forms)) return;
  app.addContentTypeParser(forms, (request, _payload, done) => {
    done(isLeftUnread(request) ? null : unsupported(), undefined);
  });
}

function isLeftUnread(request: FastifyRequest): boolean {
  const config: object & FormConfig = request.routeOptions.config;
  return request.is404 || config[unreadForms] === true;
}

/** What Fastify itself answers where there is no parser. */
function unsupported(): Error {
  const error = new Error("Unsupported Media Type");
  return Object.assign(error, { code: "FST_ERR_CTP_INVALID_MEDIA_TYPE", statusCode: 415 });
}
