/** What survives and may: the limits of a scan as docs/evidence.md explains them. Each is shown to be one, so that the page stays true. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';

const config = (data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'apps', name: 'rig' },
  data,
});
const host = 'console.openova.io';

/** By the words of the page. */
export const limits: Readonly<Record<string, KubeObject>> = {
  'a name split into three parts': config({ a: 'https://console.ope', b: 'nova', c: '.io/x' }),
  'a name that a program computes': config({ run: 'curl https://$(echo oi.avonepo.elosnoc | rev)/' }),
  'an encoding other than base64': config({ a: Buffer.from(host).toString('hex') }),
  'encrypted data': config({ a: 'AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq' }),
  'an API group': {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { namespace: 'apps', name: 'rig' },
    rules: [{ apiGroups: ['console.openova.example', 'shop.openova.io'], resources: ['carts'], verbs: ['get'] }],
  },
};

/** Fields in which a name without a port or a path is the group of an API, or the key of a label. */
const groupFields = /(^|\.)(apiVersion|apiGroups?|group|key|topologyKey|labelKey|annotationKey)(\.\d+)?$/;

/** By which limit a reference at that place may survive; undefined where it may not. */
export const limitOf = (where: string, text: string): string | undefined =>
  groupFields.test(where) && /^[a-z0-9.-]+(\/[\w.:/-]*)?$/i.test(text) ? 'an API group' : undefined;
