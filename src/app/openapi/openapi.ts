import { Components } from "./components.ts";
import {
  documentedMethods,
  type DocumentedMethod,
  type OpenApiDocument,
  type OpenApiInfo,
  type Operation,
} from "./document.ts";
import { pascalCase } from "./names.ts";
import { OperationIds } from "./operation-ids.ts";
import { describeParameters } from "./parameters.ts";
import { pathTemplates, type PathTemplate } from "./path-template.ts";
import { describeRequestBody } from "./request-body.ts";
import { describeResponses } from "./responses.ts";
import type { DocumentationOptions, RouteDescription } from "./route-description.ts";

export type { OpenApiDocument, OpenApiInfo } from "./document.ts";

/**
 * The OpenAPI 3.1 document of an app, as plain JSON. Of two routes with one method and one path the first is described,
 * as it is the one that answers. Hidden routes and methods that OpenAPI has no place for are left out.
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument(info: OpenApiInfo, routes: readonly RouteDescription[]): OpenApiDocument {
  const shown = routes.filter(({ options }) => options.hidden !== true);
  const ids = new OperationIds(shown.flatMap(({ options }) => options.operationId ?? []));
  const components = new Components();
  const paths: Record<string, Partial<Record<DocumentedMethod, Operation>>> = {};
  for (const route of shown) {
    const method = documentedMethods.find((name) => name === route.method.toLowerCase());
    if (method === undefined) continue;
    for (const template of pathTemplates(route.path)) {
      const item = (paths[template.path] ??= {});
      if (item[method] !== undefined) continue;
      const id = ids.take(route.options.operationId, method, template.path);
      item[method] = describeOperation(route, template, id, components);
    }
  }
  const schemas = components.schemas();
  const { title, version, description } = info;
  return {
    openapi: "3.1.0",
    info: { title, version, ...given({ description }) },
    paths,
    ...(schemas === undefined ? {} : { components: { schemas } }),
  };
}

function describeOperation(
  route: RouteDescription,
  template: PathTemplate,
  operationId: string,
  components: Components,
): Operation {
  const owner = pascalCase(operationId);
  const { tags, summary, description, deprecated }: DocumentationOptions = route.options;
  const parameters = describeParameters(template.parameters, route.parameters, components, owner);
  const requestBody = describeRequestBody(route.parameters, components, owner);
  return {
    ...given({ tags, summary, description }),
    operationId,
    ...given({ deprecated, parameters: parameters.length === 0 ? undefined : parameters, requestBody }),
    responses: describeResponses(route, components, owner),
  };
}

type Given<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** The same fields without those that are `undefined`. */
function given<Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
}
