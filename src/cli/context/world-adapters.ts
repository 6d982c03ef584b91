/** The adapters of a world: its clusters, Hetzner, Object Storage, HTTP, Git and Helm. What is heavy is loaded at its first use. */
import { join } from 'node:path';
import { objectStorageEndpoint } from '../../sovereign/object-storage.js';
import { cacheDir } from '../../sovereign/state/state-dir.js';
import { createGit } from '../../tools/git/git-client.js';
import { createHelmCharts } from '../../tools/helm/helm-charts.js';
import { createHelm } from '../../tools/helm/helm-client.js';
import { createHttp } from '../../tools/http/http-client.js';
import { createHttpStream } from '../../tools/http/http-stream.js';
import { createSlowUpload } from '../../tools/http/slow-upload.js';
import type { FullAdapters } from '../../world/readers.js';
import { whenChanged } from '../command/once.js';
import type { WorldKubes } from './clusters/world-kubes.js';
import type { WorldRequest } from './world-request.js';
import type { WorldTools } from './world-tools.js';

export function createWorldAdapters(
  request: WorldRequest,
  { dialer, vendors, exec, binaries, runFolder, calls }: WorldTools,
  { kube, mother, upToDate }: WorldKubes,
) {
  const { sovereign, credentials, clock, env, signal } = request;
  const { spec } = sovereign;
  const hetzner = whenChanged(
    () => credentials.get('hcloud-token'),
    async (token) => {
      const { createHetznerApi } = await import('../../hetzner/api/create-api.js');
      const { endpoint } = spec.hetzner;
      return createHetznerApi({ token, endpoint, clock, dialer: vendors, ...calls });
    },
  );
  const objectStore = whenChanged(
    async () => `${await credentials.get('s3-access-key')}\n${await credentials.get('s3-secret-key')}`,
    async (pair) => {
      const [accessKey = '', secretKey = ''] = pair.split('\n');
      return objectStoreOf({ accessKey, secretKey });
    },
  );
  const objectStoreOf = async (pair: { accessKey: string; secretKey: string }) => {
    const { createObjectStore } = await import('../../tools/s3/s3.js');
    const { location: region } = spec.objectStorage;
    return createObjectStore({ endpoint: objectStorageEndpoint(spec), region, ...pair, dialer: vendors, ...calls });
  };
  const helm = () => binaries.path('helm');
  return {
    kube,
    services: kube,
    mother,
    hetzner,
    objectStore,
    objectStoreOf,
    http: createHttp({ dialer, ...calls }),
    webhook: createHttp({ dialer: vendors, ...calls }),
    httpStream: createHttpStream({ dialer, signal }),
    slowUpload: createSlowUpload({ dialer, clock }),
    git: createGit({ dialer, ...calls, exec, folder: runFolder.path }),
    helm: createHelm({
      dialer,
      signal,
      exec,
      helm,
      home: join(cacheDir(env), 'helm'),
      ready: upToDate,
      folder: runFolder.path,
    }),
    charts: createHelmCharts({ exec, helm, signal }),
  } satisfies FullAdapters;
}
