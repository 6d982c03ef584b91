import { describe, expect, it } from 'vitest';
import { openHandover } from '../../../../src/handover/handover.js';
import { classifyCloudCredentials } from '../../../../src/handover/mother/old-credentials/classify-cloud-credentials.js';
import { isPublicAddress } from '../../../../src/handover/mother/old-credentials/classify-credential-check.js';
import { bindingsOfMother, copiesThere, revokeAccess } from '../../../../src/handover/mother/revoke.js';
import type { HetznerApi, HetznerWriter } from '../../../../src/hetzner/api/api.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { printOf, printOfKeys } from '../../../../src/mother/jobs/cloud-credentials-check.js';
import type { CredentialCheck } from '../../../../src/mother/jobs/credential-check.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { ids, memoryCluster, motherCluster, rig } from '../rig.js';

const id = ids[0]!;
const dead = '203.0.113.77:6443';
const balancer = '198.51.100.20:6443';
const node = '198.51.100.21:6443';
const kubeconfig = (server: string) => `apiVersion: v1
kind: Config
current-context: c
contexts: [{ name: c, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: '${server}', certificate-authority-data: ${btoa('PEM')} } }]
users: [{ name: u, user: { token: new } }]
`;

const hetzner = {
  list: async (type: string) =>
    type === 'load_balancer'
      ? [
          {
            name: 'catalyst-omantel-omani-works-lb',
            public_net: { ipv4: { ip: '198.51.100.20' }, ipv6: { ip: '2001:db8::20' } },
          },
          { name: 'shop-lb', public_net: { ipv4: { ip: '203.0.113.77' }, ipv6: { ip: null } } },
        ]
      : [],
} as unknown as HetznerApi & HetznerWriter;

const theNode = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'cp1' },
  status: { addresses: [{ type: 'ExternalIP', address: '198.51.100.21' }] },
};

/** What the record says once the Job has answered `trial`. */
async function tried(
  trial: Omit<CredentialCheck, 'kubeconfigs'> & { at: string },
  api: () => HetznerApi = () => hetzner,
) {
  const { at, ...more } = trial;
  const mother = motherCluster({ 'try-credentials': () => ({ kubeconfigs: { [id]: at }, ...more }) });
  const { world, context } = rig(mother, memoryCluster([theNode]), () => undefined);
  await world.credentials.set('sovereign-kubeconfig', kubeconfig('https://198.51.100.20:6443'));
  Object.assign(world, { hetzner: async () => api() });
  const handover = await openHandover(world, context);
  handover.record.ids = [...ids];
  const ended = await revokeAccess(handover).then(
    () => undefined,
    (error: unknown) => error,
  );

  return { ended, refusals: handover.record.refusals };
}

describe('an old kubeconfig of the mother', () => {
  it.each([
    ['the load balancer', balancer],
    ['a node', node],
    ['a name of the Sovereign', 'k8s.omantel.omani.works:6443'],
    ['this machine, wherever it is used', '127.0.0.1:6443'],
    ['a private network', '10.0.1.2:6443'],
    ['a name that nobody knows', 'old.example.org:6443'],
    ['nothing that could be read', ''],
  ])('that names %s, where nothing answers, is not proven to be revoked', async (_, server) => {
    const { ended, refusals } = await tried({
      at: 'unreachable',
      servers: { [id]: server },
      own: { [id]: 'unreachable' },
    });
    expect(ended).toMatchObject({
      code: 'E5107',
      exitCode: 8,
      message: expect.stringContaining('nothing there accepted or refused it'),
    });
    expect(refusals).toMatchObject([{ answer: 'not proven' }]);
  });

  it('that names an address of the Sovereign is revoked by a seen 401 or 403, not by another certificate authority', async () => {
    for (const server of [balancer, node]) {
      const { ended, refusals } = await tried({ at: 'refused', servers: { [id]: server } });
      expect(ended).toBeUndefined();
      expect(refusals).toMatchObject([{ answer: 'refused', server, why: expect.stringContaining('401 or 403') }]);
    }
    expect(await tried({ at: 'other-authority', servers: { [id]: balancer } })).toMatchObject({
      ended: { code: 'E5107', message: expect.stringContaining('another certificate authority') },
    });
  });

  it("is revoked wherever it leads when the Sovereign's own API is seen to refuse it", async () => {
    const api = () => expect.fail('nobody needs Hetzner for that');
    const { ended, refusals } = await tried(
      { at: 'unreachable', servers: { [id]: dead }, own: { [id]: 'refused' } },
      api,
    );
    expect(ended).toBeUndefined();
    expect(refusals).toMatchObject([{ answer: 'refused', server: dead, why: expect.stringContaining('own API') }]);
  });

  it('of a dead server that is none of the Sovereign counts, as what it is', async () => {
    const { ended, refusals } = await tried({ at: 'unreachable', servers: { [id]: dead } });
    expect(ended).toBeUndefined();
    expect(refusals).toMatchObject([
      {
        answer: 'unreachable',
        why: `${dead} is not an address of the Sovereign, and nothing there accepted or refused it`,
      },
    ]);
  });

  it('of a dead server is not proven while Hetzner cannot say whose the address is', async () => {
    const noToken = () => {
      throw fail('E1301', 'no token');
    };
    const { ended } = await tried({ at: 'unreachable', servers: { [id]: dead } }, noToken);
    expect(ended).toMatchObject({ code: 'E5107' });
  });

  it('that is accepted, where it leads or by the Sovereign, ends the handover', async () => {
    for (const trial of [
      { at: 'accepted', servers: { [id]: dead }, own: { [id]: 'refused' as const } },
      { at: 'unreachable', servers: { [id]: dead }, own: { [id]: 'accepted' as const } },
    ])
      expect(await tried(trial)).toMatchObject({ ended: { code: 'E5104', exitCode: 8 } });
  });

  it('is not proven by the answer of an earlier Job that told no server', async () => {
    expect(await tried({ at: 'unreachable' })).toMatchObject({ ended: { code: 'E5107' } });
    expect(await tried({ at: 'accepted' })).toMatchObject({ ended: { code: 'E5104' } });
  });

  it("is tried at the address that the mother can dial, by the Sovereign's authority", async () => {
    const created: Record<string, string>[] = [];
    const mother = motherCluster({ 'try-credentials': () => ({ kubeconfigs: {} }) });
    const { create } = mother.kube;
    mother.kube.create = async (object) => {
      const env = object.spec?.template?.spec?.containers?.[0]?.env as { name: string; value: string }[] | undefined;
      if (object.kind === 'Job') created.push(Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])));
      return create(object);
    };
    const { world, context } = rig(mother, memoryCluster([theNode]), () => undefined);
    await world.credentials.set('sovereign-kubeconfig', kubeconfig('https://198.51.100.20:6443'));
    await revokeAccess(await openHandover(world, context));
    expect(created).toMatchObject([{ OWN_SERVER: 'https://198.51.100.20:6443', OWN_AUTHORITY: 'PEM' }]);
  });
});

