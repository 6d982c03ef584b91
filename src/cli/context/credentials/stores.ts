/** The state folder and the credential store of a Sovereign, each made at its first use. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findPublicKey } from '../../../evidence/signing.js';
import { differencesText, foundDifferences } from '../../../mother/fingerprint/protected-before.js';
import { type CredentialStore, createCredentialStore } from '../../../sovereign/credentials/credential-store.js';
import { configDir, makePrivateDir } from '../../../sovereign/state/state-dir.js';
import { command } from '../../../support/commands/command.js';
import type { Opening } from '../opening.js';
import { stateDirOf } from '../spec/spec-path.js';

export interface Stores {
  /** Made with mode 0700. Warns once of differences of the protected set that nobody has accepted. */
  stateDirFor(fqdn: string): string;
  /** Undefined where there is none; makes nothing. */
  existingStateDir(fqdn: string): string | undefined;
  credentialsOf(fqdn: string): Promise<CredentialStore>;
  /** The public key that evidence of this Sovereign is signed with; undefined where nothing of it is on this machine. */
  evidenceKeyOf(fqdn: string): Promise<string | undefined>;
}

export function createStores({ flags, request: { env, redactor }, output, lab, clock }: Opening): Stores {
  const warned = new Set<string>();
  const stateDirFor = (fqdn: string) => {
    const dir = makePrivateDir(join(stateDirOf(flags, env), fqdn));
    const found = warned.has(fqdn) ? undefined : foundDifferences(dir);
    warned.add(fqdn);
    if (found)
      output.warn(
        `At ${found.at} the protected set on the mother differed from its recorded state (${differencesText(found.differences)}); catalyst changes nothing until you accept or revert that. Try: ${command('verify protected')}`,
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
  const existingStateDir = (fqdn: string) => {
    const dir = join(stateDirOf(flags, env), fqdn);
    return existsSync(dir) ? dir : undefined;
  };
  const evidenceKeyOf = async (fqdn: string) =>
    existingStateDir(fqdn) === undefined ? undefined : findPublicKey(await credentialsOf(fqdn));
  return { stateDirFor, existingStateDir, credentialsOf, evidenceKeyOf };
}
