import { sizeTable } from "./table.ts";
import type { Bundle } from "./bundle.ts";

/** The page of the documentation that tells the sizes. */
export function sizePage(bundles: readonly Bundle[]): string {
  return `# What an adapter brings along

What importing an adapter pulls in, bundled and minified, without the framework itself, which is there already. No entry
brings a database client, a store, an engine, a pool of threads, or another framework; those come with \`afterwork\`,
\`afterwork/sqlite\` and \`afterwork/postgres\`, where they are imported. Of other packages a bundle has \`cookie\` and \`uuid\`.

${sizeTable(bundles)}

Forms and uploads, with \`@fastify/busboy\`, are loaded when the first form is read. A bundler makes a file of its own of
them; they are not counted here.

This page is written by \`node scripts/bundle-sizes.ts\`; \`node scripts/bundle-sizes.ts hono\` prints the files of one adapter.
\`test/adapters/bundle-sizes.test.ts\` measures anew, and checks all that is said here.
`;
}
