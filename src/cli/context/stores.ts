/** The state folder and the credential store of a Sovereign, each made at its first use. */
import { join } from 'node:path';
import { differencesText, foundDifferences } from '../../mother/fingerprint/protected-before.js';
import { type CredentialStore, createCredentialStore } from '../../sovereign/credentials/credential-store.js';
import { configDir, makePrivateDir } from '../../sovereign/state/state-dir.js';
import { stateDirOf } from './find-spec.js';
import type { Opening } from './opening.js';

export interface Stores {
  /** Made with mode 0700. Warns once of differences of the protected set that nobody has accepted. */
  stateDirFor(fqdn: string): string;
  credentialsOf(fqdn: string): Promise<CredentialStore>;
}

export function createStores({ flags, request: { env, redactor }, output, lab, clock }: Opening): Stores {
  const warned = new Set<string>();
  const stateDirFor = (fqdn: string) => {
    const dir = makePrivateDir(join(stateDirOf(flags, env), fqdn));
    const found = warned.has(fqdn) ? undefined : foundDifferences(dir);
    warned.add(fqdn);
    if (found)
      output.warn(
        `At ${found.at} the protected set on the mother differed from its recorded state (${differencesText(found.differences)}); catalyst changes nothing until you accept or revert that. Try: catalyst verify protected`,
      );
    return dir;
  };
  const stores = new Map<string, Promise<CredentialStore>>();
  const openStore = async (fqdn: string): Promise<CredentialStore> => {
    return createCredentialStore({
      dir: stateDirFor(fqdn),
      configDir: configDir(env),
      env,
      redactor,
      lab: (await lab())?.credentials,
      now: () => clock.now(),
    });
  };
  const credentialsOf = (fqdn: string) => {
    const store = stores.get(fqdn) ?? openStore(fqdn);
    stores.set(fqdn, store);
    return store;
  };
  return { stateDirFor, credentialsOf };
}
