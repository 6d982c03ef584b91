/** What only asks, taken out of what does both: the rest of catalyst is not merely typed not to write, it has nothing to write with. */
import type { HetznerApi } from '../hetzner/api/api.js';
import type { Kube } from '../kubernetes/client/kube.js';
import { fail } from '../support/errors/errors.js';
import type { Git } from '../tools/git/git.js';
import type { Helm } from '../tools/helm/helm.js';
import { type Http, type HttpWriter, type SignIn, signInBy } from '../tools/http/http.js';
import type { SlowUpload } from '../tools/http/slow-upload.js';
import type { ObjectStore } from '../tools/s3/s3.js';
import type { Adapters } from './gate/writers.js';

export interface Readers {
  /** The Sovereign's API; throws E3101 as long as there is no kubeconfig. */
  kube(): Promise<Kube>;
  /** The mother's API. */
  mother(): Promise<Kube>;
  hetzner(): Promise<HetznerApi>;
  objectStore(): Promise<ObjectStore>;
  /** Whether keys that are not the ones in use are still accepted. */
  objectStoreOf(pair: { accessKey: string; secretKey: string }): Promise<Pick<ObjectStore, 'listBuckets'>>;
  git: Git;
  helm: Helm;
  http: Http;
  /** Signs in at a component of the Sovereign (OAuth 2.0 client credentials): a POST that changes nothing. */
  signIn: SignIn;
  /** To a probe, which keeps nothing of it. */
  slowUpload: SlowUpload;
}

/** Adapters that can do both. */
export interface FullAdapters extends Adapters {
  hetzner(): Promise<HetznerApi & Awaited<ReturnType<Adapters['hetzner']>>>;
  objectStore(): Promise<ObjectStore & Awaited<ReturnType<Adapters['objectStore']>>>;
  objectStoreOf: Readers['objectStoreOf'];
  git: Git & Adapters['git'];
  helm: Helm & Adapters['helm'];
  slowUpload: SlowUpload;
}

export function readersOf(adapters: FullAdapters): Readers {
  const { http, git, helm, slowUpload } = adapters;
  return {
    kube: async () => readKube(await adapters.kube()),
    mother: async () => readKube(await adapters.mother()),
    hetzner: async () =>
      pick(
        await adapters.hetzner(),
        ...(['endpoint', 'tokenFingerprint', 'lab', 'requests', 'list', 'get', 'settle'] as const),
        ...(['serverTypes', 'loadBalancerTypes', 'locations', 'pricing'] as const),
      ),
    objectStore: async () =>
      pick(
        await adapters.objectStore(),
        ...(['endpoint', 'region', 'listBuckets', 'buckets', 'bucket', 'hasLifecycle'] as const),
        ...(['get', 'getRange', 'list', 'versions', 'uploads'] as const),
      ),
    objectStoreOf: async (pair) => pick(await adapters.objectStoreOf(pair), 'listBuckets'),
    git: pick(git, 'version', 'head', 'read', 'history', 'copyTo'),
    helm: pick(helm, 'version', 'release', 'values', 'template'),
    http: readHttp(http),
    signIn: signInBy(http),
    slowUpload,
  };
}

const readKube = (kube: Kube): Kube =>
  pick(
    kube,
    'server',
    'kubeconfig',
    'credentialEnd',
    'get',
    'list',
    'waitFor',
    'raw',
    'askService',
    'tryApply',
    'review',
  );

function readHttp(http: HttpWriter): Http {
  return async (request) => {
    const { method = 'GET' } = request;
    if (method === 'GET' || method === 'HEAD') return http(request);
    throw fail('E9001', `A ${String(method)} to ${new URL(request.url).host} was to be made outside of the gate.`);
  };
}

const taken = new WeakMap<object, object>();

/** Only these members; the same object each time, so that whoever holds one can tell whether it is still the same. */
function pick<T extends object, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  const known = taken.get(from) ?? Object.fromEntries(keys.map((key) => [key, from[key]]));
  taken.set(from, known);
  return known as Pick<T, K>;
}
