/** D14: something on the Sovereign that names the mother: each kind of the discovery, each kind of reference, wrapped somehow, in some place. */
import { issueCertificate } from '../../../lab/src/certificates.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { nameOfObject } from '../../../src/mother/protected/ownership.js';
import { motherHosts } from '../../../src/sovereign/spec/mother-hosts.js';
import { motherAddress, motherAddress6, motherCa } from '../stages/tethers.js';
import { onUmbilical, ownGit, type Scanning } from '../stages/umbilical.js';
import { anyKind } from './kinds.js';
import { limitOf } from './limits.js';
import type { Grammar, Mutant } from './mutant.js';
import { inNewObject, inTreeObject } from './places.js';
import type { Random } from './random.js';
import { addressReference, hostReference, type Reference } from './references.js';
import { wrapped } from './wrappings.js';

const hers = await issueCertificate({ commonName: 'x', dnsNames: ['mail.openova.io'] }, motherCa);
const demo = 'bakkal.omani.rest';

const references: readonly ((random: Random) => Reference)[] = [
  (random) => hostReference(random.pick(motherHosts), random),
  (random) => hostReference(`${random.word()}.openova.io`, random),
  (random) => hostReference('openova.io', random),
  (random) => hostReference(demo, random),
  (random) => addressReference(motherAddress, random),
  (random) => addressReference(motherAddress6, random),
  (random) => ({ what: 'a Service of hers', text: `http://${random.word()}.openova-system.svc:8080/${random.word()}` }),
  (random) => ({
    what: 'a Service of hers by its full name',
    text: `${random.word()}.openova-system.svc.cluster.local`,
  }),
  () => ({ what: 'her authority', text: motherCa.certificate }),
  () => ({ what: 'a certificate for a name of hers', text: hers.certificate }),
];

const judge = (objects: KubeObject[], scanning: Scanning = {}) =>
  onUmbilical.judge({ objects: [ownGit(), ...objects], scanning });

function mutant(change: string, object: KubeObject, scanning?: Scanning): Mutant {
  const where = nameOfObject(object);
  const finds: Mutant['finds'] = (finding) => finding.where === where;
  return { item: 'D14', change: `${change}, in ${where}`, judge: () => judge([object], scanning), finds };
}

/** One reference in a new object, or in one that the tree has. */
const planted: Grammar = (random) => {
  const { what, text } = random.pick(references)(random);
  const inside = wrapped(text, random);
  const { object, where } =
    random.below(3) === 0 ? inTreeObject(inside.text, random) : inNewObject(anyKind(random), inside.text, random);
  const limit = limitOf(where, inside.text);
  return { ...mutant(`${what}, ${inside.how}, at ${where}`, object), ...(limit ? { limit } : {}) };
};

/** A name in two values beside each other. */
const split: Grammar = (random) => {
  const host = random.pick([`${random.word()}.openova.io`, 'openova.io', demo]);
  const at = 2 + random.below(host.length - 4);
  const [head, tail] = [host.slice(0, at), host.slice(at)];
  const bare = random.below(2) === 0 && tail.startsWith('.') ? tail.slice(1) : tail;
  const parts = random.pick([
    { a: `https://${head}`, b: bare },
    { list: [head, `${bare}/x`] },
    {
      env: [
        { name: 'A', value: head },
        { name: 'B', value: bare },
      ],
    },
  ]);
  const { apiVersion, kind, namespaced } = { apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true };
  const { object } = inNewObject({ apiVersion, kind, namespaced }, random.word(), random);
  return mutant(`${host} split into ${head} and ${bare}`, { ...object, spec: { ...object.spec, ...parts } });
};

/** OpenOva's account and registrar break L2 alone, so that the spec asks for it. */
const ofOpenova: Grammar = (random) => {
  const { what, text } = random.pick([
    { what: "OpenOva's account", text: `ghcr.io/openova-io/${random.word()}:1` },
    { what: "OpenOva's account", text: `https://github.com/openova-io/${random.word()}` },
    hostReference('api.dynadot.com', random),
  ]);
  const inside = wrapped(text, random);
  const { object, where } = inNewObject(anyKind(random), inside.text, random);
  return mutant(`${what}, ${inside.how}, at ${where}`, object, { spec: { independence: { grade: 'L2' } } });
};

/** A user or an account by which the mother acts. */
const subject: Grammar = (random) => {
  const name = random.pick(['contabo', 'mother', `mother-${random.word()}`, `${random.word()}:contabo`]);
  const kind = random.pick(['ClusterRoleBinding', 'RoleBinding']);
  const namespace = kind === 'RoleBinding' ? { namespace: 'apps' } : {};
  const by = random.pick([{ kind: 'User' }, { kind: 'Group' }, { kind: 'ServiceAccount', namespace: random.word() }]);
  const metadata = { name: random.word(), ...namespace };
  const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, subjects: [{ ...by, name }] };
  return mutant(`rights of ${by.kind} ${name}`, object);
};

const file: Grammar = (random) => {
  const inside = wrapped(random.pick(references)(random).text, random);
  const files = {
    [`${random.word()}/${random.word()}.yaml`]: `kind: ConfigMap\ndata:\n  a: ${JSON.stringify(inside.text)}\n`,
  };
  return {
    ...{
      item: 'D14',
      change: `${Object.keys(files)[0]} in the Git tree has ${inside.text.slice(0, 80)}, ${inside.how}`,
    },
    judge: () => judge([], { files }),
  };
};

const record: Grammar = (random) => {
  const fqdn = 'omantel.omani.works';
  const parent = { 'omani.works': { NS: ['ns.parent.example'] } };
  const records = random.pick([
    { 'omani.works': { NS: ['ns.parent.example', `ns${random.below(9)}.openova.io.`] } },
    { ...parent, [fqdn]: { A: [motherAddress] } },
    { ...parent, [fqdn]: { A: ['203.0.113.7'], AAAA: [motherAddress6] } },
    { ...parent, [fqdn]: { NS: [`ns1.${fqdn}`, `${random.word()}.openova.io`] } },
  ]);
  return { item: 'D14', change: `DNS answers ${JSON.stringify(records)}`, judge: () => judge([], { records }) };
};

export const tetherGrammars: readonly Grammar[] = [
  ...Array.from({ length: 12 }, () => planted),
  ...[split, split, ofOpenova, subject, file, record],
];
