/** D3, D4 and D5: a Flux source that is somebody else's, an answer of DNS, a certificate that cannot be renewed. */
import type { DnsAnswer } from '../../../src/tools/dns/dns.js';
import type { Stage } from '../rigged-world.js';
import { type CertificatesWorld, onCertificates } from '../stages/certificates.js';
import { type NamesWorld, onNames, onSignedNames } from '../stages/delegated-names.js';
import { onSources, type SourcesWorld } from '../stages/flux-sources.js';
import type { Grammar, Mutant } from './mutant.js';
import type { Random } from './random.js';

function on<W>(item: string, stage: Stage<W>, change: string, rig: (world: W) => unknown): Mutant {
  const judge = async () => {
    const world = await stage.honest();
    await rig(world);
    return stage.judge(world);
  };
  return { item, change, judge };
}

const strange = ['185.53.179.128', '192.0.2.10', '203.0.113.99', '2.2.2.2'];
const a = (name: string, data: string) => ({ name, type: 'A', ttl: 60, data });

const answers: readonly [string, (honest: DnsAnswer, name: string, random: Random) => DnsAnswer][] = [
  ['leads elsewhere', (honest, name, random) => ({ ...honest, answers: [a(name, random.pick(strange))] })],
  [
    'has one address more',
    (honest, name, random) => ({ ...honest, answers: [...honest.answers, a(name, random.pick(strange))] }),
  ],
  ['knows no such name', (honest) => ({ ...honest, rcode: 'NXDOMAIN', answers: [] })],
  ['fails', (honest) => ({ ...honest, rcode: 'SERVFAIL', answers: [] })],
  ['refuses', (honest) => ({ ...honest, rcode: 'REFUSED', answers: [] })],
  ['has no address', (honest) => ({ ...honest, answers: [] })],
  [
    'does not answer',
    () => {
      throw new Error('no answer');
    },
  ],
];

const resolver: Grammar = (random) => {
  const [what, change] = random.pick(answers);
  const at = random.next();
  return on<NamesWorld>('D4', onNames, `the resolver at ${at.toFixed(3)} ${what}`, (world) =>
    world.answers.set(world.resolvers[Math.floor(at * world.resolvers.length)]!, ({ name, type }, honest) =>
      type === 'A' ? change(honest, name, random) : honest,
    ),
  );
};

const own: Grammar = (random) => {
  const [what, change] = random.pick(answers.filter(([one]) => !one.includes('one address more')));
  return on<NamesWorld>('D4', onNames, `the Sovereign's own server ${what}`, (world) =>
    world.answers.set('203.0.113.10', ({ name }, honest) => change(honest, name, random)),
  );
};

const chain: Grammar = (random) => {
  const at = random.next();
  const [what, change] = random.pick<[string, (honest: DnsAnswer) => DnsAnswer]>([
    ['does not validate', (honest) => ({ ...honest, authenticated: false })],
    ['finds the chain broken', (honest) => ({ ...honest, rcode: 'SERVFAIL' })],
    [
      'cannot be asked',
      () => {
        throw new Error('no answer');
      },
    ],
  ]);
  return on<NamesWorld>('D4', onSignedNames, `of a signed zone, the resolver at ${at.toFixed(3)} ${what}`, (world) =>
    world.answers.set(world.resolvers[Math.floor(at * world.resolvers.length)]!, (_, honest) => change(honest)),
  );
};

const source: Grammar = (random) => {
  const kind = random.pick([
    'GitRepository',
    'HelmRepository',
    'OCIRepository',
    'Bucket',
    'HelmChart',
    'ExternalArtifact',
  ]);
  const host = random.pick([
    'gitea.omantel.omani.works.evil.example',
    `${random.word()}.example`,
    'git.openova.io',
    'notgitea.omantel.omani.works.example',
  ]);
  const url = random.pick([
    `https://${host}/a/b.git`,
    `https://gitea.omantel.omani.works@${host}/b.git`,
    `https://${host}/gitea.omantel.omani.works/b.git`,
    `ssh://git@${host}/b.git`,
  ]);
  const spec =
    kind === 'Bucket'
      ? { endpoint: host, bucketName: 'x' }
      : { url: kind === 'OCIRepository' ? url.replace(/^\w+:/, 'oci:') : url };
  const at = { namespace: random.pick(['flux-system', random.word()]), name: random.word() };
  return on<SourcesWorld>('D3', onSources, `${kind} ${at.namespace}/${at.name} at ${url}`, (world) =>
    world.source(kind, spec, at),
  );
};

