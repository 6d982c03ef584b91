/** Harbor: an OCI registry whose blobs lie in the bucket that its values name, open to its administrator and its robots. */

import { secretValue } from '../controllers/flux/flux-ready.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import type { LabHandler } from '../requests/http-server.js';
import { registryHandler } from '../servers/registry/handler.js';
import { registryStorage } from '../servers/registry/storage.js';
import { bucketOf } from './buckets.js';
import { type Component, text } from './component.js';

export function harbor(): Component {
  const handlers = new Map<string, LabHandler>();

  async function handlerFor(lab: ReconcileContext, namespace: string): Promise<LabHandler> {
    const root = /rootdirectory\\*"?:\s*\\*"?\/?([A-Za-z0-9/_-]+)/.exec(rootText(lab, namespace))?.[1];
    const bucket = await bucketOf(lab, namespace, 'harbor', root ? `${root}/` : '');
    const opened = `${bucket.name} ${bucket.accessKey}`;
    const known = handlers.get(opened);
    if (known) return known;
    const handler = registryHandler({
      storage: registryStorage(bucket),
      authorize: (credentials) => {
        if (!credentials) return false;
        const users = accounts(lab, namespace);
        return users.some(([name, password]) => name === credentials.username && password === credentials.password);
      },
    });
    handlers.set(opened, handler);
    return handler;
  }

  return {
    name: 'harbor',
    emulates: (service) => /^harbor(-core|-registry|-portal)?$/.test(service.metadata.name),
    async handle(request, { lab, service }) {
      if (request.path === '/api/v2.0/ping') return text(200, 'Pong');
      if (request.path === '/api/v2.0/health') return { status: 200, body: { status: 'healthy', components: [] } };
      if (!request.path.startsWith('/v2')) return projects(request.path, request.method);
      const handler = await handlerFor(lab, service.metadata.namespace!);
      return handler(request);
    },
  };
}

const rootText = (lab: ReconcileContext, namespace: string): string =>
  lab.store
    .list('helm.toolkit.fluxcd.io/v2/HelmRelease')
    .filter((release) => (release.spec.targetNamespace ?? release.metadata.namespace) === namespace)
    .map((release) => JSON.stringify(release.spec.values ?? {}))
    .join('\n');

/** User and password pairs: the administrator's Secret, and those of robots. */
function accounts(lab: ReconcileContext, namespace: string): [string, string][] {
  return lab.store.list('v1/Secret', namespace).flatMap(({ metadata: { name }, data = {} }): [string, string][] => {
    const read = (key: string) => secretValue(lab, namespace, name, key);
    const admin = read('HARBOR_ADMIN_PASSWORD');
    const pair: [string, string][] = data.username && data.password ? [[read('username')!, read('password')!]] : [];
    return admin ? [...pair, ['admin', admin]] : pair;
  });
}

// projects exist as soon as somebody pushes into them
const projects = (path: string, method: string) =>
  path.startsWith('/api/v2.0/projects') && method !== 'GET'
    ? { status: 201 }
    : path.startsWith('/api/v2.0/')
      ? { status: 200, body: [] }
      : text(200, '<!doctype html><title>Harbor</title>', { 'content-type': 'text/html' });
