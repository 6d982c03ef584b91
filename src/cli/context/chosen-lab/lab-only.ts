/** With --lab nothing but the lab may be reached: flags that lead elsewhere are refused, variables that do are ignored. */
import { credentialVariables } from '../../../sovereign/credentials/credential-store.js';
import { fail } from '../../../support/errors/errors.js';
import type { SharedFlags } from '../../command/flags.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Flags that lead to a cluster, and the variable that sets each. */
const elsewhere = { kubeconfig: 'CATALYST_KUBECONFIG', 'mother-kubeconfig': 'CATALYST_MOTHER_KUBECONFIG' } as const;

const credentials = new Set(Object.values(credentialVariables));
/** Variables that name an endpoint or a credential of the real world. */
const isVendors = (name: string) => /^(HCLOUD|AWS|DYNADOT)_/.test(name) || credentials.has(name);

export interface LabOnly<F> {
  flags: F;
  env: Env;
  /** Variables that are set and have no effect, sorted. */
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
  return { flags: kept, env: withoutIgnored, ignored: ignored.sort() };
}

/** One line, however many there are. */
export function ignoredText(lab: string, ignored: readonly string[]): string {
  return `The lab ${lab} has its own endpoints and credentials; ignored from the environment: ${ignored.join(', ')}.`;
}
