import { onTestFinished } from "vitest";
import { databaseUrl, dropSchema, newName, newSchemaName, onServer } from "./server.ts";

/** A role without rights of its own, which goes with the test; the URL to connect as it. */
export async function newRole(options = ""): Promise<{ readonly name: string; readonly url: string }> {
  const name = newName();
  await onServer(`create role ${name} login password 'secret' ${options}`);
  onTestFinished(async () => {
    await onServer(`drop owned by ${name} cascade`);
    await onServer(`drop role ${name}`);
  });
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = "secret";
  return { name, url: url.href };
}

/** The name of a schema that goes with the test. */
export function newSchema(name: string = newSchemaName()): string {
  onTestFinished(() => dropSchema(name));
  return name;
}

/** The same, of a schema that is there and belongs to a role. */
export async function newSchemaOf(role: string): Promise<string> {
  const schema = newSchema();
  await onServer(`create schema "${schema}" authorization ${role}`);
  return schema;
}
