/** With --lab nothing but the lab may be reached: flags that lead elsewhere are refused, variables that do are ignored. */
import { credentialVariables } from '../../../sovereign/credentials/credential-store.js';
import { fail } from '../../../support/errors/errors.js';
import type { SharedFlags } from '../../command/flags.js';
import { startsLab } from './acting-commands.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Flags that lead to a cluster, and the variable that sets each. */
const elsewhere = { kubeconfig: 'CATALYST_KUBECONFIG', 'mother-kubeconfig': 'CATALYST_MOTHER_KUBECONFIG' } as const;

const credentials = new Set(Object.values(credentialVariables));
/** Variables of the real world's vendors. */
const isVendors = (name: string) => /^(HCLOUD|AWS|DYNADOT)_/.test(name) || credentials.has(name);
/** Those that have an effect without a lab; others, such as AWS_CA_BUNDLE, never have one. */
const hasEffect = (name: string) => !isVendors(name) || credentials.has(name) || endpoints.has(name);
const endpoints = new Set(['HCLOUD_ENDPOINT', 'AWS_ENDPOINT_URL_S3']);

export interface LabOnly<F> {
  flags: F;
  env: Env;
  /** Variables that are set and would have an effect without the lab, sorted. */
  ignored: string[];
}

/**
 * @param typed names of the flags that were typed; the others come from variables
 * @throws E1413 for a typed flag that leads elsewhere. A lab on existing clusters (--engine kubeconfig) takes both kubeconfigs: it
 * compares them with those that `lab up` fixed.
 */
export function labOnly<F extends Pick<SharedFlags, 'engine' | 'kubeconfig' | 'mother-kubeconfig'>>(
  flags: F,
  env: Env,
  typed: ReadonlySet<string>,
): LabOnly<F> {
  const kept = { ...flags };
  const ignored = Object.keys(env).filter((name) => env[name] !== undefined && isVendors(name));
  if (flags.engine !== 'kubeconfig') {
    for (const [flag, variable] of Object.entries(elsewhere) as [keyof typeof elsewhere, string][]) {
      if (typed.has(flag))
        throw fail('E1413', `--${flag} cannot be used with a lab: a lab touches nothing but itself.`, {
          actions: [`leave out --${flag}`, `or leave out --lab (CATALYST_LAB), to use that cluster`],
          data: { flag: `--${flag}` },
        });
      delete kept[flag];
      if (env[variable]) ignored.push(variable);
    }
  }
  const withoutIgnored = Object.fromEntries(Object.entries(env).filter(([name]) => !ignored.includes(name)));
  return { flags: kept, env: withoutIgnored, ignored: ignored.filter(hasEffect).sort() };
}

/**
 * One line, however many there are; none for a command that only reads, which says it again and again to nobody's use.
 * @param words of the command, `catalyst` included
 */
export function ignoredText(lab: string, ignored: readonly string[], words: string): string | undefined {
  if (ignored.length === 0 || !startsLab(words)) return undefined;
  return `The lab ${lab} has its own endpoints and credentials; ignored from the environment: ${ignored.join(', ')}.`;
}