const sourceOfTree: Grammar = (random) => {
  const at = random.next();
  const change = random.pick<[string, object]>([
    ['is suspended', { suspend: true }],
    ['leads elsewhere', { url: `https://${random.word()}.example/x` }],
  ]);
  return on<SourcesWorld>(
    'D3',
    onSources,
    `the source at ${at.toFixed(3)} of the tree ${change[0]}`,
    ({ cluster, at: object }) => {
      const keys = [...cluster.objects.keys()].sort();
      Object.assign(object(keys[Math.floor(at * keys.length)]!).spec, change[1]);
    },
  );
};

const certificate: Grammar = (random) => {
  const at = random.next();
  const [what, rig] = random.pick<[string, (world: CertificatesWorld, key: string) => unknown]>([
    [
      'is not Ready',
      ({ at: object }, key) =>
        Object.assign(object(key).status, {
          conditions: [{ type: 'Ready', status: random.pick(['False', 'Unknown']) }],
        }),
    ],
    ['has no condition', ({ at: object }, key) => Object.assign(object(key).status, { conditions: [] })],
    [
      'is overdue',
      ({ at: object }, key) =>
        Object.assign(object(key).status, {
          renewalTime: `2026-${random.pick(['09', '10'])}-1${random.below(10)}T00:00:00Z`,
        }),
    ],
    ['says nothing of its renewal', ({ at: object }, key) => Reflect.deleteProperty(object(key).status, 'renewalTime')],
  ]);
  return on('D5', onCertificates, `the certificate at ${at.toFixed(3)} ${what}`, (world) => {
    const keys = [...world.cluster.objects.keys()].filter((key) => key.startsWith('Certificate ')).sort();
    return rig(world, keys[Math.floor(at * keys.length)]!);
  });
};

const solver: Grammar = (random) => {
  const host = random.pick([
    'http://powerdns.powerdns.svc.example.org:8081',
    `https://${random.word()}.example`,
    'http://pdns.openova.io',
    'powerdns.powerdns.svc',
  ]);
  const [what, rig] = random.pick<
    [string, (solvers: { dns01: { webhook: { config: Record<string, unknown> } } }[]) => unknown]
  >([
    [`solves at ${host}`, ([one]) => Object.assign(one!.dns01.webhook.config, { host })],
    ['has another solver too', (solvers) => solvers.push({ dns01: { webhook: { config: { host } } } })],
    ['has no solver', (solvers) => solvers.splice(0)],
    [
      'has another key',
      ([one]) => Object.assign(one!.dns01.webhook.config, { apiKeySecretRef: { name: random.word(), key: 'x' } }),
    ],
  ]);
  return on('D5', onCertificates, `letsencrypt-prod ${what}`, ({ at }) =>
    rig(at('ClusterIssuer letsencrypt-prod').spec.acme.solvers),
  );
};

const shown: Grammar = (random) => {
  const change = random.pick([
    { authorized: false },
    { sans: [] },
    { sans: [`DNS:${random.word()}.example`] },
    { sans: ['DNS:omantel.omani.works'] },
    { sans: ['DNS:*.x.omantel.omani.works', 'DNS:*.omani.works'] },
    { subject: 'CN=TRAEFIK DEFAULT CERT' },
  ]);
  return on('D5', onCertificates, `public hosts show ${JSON.stringify(change)}`, (world) =>
    Object.assign(world.shown, change),
  );
};

const issuing: Grammar = (random) => {
  const change = random.pick([{ first: false }, { renewal: false }, { newKey: false }]);
  return on('D5', onCertificates, `cert-manager with ${JSON.stringify(change)}`, (world) =>
    Object.assign(world.issuing, change),
  );
};

export const nameGrammars: readonly Grammar[] = [
  resolver,
  resolver,
  own,
  chain,
  source,
  source,
  sourceOfTree,
  certificate,
  certificate,
  solver,
  shown,
  issuing,
];
