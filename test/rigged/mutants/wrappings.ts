/** How a text is wrapped before somebody writes it into an object, as tools of a cluster do; several times over. */
import { deflateSync, gzipSync } from 'node:zlib';
import type { Random } from './random.js';

export interface Wrapped {
  how: string;
  text: string;
}

const base64 = (bytes: string | Buffer) => Buffer.from(bytes).toString('base64');
const document = (random: Random, text: string) => ({ [random.word()]: { [random.word()]: [random.word(), text] } });

const wrappings: readonly [string, (text: string, random: Random) => string][] = [
  ['base64', (text) => base64(text)],
  ['base64 without padding', (text) => base64(text).replace(/=+$/, '')],
  ['base64 of URLs', (text) => Buffer.from(text).toString('base64url')],
  [
    'base64 in lines',
    (text) => base64(`${text} and what else is said of it at some length`).replace(/(.{76})/g, '$1\n'),
  ],
  ['base64 in an address', (text, random) => `https://${random.word()}.example/${random.word()}/${base64(text)}`],
  [
    'base64 behind a name',
    (text, random) => `${random.word()}-${random.word()}_${Buffer.from(text).toString('base64url')}`,
  ],
  ['base64 behind an equals sign', (text, random) => `${random.word()}=${base64(text)};${random.word()}`],
  ['gzip', (text) => base64(gzipSync(text))],
  ['deflate', (text) => base64(deflateSync(text))],
  ['JSON', (text, random) => JSON.stringify(document(random, text))],
  ['JSON in JSON', (text, random) => JSON.stringify({ [random.word()]: JSON.stringify(document(random, text)) })],
  ['YAML', (text, random) => `${random.word()}:\n  ${random.word()}: ${JSON.stringify(text)}\n`],
  ['YAML block', (text, random) => `${random.word()}: |\n  ${text.replaceAll('\n', '\n  ')}\n${random.word()}: 1\n`],
  ['TOML', (text, random) => `[${random.word()}]\n${random.word()} = ${JSON.stringify(text)}\n`],
  ['argument', (text, random) => `--${random.word()}=${text}`],
  ['script', (text, random) => `#!/bin/sh\nset -eu\nexport ${random.word().toUpperCase()}="${text}"\n`],
];

/** @param most how many times it may be wrapped */
export function wrapped(text: string, random: Random, most = 3): Wrapped {
  const names: string[] = [];
  let whole = text;
  for (let times = random.below(most + 1); times > 0; times -= 1) {
    const [name, wrap] = random.pick(wrappings);
    names.push(name);
    whole = wrap(whole, random);
  }
  return { how: names.length === 0 ? 'as it is' : names.join(', then '), text: whole };
}
