#!/usr/bin/env node
// kubectl, as far as the scripts of bp-openbao call it: the data of one ConfigMap, kept in the file CONFIG_MAP.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [verb, ...args] = process.argv.slice(2);
const file = process.env.CONFIG_MAP;
const data = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
if (verb === 'get') process.stdout.write(data[/\{\.data\.(\w+)\}/.exec(args.join(' '))[1]] ?? '');
else {
  const changes = JSON.parse(args[args.indexOf('-p') + 1]).data;
  const next = Object.entries({ ...data, ...changes }).filter(([, value]) => value !== null);
  writeFileSync(file, JSON.stringify(Object.fromEntries(next)));
}
