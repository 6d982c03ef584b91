/** Keeps secrets in the store of a folder: `keep-secret.mjs DIR NAME…`, one write each, as another process of catalyst would. */
import { createCredentialStore } from '../../../../src/sovereign/credentials/credential-store.ts';

const [root, ...names] = process.argv.slice(2);
const store = createCredentialStore({
  dir: `${root}/state`,
  configDir: `${root}/config`,
  env: {},
  redactor: { register: () => undefined, redact: (text) => text },
  now: () => new Date(),
});
for (const name of names) await store.set(name, `value-${name}`);
