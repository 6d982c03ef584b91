/** Which path serves a kind: learned from discovery, once per group version, asked again only for a kind not yet known. */
import type { KubeRef } from 'catalyst/kubernetes/client/kube.js';
import { RequestRefused, type Transport } from './client-transport.js';

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

export interface ResourceMap {
  /** Whether the kind has that subresource; false for a kind that is not served. */
  has(ref: KubeRef, subresource: string): Promise<boolean>;
  /** @throws RequestRefused 404 when the kind is not served */
  path(ref: KubeRef, subresource: string, withName: boolean): Promise<string>;
  tryPath(ref: KubeRef, subresource: string, withName: boolean): Promise<string | undefined>;
}

export function createResourceMap(transport: Transport): ResourceMap {
  const known = new Map<string, Resource>();
  // `/apis/<group>/<version>/<plural>/<subresource>`
  const below = new Set<string>();

  async function find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const key = `${apiVersion}/${kind}`;
    if (!known.has(key)) {
      const found = await transport.json<{ resources: Resource[] }>('GET', rootOf(apiVersion)).catch((error) => {
        if (error instanceof RequestRefused && error.status === 404) return { resources: [] };
        throw error;
      });
      for (const resource of found.resources) {
        if (resource.name.includes('/')) below.add(`${rootOf(apiVersion)}/${resource.name}`);
        else known.set(`${apiVersion}/${resource.kind}`, resource);
      }
    }
    return known.get(key);
  }

  async function tryPath(ref: KubeRef, subresource: string, withName: boolean): Promise<string | undefined> {
    const resource = await find(ref.apiVersion, ref.kind);
    if (!resource) return undefined;
    let namespace = '';
    if (resource.namespaced && (ref.namespace !== undefined || ref.name !== '')) {
      namespace = `/namespaces/${ref.namespace ?? 'default'}`;
    }
    const name = withName ? `/${encodeURIComponent(ref.name)}` : '';
    return `${rootOf(ref.apiVersion)}${namespace}/${resource.name}${name}${subresource ? `/${subresource}` : ''}`;
  }

  return {
    tryPath,
    async has({ apiVersion, kind }, subresource) {
      const resource = await find(apiVersion, kind);
      return resource !== undefined && below.has(`${rootOf(apiVersion)}/${resource.name}/${subresource}`);
    },
    async path(ref, subresource, withName) {
      const path = await tryPath(ref, subresource, withName);
      if (path !== undefined) return path;
      throw new RequestRefused(404, 'NotFound', `no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`);
    },
  };
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
