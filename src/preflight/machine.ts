/** This machine: Node, helm, kubectl, git, room on disk, a state directory that can be written. */
import { readFileSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { fail } from '../support/errors/errors.js';
import { packageRoot } from '../support/package-root.js';
import type { Binaries } from '../tools/exec/binaries.js';
import type { Git } from '../tools/git/git.js';
import type { Check } from './check.js';

const gib = 1024 ** 3;
/** Journal, plans and evidence are small; unpacked tools and charts are not. */
export const diskFloorBytes = gib / 2;
/** Of a program here that does not even tell its version: no network is on the way. */
const silent = ['see what keeps this machine busy (top)'];

/** The range has its home in package.json, where bin/run.js reads it too. */
const nodeRange = (): string => JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).engines.node;

export function machineChecks(options: {
  git: Pick<Git, 'version'>;
  binaries?: Pick<Binaries, 'find'>;
  stateDir: string;
  nodeVersion: string;
  freeBytes?: (path: string) => Promise<number>;
  /** Which way calls take, where that is known. */
  ways?: () => string;
}): Check[] {
  const { git, binaries, stateDir, nodeVersion, ways } = options;
  const freeBytes = options.freeBytes ?? free;
  const tool = (name: 'helm' | 'kubectl'): Check => ({
    id: name,
    title: `${name} is available in a supported version`,
    ...{ silent, local: true },
    async look() {
      const found = await binaries!.find(name);
      return `${found.version} (${found.source})`;
    },
  });
  return [
    {
      id: 'node',
      title: 'Node is new enough',
      async look() {
        const range = nodeRange();
        if (satisfies(nodeVersion, range)) return nodeVersion;
        throw fail(
          'E3001',
          `Node ${nodeVersion} is not supported; catalyst needs ${range.replaceAll(' || ', ' or ')}.`,
          {
            actions: ['install Node 24: https://nodejs.org', 'or start it with npm, which brings its own Node'],
          },
        );
      },
    },
    ...(ways
      ? [{ id: 'network', title: 'outgoing connections use the configured route', look: async () => ways() }]
      : []),
    ...(binaries ? [tool('helm'), tool('kubectl')] : []),
    {
      id: 'git',
      title: 'git is installed',
      ...{ silent, local: true },
      async look() {
        const version = /(\d+\.\d+)(\.\d+)?/.exec(await git.version())?.[1] ?? '0.0';
        if (satisfies(`${version}.0`, '>=2.31.0')) return version;
        throw fail('E3001', `git ${version} is too old; 2.31 or newer is needed.`, {
          actions: ['install a newer git'],
        });
      },
    },
    {
      id: 'state-dir',
      title: 'the state directory can be written',
      async look() {
        await access(stateDir, constants.W_OK).catch((cause: unknown) => {
          throw fail('E1201', `${stateDir} cannot be written.`, {
            actions: ['choose another with --state-dir DIR (CATALYST_STATE_DIR)'],
            cause,
          });
        });
        return stateDir;
      },
    },
    {
      id: 'disk',
      title: 'the disk has free space',
      async look() {
        const bytes = await freeBytes(stateDir);
        if (bytes >= diskFloorBytes) return `${(bytes / gib).toFixed(1)} GiB free`;
        throw fail('E1201', `Only ${Math.floor(bytes / 1024 ** 2)} MiB are free below ${stateDir}.`, {
          actions: ['free at least 512 MiB', 'or choose another with --state-dir DIR'],
        });
      },
    },
  ];
}

async function free(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
