/** What of an object is content: not what it was once, what was said about it, or what describes a kind. Pure. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { newBudget, unwrap } from '../text/decode.js';

/** Kinds that record what happened. */
const records = new Set(['Event', 'Lease']);
/** Earlier states, kept by the controller of what is looked at itself. */
const earlier = new Set(['ReplicaSet', 'ControllerRevision']);

/** The object with what counts; undefined where nothing does. */
export function ordinary(object: KubeObject): object | undefined {
  const { kind, metadata } = object;
  if (records.has(kind)) return undefined;
  if (earlier.has(kind) && isControlled(object)) return undefined;
  if (kind === 'Secret' && object.type === 'helm.sh/release.v1') return releaseOf(object);
  const { apiVersion: _version, ...content } = withoutSpeech(object);
  const { name: _name, ...known } = metadata;
  if (kind === 'CustomResourceDefinition') {
    const { spec } = object;
    // names of the kind, and a schema: what its descriptions mention is documentation
    return { metadata: known, spec: { conversion: spec?.conversion } };
  }
  if (/^(Validating|Mutating)WebhookConfiguration$/.test(kind)) {
    const webhooks = ((object.webhooks ?? []) as { name?: string }[]).map(({ name: _webhook, ...webhook }) => webhook);
    return { ...content, metadata, webhooks };
  }
  // of the group that it serves
  if (kind === 'APIService') return { ...content, metadata: known };
  return content;
}

const isControlled = ({ metadata }: KubeObject): boolean =>
  ((metadata.ownerReferences ?? []) as { controller?: boolean }[]).some(({ controller }) => controller === true);

/** Without messages of conditions, and without the list of images that a node holds. */
function withoutSpeech(object: KubeObject): KubeObject {
  const { status } = object;
  if (typeof status !== 'object' || status === null) return object;
  const { conditions: _conditions, images: _images, history: _history, ...rest } = status as Record<string, unknown>;
  return { ...object, status: rest };
}

/** Of helm's record of a release: what it has applied and with which values, and not the chart's files. Earlier revisions are history. */
function releaseOf(object: KubeObject): object | undefined {
  if (object.metadata.labels?.['status'] === 'superseded') return undefined;
  const [once = ''] = unwrap(String(object.data?.['release'] ?? ''), true, newBudget()).texts;
  const [json = ''] = unwrap(once, true, newBudget()).texts;
  try {
    const { config, manifest, hooks } = JSON.parse(json) as Record<string, unknown>;
    return { metadata: object.metadata, release: { config, manifest, hooks } };
  } catch {
    // none of helm's: looked at as any other Secret
    return object;
  }
}
