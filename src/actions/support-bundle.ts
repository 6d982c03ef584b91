/** Everything needed to diagnose, redacted, with a list of what was redacted; one gzipped tar. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { release, tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { specToYaml } from '../sovereign/spec-yaml.js';
import { makePrivateDir, writePrivateFile } from '../sovereign/state-dir.js';
import { isCatalystError, messageOf } from '../support/errors.js';
import { sha256 } from '../support/hash.js';
import type { Context } from './context.js';
import { preflight } from './preflight.js';

export interface SupportBundleResult {
  /** Path of the archive. */
  file: string;
  files: string[];
  /** File and how many values were masked in it. */
  redacted: { file: string; values: number }[];
  /** What was left out whole, and why. */
  left: { file: string; reason: string }[];
}

const mask = '••••••';
/** Never packed, not even redacted. */
const secretFiles = new Set(['secrets.age', 'secrets.age.new', 'lock']);
const largestBytes = 20 * 1024 * 1024;

/** `out` is the archive to write; default catalyst-support-<time>.tar.gz in the present directory. */
export async function supportBundle(context: Context, options: { out?: string }): Promise<SupportBundleResult> {
  const stamp = context.clock.now().toISOString().replace(/[:.]/g, '-');
  const file = resolve(options.out ?? `catalyst-support-${stamp}.tar.gz`);
  const name = `catalyst-support-${stamp}`;
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-support-'));
  const redacted: SupportBundleResult['redacted'] = [];
  const left: SupportBundleResult['left'] = [];
  const files: string[] = [];
  const add = (path: string, text: string) => {
    const clean = maskSecrets(context.redactor.redact(text));
    const values = clean.split(mask).length - text.split(mask).length;
    if (values > 0) redacted.push({ file: path, values });
    const target = join(folder, name, path);
    makePrivateDir(dirname(target));
    writePrivateFile(target, clean);
    files.push(path);
  };
  try {
    add('about.json', JSON.stringify(about(context), null, 2));
    await addSovereign(context, add, left);
    add('redacted.json', JSON.stringify({ redacted, left }, null, 2));
    if (!context.options.dryRun) {
      const { create } = await import('tar');
      await create({ gzip: true, file, cwd: folder, portable: true }, [name]);
      chmodSync(file, 0o600);
      writeFileSync(`${file}.sha256`, `${sha256(readFileSync(file))}  ${relative(dirname(file), file)}\n`);
    }
    return { file, files, redacted, left };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function addSovereign(
  context: Context,
  add: (path: string, text: string) => void,
  left: SupportBundleResult['left'],
): Promise<void> {
  let dir: string;
  try {
    dir = await context.stateDir();
    // Opening the store tells the redactor every value that must not appear.
    await (await context.credentials()).list();
    add('sovereign.yaml', specToYaml((await context.spec()).sovereign));
  } catch (error) {
    left.push({ file: 'state', reason: messageOf(error) });
    if (isCatalystError(error)) return;
    throw error;
  }
  for (const path of walk(dir)) {
    const shown = `state/${relative(dir, path)}`;
    if (secretFiles.has(relative(dir, path))) left.push({ file: shown, reason: 'holds secrets' });
    else if (statSync(path).size > largestBytes) left.push({ file: shown, reason: 'larger than 20 MiB' });
    else if (!isText(path)) left.push({ file: shown, reason: 'not text, so it cannot be redacted' });
    else add(shown, readFileSync(path, 'utf8'));
  }
  try {
    add('preflight.json', JSON.stringify(await preflight(await context.world()), null, 2));
  } catch (error) {
    left.push({ file: 'preflight.json', reason: messageOf(error) });
  }
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

function isText(path: string): boolean {
  return !readFileSync(path).subarray(0, 4096).includes(0);
}
