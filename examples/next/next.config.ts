import type { NextConfig } from "next";

const { REPOSITORY } = process.env;

const config: NextConfig = {
  // Databases and threads are for Node to load, not for a bundler.
  serverExternalPackages: ["afterwork"],
  // In this repository packages lie above the application; in yours this line is not needed.
  ...(REPOSITORY === undefined ? {} : { turbopack: { root: REPOSITORY } }),
};

export default config;
