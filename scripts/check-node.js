// Plain JavaScript: it has to run on the very Node versions that it refuses.
const FLOOR = [22, 18];

const [major, minor] = process.versions.node.split(".").map(Number);
const tooOld = major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1]);

if (tooOld) {
  console.error(
    [
      `This project needs Node ${FLOOR.join(".")} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
      "A fitting one comes with the development dependencies:",
      "  npm ci          installs it as node_modules/.bin/node",
      "  npm run demo    (and every other npm script) then uses it by itself",
      "Outside npm scripts, call node_modules/.bin/node instead of node.",
    ].join("\n"),
  );
  process.exit(1);
}
