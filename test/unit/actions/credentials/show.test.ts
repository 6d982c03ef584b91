/** Who sees a password, and where. */
import { describe, expect, it } from 'vitest';
import { showCredential } from '../../../../src/actions/credentials/show.js';
import { createOutput } from '../../../../src/cli/command/output.js';
import type { CredentialStore } from '../../../../src/sovereign/credentials/credential-store.js';
import { logins } from '../../../../src/sovereign/logins.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import type { World } from '../../../../src/world/world.js';
import { memoryCluster } from '../../handover/rig.js';

const fqdn = 'omantel.omani.works';
const store = (values: Record<string, string>) =>
  ({
    locate: async (name: string) => (values[name] ? { value: values[name], source: 'store' } : undefined),
  }) as unknown as CredentialStore;
const inCluster = memoryCluster([
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'sovereign-admin', namespace: 'keycloak' },
    data: { password: Buffer.from('from-the-cluster').toString('base64') },
  },
]);
const world = async () => ({ kube: async () => inCluster.kube }) as unknown as World;
const unreachable = async () =>
  ({
    kube: async () => {
      throw new Error('no route to host');
    },
  }) as unknown as World;

describe('a login', () => {
  it('is found in the store, and where that was lost in the Sovereign itself', async () => {
    const kept = { 'generated/keycloak/sovereign-admin/password': 'from-the-store' };
    const here = await showCredential({ fqdn, store: store(kept), world }, 'sovereign-admin');
    expect(here).toMatchObject({ secret: 'from-the-store', result: { from: 'store' } });
    expect(here.result.login).toMatchObject({ address: 'https://auth.omantel.omani.works/realms/sovereign/account' });
    const there = await showCredential({ fqdn, store: store({}), world }, 'sovereign-admin');
    expect(there).toMatchObject({ secret: 'from-the-cluster', result: { from: 'cluster' } });
    expect(JSON.stringify(there.result)).not.toContain('from-the-cluster');
  });

  it('that nobody knows or has is an error that says where it was looked for', async () => {
    const show = (name: string, from = world) => showCredential({ fqdn, store: store({}), world: from }, name);
    await expect(show('sovereign-adnim')).rejects.toMatchObject({
      code: 'E1001',
      actions: ['catalyst credentials show sovereign-admin'],
    });
    await expect(show('harbor-admin')).rejects.toMatchObject({ code: 'E1301' });
    await expect(show('harbor-admin', unreachable)).rejects.toThrow('no route to host');
    await expect(show('hcloud-token')).rejects.toMatchObject({ code: 'E1301' });
  });

  it('names Secrets that the Blueprints make', async () => {
    const { loadBlueprints } = await import('../../../../src/blueprints/catalog/load.js');
    const blueprints = await loadBlueprints(new URL('../../../../templates/blueprints', import.meta.url).pathname);
    const made = blueprints.flatMap(({ secrets }) =>
      secrets.flatMap(({ namespace, name, keys }) => keys.map((key) => `generated/${namespace}/${name}/${key}`)),
    );
    expect(logins(fqdn).filter(({ credential }) => !made.includes(credential))).toEqual([]);
  });
});

describe('a secret that a person asked to see', () => {
  const sink = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, write: (text: string) => written.push(text) };
  };
  const output = (stdout: ReturnType<typeof sink>, json = false) => {
    const redactor = createRedactor();
    redactor.register('correct-horse');
    return createOutput({ json, stdout, stderr: sink(true), redactor });
  };

  it('is on a terminal, and nowhere else', () => {
    const terminal = sink(true);
    output(terminal).reveal('correct-horse');
    expect(terminal.written).toEqual(['correct-horse\n']);
    const file = sink(false);
    expect(() => output(file).reveal('correct-horse')).toThrow('terminal only');
    expect(() => output(sink(true), true).reveal('correct-horse')).toThrow('terminal only');
    expect(file.written).toEqual([]);
  });

  it('is redacted everywhere else, also on a terminal', () => {
    const terminal = sink(true);
    output(terminal).print('it is correct-horse');
    expect(terminal.written.join('')).not.toContain('correct-horse');
  });
});
