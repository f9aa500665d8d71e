import { fileURLToPath } from "node:url";

import type { NextConfig } from "next";

const config: NextConfig = {
  // What is no component is for Node to load: worker threads and databases can't be bundled.
  serverExternalPackages: ["afterwork"],
  // Packages are found above the application, in a repository as this one.
  turbopack: { root: process.env["REPOSITORY"] ?? fileURLToPath(new URL("../../../..", import.meta.url)) },
  experimental: { turbopackFileSystemCacheForBuild: false },
  // The tests check types by themselves.
  typescript: { ignoreBuildErrors: true },
};

export default config;
