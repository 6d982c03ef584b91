/** What is needed to diagnose, by allow-list and redacted, with a list of what was left out or redacted; one gzipped tar. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isCatalystError, messageOf } from '../support/errors/errors.js';
import { sha256 } from '../support/hash.js';
import { toYaml } from '../support/yaml/write-yaml.js';
import { preflight } from './preflight.js';
import type { Context } from './session/context.js';
import { isJsonLines, shareableSpec, whyLeftOut } from './support-contents.js';

export interface SupportBundleResult {
  /** Path of the archive. */
  file: string;
  files: string[];
  /** File and how many values were masked in it. */
  redacted: { file: string; values: number }[];
  /** What was left out whole, and why. */
  left: { file: string; reason: string }[];
}

type Add = (path: string, value: unknown, write: (value: unknown) => string) => void;

const asJson = (value: unknown) => JSON.stringify(value, null, 2);
const mask = '••••••';
const largestBytes = 20 * 1024 * 1024;

/** `out` is the archive to write; default catalyst-support-<time>.tar.gz in the present directory. */
export async function supportBundle(context: Context, options: { out?: string }): Promise<SupportBundleResult> {
  const stamp = context.clock.now().toISOString().replace(/[:.]/g, '-');
  const file = resolve(options.out ?? `catalyst-support-${stamp}.tar.gz`);
  const name = `catalyst-support-${stamp}`;
  const redacted: SupportBundleResult['redacted'] = [];
  const left: SupportBundleResult['left'] = [];
  const entries: { path: string; text: string }[] = [];
  const add: Add = (path, value, write) => {
    const clean = maskSecrets(write(context.redactor.clean(value)));
    const values = clean.split(mask).length - write(value).split(mask).length;
    if (values > 0) redacted.push({ file: path, values });
    entries.push({ path, text: clean });
  };
  add('about.json', about(context), asJson);
  await addSovereign(context, add, left);
  add('redacted.json', { redacted, left }, asJson);
  if (!context.options.dryRun) {
    const { packFiles } = await import('../tools/tar/pack.js');
    const inFolder = entries.map(({ path, text }) => ({ path: `${name}/${path}`, text }));
    const archive = gzipSync(await packFiles(inFolder, { mode: 0o600, mtime: context.clock.now() }));
    writeFileSync(file, archive, { mode: 0o600 });
    chmodSync(file, 0o600);
    writeFileSync(`${file}.sha256`, `${sha256(archive)}  ${relative(dirname(file), file)}\n`);
  }
  return { file, files: entries.map(({ path }) => path), redacted, left };
}

async function addSovereign(context: Context, add: Add, left: SupportBundleResult['left']): Promise<void> {
  let dir: string;
  try {
    dir = await context.stateDir();
    // Opening the store tells the redactor every value that must not appear.
    await (await context.credentials()).list();
    add('sovereign.yaml', shareableSpec((await context.spec()).sovereign), toYaml);
  } catch (error) {
    left.push({ file: 'state', reason: messageOf(error) });
    if (isCatalystError(error)) return;
    throw error;
  }
  for (const path of walk(dir)) {
    const shown = `state/${relative(dir, path)}`;
    const reason = whyLeftOut(relative(dir, path));
    if (reason) left.push({ file: shown, reason });
    else if (statSync(path).size > largestBytes) left.push({ file: shown, reason: 'larger than 20 MiB' });
    else addJson(add, left, shown, readFileSync(path, 'utf8'), isJsonLines(relative(dir, path)));
  }
  try {
    add('preflight.json', await preflight(await context.world()), asJson);
  } catch (error) {
    left.push({ file: 'preflight.json', reason: messageOf(error) });
  }
}

/** Whole values only: a line that is not JSON cannot be redacted string by string. */
function addJson(add: Add, left: SupportBundleResult['left'], path: string, text: string, lines: boolean): void {
  let value: unknown;
  try {
    const parts = lines ? text.split('\n').filter((line) => line !== '') : [text];
    value = parts.map((part) => JSON.parse(part));
  } catch (error) {
    left.push({ file: path, reason: `not JSON: ${messageOf(error)}` });
    return;
  }
  add(path, value, (parts) => (parts as unknown[]).map((part) => JSON.stringify(part, null, lines ? 0 : 2)).join('\n'));
}

function about(context: Context) {
  const { version } = JSON.parse(readFileSync(join(context.root, 'package.json'), 'utf8')) as { version: string };
  return {
    catalyst: version,
    node: process.versions.node,
    platform: `${process.platform}/${process.arch} ${release()}`,
    at: context.clock.now().toISOString(),
    lab: context.options.lab,
    variables: Object.keys(context.env).filter((key) => /^(CATALYST|HCLOUD|AWS|KUBECONFIG|XDG|NO_COLOR|CI$)/.test(key)),
  };
}

/** Masks what looks like a secret even when nobody registered it: private keys, tokens, passwords in fields. */
export function maskSecrets(text: string): string {
  return text
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, mask)
    .replace(/(\w:\/\/)[^\s/@"']+@/g, `$1${mask}@`)
    .replace(/AGE-SECRET-KEY-1[A-Z0-9]+/g, mask)
    .replace(/\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{12,}/g, `$1 ${mask}`)
    .replace(/("?(?:password|token|secret_?key|api_?key|client-key-data)"?\s*[:=]\s*"?)([^\s",}•]{8,})/gi, `$1${mask}`);
}

function walk(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
    })
    .sort();
}
