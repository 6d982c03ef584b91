/** Which kubeconfig each cluster is reached with, and the files kubectl and helm read: 0600, in the folder of this run. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { kubeconfigContexts } from '../../../kubernetes/client/kubeconfig.js';
import { redirectKubeconfig } from '../../../kubernetes/client/kubeconfig-written.js';
import type { CredentialStore } from '../../../sovereign/credentials/credential-store.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { writePrivateFile } from '../../../sovereign/state/state-dir.js';
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';

export interface Kubeconfigs {
  /** Throws E3101 as long as nobody gave one and the cluster was not created. */
  sovereign(): Promise<{ path: string; key: string }>;
  /**
   * The path may be a list of files, as KUBECONFIG has it. Throws E3101 when neither flag, lab nor spec.mother.context says which:
   * an ambient context is never trusted.
   */
  mother(): { path: string; context?: string };
  /** Whether one is configured; says nothing about what it leads to. */
  hasSovereign(): Promise<boolean>;
  hasMother(): boolean;
  /** Keeps a kubeconfig for programs that we start, in place of an earlier one when `path` is given; its path. */
  write(text: string, path?: string): string;
}

export function createKubeconfigs(options: {
  sovereign: Sovereign;
  credentials: Pick<CredentialStore, 'find'>;
  given?: string;
  mother?: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Where files go: a folder that ends with the run. */
  folder: () => string;
}): Kubeconfigs {
  const { sovereign, credentials, given, mother, env, folder } = options;
  const { access, mother: motherSpec } = sovereign.spec;
  const named = mother === undefined ? inHome(motherSpec.kubeconfig, env) : resolve(mother);
  const ambient = () => (motherSpec.context === undefined ? undefined : ambientKubeconfig(env));
  let written = 0;
  const write = (text: string, path?: string): string => {
    if (path === undefined) written += 1;
    const file = path ?? join(folder(), `kubeconfig-${written}.yaml`);
    writePrivateFile(file, text);
    return file;
  };
  return {
    async sovereign() {
      if (given !== undefined) return { path: resolve(given), key: given };
      const text = await credentials.find('sovereign-kubeconfig');
      if (text === undefined) {
        throw fail('E3101', `There is no kubeconfig of ${sovereign.spec.fqdn} yet: its cluster was not created.`, {
          actions: [command('cluster create'), 'or name one with --kubeconfig FILE'],
        });
      }
      return { path: write(redirectKubeconfig(text, access.connectTo)), key: text };
    },
    mother() {
      const { context } = motherSpec;
      if (named !== undefined) return { path: named, context };
      const path = ambient();
      if (path !== undefined) return { path, context };
      throw fail('E3101', `No kubeconfig is configured for the mother cluster ${motherSpec.name}.`, {
        actions: [
          'set its kubeconfig: --mother-kubeconfig FILE (CATALYST_MOTHER_KUBECONFIG)',
          'or set spec.mother.kubeconfig to that file, or spec.mother.context to a context of your kubeconfig',
        ],
      });
    },
    hasSovereign: async () => given !== undefined || (await credentials.find('sovereign-kubeconfig')) !== undefined,
    hasMother: () => named !== undefined || ambient() !== undefined,
    write,
  };
}

/** A path as a person writes it: `~/` is the home directory. */
export function inHome(path: string | undefined, env: Readonly<Record<string, string | undefined>>) {
  if (path === undefined) return undefined;
  return path.startsWith('~/') ? join(env.HOME || homedir(), path.slice(2)) : resolve(path);
}

/** The list of files in $KUBECONFIG, or ~/.kube/config; undefined when none of them is there. */
function ambientKubeconfig(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  const files = named.length > 0 ? named : [join(env.HOME || homedir(), '.kube', 'config')];
  const there = files.filter((file) => existsSync(file));
  return there.length === 0 ? undefined : there.join(delimiter);
}

/** Contexts to choose the mother's from: of the given file, else of the ambient one. Throws E3101 for a damaged file. */
export function motherContexts(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const path = given === undefined ? ambientKubeconfig(env) : resolve(given);
  return path === undefined ? [] : kubeconfigContexts(path);
}
