#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0]);
if (major < 22) {
  process.stderr.write(
    `catalyst needs Node 22 or newer; this is ${process.version}.\nIn a checkout, "npm start" brings its own Node.\n`,
  );
  process.exit(2);
}
const { main } = await import('../dist/run/main.js');
await main(import.meta.url);
