/** Where in an object a text can lie: every kind of place that a scan has to look at. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { Kind } from './kinds.js';
import { treeObjects } from './kinds.js';
import type { Random } from './random.js';

export interface Planted {
  object: KubeObject;
  /** Such as `spec of Widget apps/rig`. */
  where: string;
}

type Write = (text: string, random: Random) => Record<string, unknown>;

const nested: Write = (text, random) => ({ [random.word()]: { [random.word()]: { [random.word()]: text } } });
const listed: Write = (text, random) => ({ [random.word()]: [random.word(), { [random.word()]: [text] }] });
const container = (more: object) => ({ containers: [{ name: 'a', image: 'harbor.omantel.omani.works/a:1', ...more }] });

/** By a name for people; each makes what an object has beside its metadata, or metadata of its own. */
const anywhere: readonly [string, Write][] = [
  ['spec', (text, random) => ({ spec: nested(text, random) })],
  ['a list in spec', (text, random) => ({ spec: listed(text, random) })],
  ['status', (text, random) => ({ status: nested(text, random) })],
  ['a field beside spec', (text, random) => nested(text, random)],
  ['an annotation', (text, random) => ({ annotations: { [`${random.word()}.example/${random.word()}`]: text } })],
  ['an environment', (text) => ({ spec: { template: { spec: container({ env: [{ name: 'URL', value: text }] }) } } })],
  [
    'arguments',
    (text, random) => ({ spec: { template: { spec: container({ args: [`--${random.word()}`, text] }) } } }),
  ],
  [
    'an init container',
    (text) => ({ spec: { template: { spec: { initContainers: [{ name: 'i', command: [text] }] } } } }),
  ],
  ['values of a chart', (text, random) => ({ spec: { values: nested(text, random) } })],
  ['substitutions', (text) => ({ spec: { postBuild: { substitute: { URL: text } } } })],
  [
    'a template of a Job',
    (text) => ({ spec: { jobTemplate: { spec: { template: { spec: container({ command: [text] }) } } } } }),
  ],
];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const ofSecret: readonly [string, Write][] = [
  ['data', (text, random) => ({ data: { [random.word()]: base64(text) } })],
  ['data that is base64 itself', (text, random) => ({ data: { [random.word()]: base64(base64(text)) } })],
  [
    'a docker config',
    (text) => ({ data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [text]: { auth: 'x' } } })) } }),
  ],
  ['stringData', (text, random) => ({ stringData: { [random.word()]: text } })],
];
const ofConfigMap: readonly [string, Write][] = [
  ['data', (text, random) => ({ data: { [random.word()]: text } })],
  ['binaryData', (text, random) => ({ binaryData: { [random.word()]: base64(`${random.word()}\0${text}\0`) } })],
  ['a file in data', (text, random) => ({ data: { 'config.ini': `# ${random.word()}\n[a]\nurl = ${text}\n` } })],
];
/** What describes a kind is no reference; what converts it is. */
const ofDefinition: readonly [string, Write][] = [
  ['its conversion', (text) => ({ spec: { conversion: { webhook: { clientConfig: { url: text } } } } })],
  ['an annotation', (text, random) => ({ annotations: { [`${random.word()}.example/a`]: text } })],
];

function placesOf(kind: string): readonly [string, Write][] {
  if (kind === 'Secret') return [...ofSecret, ...ofSecret, ...anywhere.slice(0, 5)];
  if (kind === 'ConfigMap') return [...ofConfigMap, ...ofConfigMap, ...anywhere.slice(0, 5)];
  return kind === 'CustomResourceDefinition' ? ofDefinition : anywhere;
}

/** A new object that has the text somewhere. */
export function inNewObject(
  { apiVersion, kind, namespaced }: Kind,
  text: string,
  random: Random,
  namespace = 'apps',
): Planted {
  const [place, write] = random.pick(placesOf(kind));
  const { annotations, ...content } = write(text, random);
  const metadata = {
    name: `rig-${random.word()}`,
    ...(namespaced ? { namespace } : {}),
    ...(annotations ? { annotations: annotations as Record<string, string> } : {}),
  };
  return { object: { apiVersion, kind, metadata, ...content }, where: place };
}

/** Names of the object itself and of its kind: with another one it would be another object. */
const fixed = /^(apiVersion|kind|metadata\.(name|namespace))$/;

interface Leaf {
  path: string;
  encoded: boolean;
  put(change: (before: string) => string): void;
}

function leavesOf(value: unknown, path: string, object: KubeObject): Leaf[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): Leaf[] => {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof inner !== 'string') return leavesOf(inner, at, object);
    if (fixed.test(at)) return [];
    const put = (change: (before: string) => string) => Object.assign(value, { [key]: change(inner) });
    const encoded = path === 'binaryData' || (path === 'data' && object.kind === 'Secret');
    return [{ path: at, encoded, put }];
  });
}

/** An object of the rendered tree of which somebody has changed one value. */
export function inTreeObject(text: string, random: Random): Planted {
  for (;;) {
    const object = structuredClone(random.pick(treeObjects));
    const leaves = leavesOf(object, '', object);
    if (object.kind === 'CustomResourceDefinition' || leaves.length === 0) continue;
    const { path, encoded, put } = random.pick(leaves);
    put(() => (encoded ? base64(text) : text));
    return { object, where: path };
  }
}