it.each([
  ['203.0.113.77', true],
  ['172.15.0.1', true],
  ['172.16.0.1', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['2001:db8::1', true],
  ['::1', false],
  ['0:0:0:0:0:0:0:1', false],
  ['fd::1', true],
  ['fe80::1', false],
  ['fd00::1', false],
  ['example.org', false],
])('%s is a public address: %s', (host, expected) => {
  expect(isPublicAddress(host)).toBe(expected);
});

describe('a credential that was accepted once', () => {
  /** What one handover remembers over several trials of what lies on the claim by then. */
  async function trials(...answers: { answer: string; print?: string }[]) {
    let now = answers[0]!;
    const mother = motherCluster({
      'try-credentials': () => ({
        kubeconfigs: { [id]: now.answer },
        own: { [id]: now.answer },
        servers: { [id]: balancer },
        ...(now.print ? { prints: { [id]: now.print } } : {}),
      }),
    });
    const { world, context } = rig(mother, memoryCluster([theNode]), () => undefined);
    await world.credentials.set('sovereign-kubeconfig', kubeconfig('https://198.51.100.20:6443'));
    Object.assign(world, { hetzner: async () => hetzner });
    const ended: unknown[] = [];
    for (const answer of answers) {
      now = answer;
      // Each run reads what the one before left on the clusters.
      const handover = await openHandover(world, context);
      handover.record.ids = [...ids];
      ended.push(
        await revokeAccess(handover).then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      );
    }
    return ended;
  }

  it('stays accepted when another file takes its place', async () => {
    const swapped = { answer: 'refused', print: 'bbbb' };
    expect(await trials({ answer: 'accepted', print: 'aaaa' }, swapped, swapped)).toEqual(['E5104', 'E5104', 'E5104']);
  });

  it('stays accepted when nothing answers any more', async () => {
    const silent = { answer: 'unreachable', print: 'aaaa' };
    expect(await trials({ answer: 'accepted', print: 'aaaa' }, silent)).toEqual(['E5104', 'E5104']);
  });

  it('is done with once that same one is refused, in whatever file', async () => {
    const refused = { answer: 'refused', print: 'aaaa' };
    expect(await trials({ answer: 'accepted', print: 'aaaa' }, refused)).toEqual(['E5104', 'done']);
  });
});

describe('a Hetzner token or a pair of keys in the records of the mother', () => {
  const token = 't'.repeat(64);
  const pair = { accessKey: 'ACCESSKEY0123456789A', secretKey: 's'.repeat(40) };

  /** One run for each answer of the cloud API; `keys`: what the Object Storage does with the pair. */
  async function runs(
    ...turns: { answer?: 'accepted' | 'refused' | 'unreachable'; keys?: 'accepted' | 'refused'; current?: string }[]
  ) {
    let now = turns[0]!;
    const mother = motherCluster({
      'try-credentials': () => ({
        kubeconfigs: {},
        ...(now.answer ? { tokens: { [printOf(token)]: now.answer } } : {}),
        ...(now.keys ? { keys: [printOfKeys(pair)] } : {}),
      }),
    });
    const { world, context } = rig(mother, memoryCluster([theNode]), () => undefined);
    await world.credentials.set('s3-access-key', pair.accessKey);
    await world.credentials.set('s3-secret-key', pair.secretKey);
    Object.assign(world, {
      objectStoreOf: async () => ({
        listBuckets: async () => {
          if (now.keys === 'refused') throw fail('E2302', 'The keys were refused.');
          return [];
        },
      }),
    });
    const ended: string[] = [];
    for (const turn of turns) {
      now = turn;
      if (turn.current) await world.credentials.set('hcloud-token', turn.current);
      const handover = await openHandover(world, context);
      ended.push(
        await revokeAccess(handover).then(
          () => handover.record.refusals.map(({ what, answer }) => `${what}: ${answer}`).join(),
          (error: { code: string; message: string }) => `${error.code} ${error.message}`,
        ),
      );
    }
    return ended;
  }

  it('is pending until that same one is refused, under a hashed name', async () => {
    const ended = await runs({ answer: 'accepted' }, {}, { answer: 'unreachable' }, { answer: 'refused' });
    const name = `Hetzner token ${printOf(token)}`;
    expect(ended).toEqual([
      expect.stringMatching(`^E5104 Still accepted, and known to the mother: ${name}: the cloud API accepted it`),
      expect.stringMatching(`^E5104 .*${name}: accepted at .*not proven to be refused since`),
      expect.stringMatching(/^E5104 /),
      `${name}: refused`,
    ]);
    expect(ended.join()).not.toContain(token);
  });

  it('is accepted while catalyst uses the same one, even where the mother does not reach the cloud API', async () => {
    expect(await runs({ answer: 'unreachable', current: token })).toEqual([
      expect.stringMatching(/^E5104 .*it is the one that catalyst uses now/),
    ]);
    expect(await runs({ answer: 'unreachable' })).toEqual([expect.stringMatching(/^E5107 .*could not be reached/)]);
  });

  it('of the Object Storage is tried with the pair that catalyst has, and one that it does not have is asked for', async () => {
    const [accepted, refused] = await runs({ keys: 'accepted' }, { keys: 'refused' });
    expect(accepted).toMatch(/^E5104 .*Object Storage keys [0-9a-f]{16}: the Object Storage accepted them/);
    expect(refused).toBe(`Object Storage keys ${printOfKeys(pair)}: refused`);
    const strange = { credentials: { find: async () => undefined } } as unknown as Parameters<
      typeof classifyCloudCredentials
    >[1];
    expect(await classifyCloudCredentials({ keys: ['0123456789abcdef'] }, strange, 'now')).toMatchObject([
      { answer: 'not proven', why: expect.stringContaining('revoke them in the Hetzner Console') },
    ]);
  });
});

describe('what the mother could act with on the Sovereign', () => {
  const object = (kind: string, name: string, namespace?: string, more = {}): KubeObject => ({
    apiVersion: kind === 'Secret' ? 'v1' : 'rbac.authorization.k8s.io/v1',
    ...{ kind, metadata: { name, namespace }, ...more },
  });
  const user = { subjects: [{ kind: 'User', name: 'catalyst-mother' }] };
  const account = (namespace: string) => ({ subjects: [{ kind: 'ServiceAccount', name: 'mother', namespace }] });

  it('is deleted there, and what is not hers stays', async () => {
    const own = memoryCluster([
      object('Secret', 'ghcr-pull', 'flux-system'),
      object('Secret', 'dynadot-api-credentials', 'catalyst-system'),
      object('Secret', 'ghcr-pull', 'shop'),
      object('ClusterRoleBinding', 'of-her-user', undefined, user),
      object('ClusterRoleBinding', 'of-her-account', undefined, account('catalyst-system')),
      object('ClusterRoleBinding', 'of-another-account', undefined, account('shop')),
      object('ClusterRoleBinding', 'of-nobody'),
    ]);
    const { world, context, acts } = rig(
      motherCluster({ 'try-credentials': () => ({ kubeconfigs: {} }) }),
      own,
      () => undefined,
    );
    const handover = await openHandover(world, context);
    await revokeAccess(handover);
    expect([...own.objects.keys()].filter((key) => /^(Secret|Cluster)/.test(key)).sort()).toEqual([
      'ClusterRoleBinding /of-another-account',
      'ClusterRoleBinding /of-nobody',
      'Secret shop/ghcr-pull',
    ]);
    expect(acts.filter((sentence) => sentence.startsWith('delete'))).toEqual([
      "delete Secret flux-system/ghcr-pull on the Sovereign: the copy of the shared registry's pull token",
      "delete Secret catalyst-system/dynadot-api-credentials on the Sovereign: the copy of the registrar's key",
      "delete ClusterRoleBinding of-her-user on the Sovereign: it grants rights to the mother's user",
      "delete ClusterRoleBinding of-her-account on the Sovereign: it grants rights to the mother's user",
    ]);
    expect([await copiesThere(world), await bindingsOfMother(world)]).toEqual([[], []]);
  });
});
