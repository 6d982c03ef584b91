/** D15: something of the Sovereign that is left on the mother: an object of any kind, a file, a record set, a row, a record in memory. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { nameOfObject } from '../../../src/mother/protected/ownership.js';
import { fqdn, lostId, ownAddress, ownCa } from '../stages/leftovers.js';
import { onResidue, type ResidueWorld } from '../stages/residue.js';
import { anyKind } from './kinds.js';
import type { Grammar, Mutant } from './mutant.js';
import { inNewObject } from './places.js';
import type { Random } from './random.js';
import { addressReference, hostReference, type Reference } from './references.js';
import { wrapped } from './wrappings.js';

const slug = 'omantel-omani-works';
const ofSovereign = { 'catalyst.openova.io/sovereign': fqdn };

const traces: readonly ((random: Random) => Reference)[] = [
  (random) => hostReference(fqdn, random),
  (random) => hostReference(`${random.word()}.${fqdn}`, random),
  (random) => ({ what: 'the id of a record', text: random.pick([lostId, `./runs/${lostId}`, `id=${lostId}`]) }),
  (random) => ({
    what: 'the slug',
    text: random.pick([slug, `tofu-${slug}`, `s3://${slug}/${random.word()}`, `${slug}_x`]),
  }),
  (random) => addressReference(ownAddress, random),
  () => ({ what: "the cluster's authority", text: ownCa.certificate }),
];

function mutant(change: string, rig: (world: ResidueWorld) => unknown, object?: KubeObject): Mutant {
  const judge = async () => {
    const world = await onResidue.honest();
    await rig(world);
    return onResidue.judge(world);
  };
  const where = object && nameOfObject(object);
  return { item: 'D15', change: where ? `${change}, in ${where}` : change, judge };
}

const planted: Grammar = (random) => {
  const { what, text } = random.pick(traces)(random);
  const inside = wrapped(text, random);
  const { object, where } = inNewObject(anyKind(random), inside.text, random, random.pick(['tools', 'default']));
  return mutant(`${what}, ${inside.how}, at ${where}`, ({ objects }) => objects.push(object), object);
};

/** By what an object is called, or by its labels. */
const named: Grammar = (random) => {
  const { apiVersion, kind, namespaced } = anyKind(random);
  const word = random.word();
  const metadata = random.pick<Record<string, unknown>>([
    { name: slug },
    { name: random.pick([`tofu-${slug}`, `${slug}-${word}`, `sovereign-${slug}`]) },
    { name: word, labels: ofSovereign },
    { name: word, labels: { [`${word}.example/for`]: random.pick([fqdn, slug]) } },
    { name: word, labels: { [`${fqdn}/${word}`]: 'x' } },
    { name: word, annotations: { [`${word}.example/for`]: `https://console.${fqdn}/` } },
  ]);
  const object = { apiVersion, kind, metadata: { ...metadata, ...(namespaced ? { namespace: 'tools' } : {}) } };
  return mutant(
    `an object by its metadata ${JSON.stringify(metadata)}`,
    ({ objects }) => objects.push(object as KubeObject),
    object as KubeObject,
  );
};

/** A demo may mention the Sovereign, a Secret of theirs may not have its name in it. */
const protectedSecret: Grammar = (random) => {
  const { what, text } = random.pick(traces.slice(0, 4))(random);
  const inside = wrapped(text, random, 2);
  const data = { [random.word()]: Buffer.from(inside.text).toString('base64') };
  const namespace = random.pick(['openova-system', 'sme', 'marketplace', `tenant-${random.word()}`]);
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: random.word() }, data };
  return mutant(`${what}, ${inside.how}`, ({ objects }) => objects.push(object), object);
};

const file: Grammar = (random) => {
  const path = random.pick([
    `kubeconfigs/${lostId}.yaml`,
    `deployments/${lostId}.json`,
    `executions/${lostId}/${random.word()}.log`,
    `tofu/${slug}/${random.word()}.tfstate`,
    `tofu/${lostId}/terraform.tfstate`,
    `tmp/${lostId}-${random.word()}`,
  ]);
  return mutant(`${path} on the claim`, ({ files }) => files.push(`ours ${path}`));
};

const recordSet: Grammar = (random) => {
  const type = random.pick(['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'SRV', 'CAA', 'DNSKEY', 'HTTPS', 'NS']);
  const name = `${random.word()}.${fqdn}.`;
  const zone = random.pick(['omani.works.', 'works.', 'openova.io.']);
  const set = { name, type, records: [type === 'A' ? '192.0.2.10' : `"${random.word()}"`] };
  return mutant(`${type} ${name} in zone ${zone}`, ({ zones }) => {
    zones[zone] = [...(zones[zone] ?? []), set];
  });
};

const pointer: Grammar = (random) => {
  const type = random.pick(['CNAME', 'TXT', 'MX', 'SRV', 'A'] as const);
  const content = {
    CNAME: `console.${fqdn}.`,
    TXT: `"v=spf1 a:mail.${fqdn}"`,
    MX: `10 mail.${fqdn}.`,
    SRV: `0 0 443 ${fqdn}.`,
    A: ownAddress,
  };
  const name = `${random.word()}.openova.io.`;
  return mutant(`${type} ${name} leads to ${content[type]}`, ({ zones }) => {
    zones['openova.io.'] = [{ name, type, records: [content[type]] }];
  });
};

const zone: Grammar = (random) => {
  const name = random.pick([`${fqdn}.`, `${random.word()}.${fqdn}.`]);
  return mutant(`zone ${name}`, ({ zones }) => Object.assign(zones, { [name]: [] }));
};

const row: Grammar = (random) => {
  const one = { subdomain: random.word(), sovereignFQDN: fqdn };
  return mutant(`row ${one.subdomain} of the pool`, ({ pool }) => pool.push(one));
};

const memory: Grammar = () => mutant(`record ${lostId} in memory`, ({ inMemory }) => inMemory.push(lostId));

export const leftoverGrammars: readonly Grammar[] = [
  ...Array.from({ length: 9 }, () => planted),
  ...[named, named, named, protectedSecret, file, recordSet, recordSet, pointer, zone, row, memory],
];
