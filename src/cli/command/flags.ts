/** The flags every command has (product.md §3). */
import { Flags } from '@oclif/core';
import { parseDuration } from '../../support/durations.js';

/** `20s`, `5m` → milliseconds. */
export const duration = Flags.custom<number>({
  parse: async (text) => parseDuration(text),
  helpValue: '20s|5m|1h',
});

const group = { helpGroup: 'GLOBAL' };

export const sharedFlags = {
  spec: Flags.string({
    ...group,
    env: 'CATALYST_SPEC',
    helpValue: 'FILE',
    description: 'the spec; default ./sovereign.yaml',
  }),
  sovereign: Flags.string({
    ...group,
    env: 'CATALYST_SOVEREIGN',
    helpValue: 'NAME',
    description: 'name or FQDN of a Sovereign with state on this machine',
  }),
  'state-dir': Flags.string({
    ...group,
    env: 'CATALYST_STATE_DIR',
    helpValue: 'DIR',
    description: 'state directory; default: XDG state',
  }),
  lab: Flags.string({
    ...group,
    env: 'CATALYST_LAB',
    helpValue: 'NAME',
    description: 'use this lab, starting it if needed; without a name: default',
  }),
  engine: Flags.string({
    ...group,
    env: 'CATALYST_ENGINE',
    options: ['emulated', 'kubernetes', 'kubeconfig'],
    description:
      'what the lab runs on: emulated servers (default), the programs that npm run engines builds, or the clusters of --mother-kubeconfig and --kubeconfig',
  }),
  kubeconfig: Flags.string({
    ...group,
    env: 'CATALYST_KUBECONFIG',
    helpValue: 'FILE',
    description: 'kubeconfig of the Sovereign, instead of the one catalyst keeps',
  }),
  'mother-kubeconfig': Flags.string({
    ...group,
    env: 'CATALYST_MOTHER_KUBECONFIG',
    helpValue: 'FILE',
    description: 'kubeconfig of the mother cluster',
  }),
  helm: Flags.string({ ...group, env: 'CATALYST_HELM', helpValue: 'PATH', description: 'helm program to use' }),
  kubectl: Flags.string({
    ...group,
    env: 'CATALYST_KUBECTL',
    helpValue: 'PATH',
    description: 'kubectl program to use',
  }),
  yes: Flags.boolean({ ...group, char: 'y', description: 'assume yes for non-destructive prompts' }),
  'no-input': Flags.boolean({
    ...group,
    env: 'CATALYST_NO_INPUT',
    description: 'never prompt, even on a terminal',
  }),
  'dry-run': Flags.boolean({ ...group, description: 'run every check, print what would change, change nothing' }),
  timeout: duration({ ...group, env: 'CATALYST_TIMEOUT', description: 'time limit for the whole command' }),
  verbose: Flags.boolean({ ...group, env: 'CATALYST_VERBOSE', description: 'print a line for every event' }),
  quiet: Flags.boolean({ ...group, description: 'print results and errors only' }),
  output: Flags.string({ ...group, helpValue: 'FILE', description: 'write the result to this file instead of stdout' }),
  notify: Flags.option({
    ...group,
    env: 'CATALYST_NOTIFY',
    options: ['bell', 'desktop'] as const,
    description: "at the end, ring the terminal's bell (without a value) or send a terminal notification",
  })(),
  'no-color': Flags.boolean({ ...group, description: 'no colors (also NO_COLOR)' }),
};

/** Of what walks back, and of what takes the cluster down. */
export const restoreZoneFlag = Flags.boolean({
  description:
    "also restore what the mother's name servers had for this name before the delegation: the mother's own zone with its keys, and the records in the parent zone",
});

export interface SharedFlags {
  json?: boolean;
  spec?: string;
  sovereign?: string;
  'state-dir'?: string;
  lab?: string;
  engine?: string;
  kubeconfig?: string;
  'mother-kubeconfig'?: string;
  helm?: string;
  kubectl?: string;
  yes: boolean;
  'no-input': boolean;
  'dry-run': boolean;
  timeout?: number;
  verbose: boolean;
  quiet: boolean;
  output?: string;
  notify?: 'bell' | 'desktop';
  'no-color': boolean;
}

/** The clusters that flags name. */
export const clustersOf = (flags: SharedFlags) => ({ mother: flags['mother-kubeconfig'], sovereign: flags.kubeconfig });
