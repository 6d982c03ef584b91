/** Where a kind lives in the API, asked of the server once per group and version. */
import { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { fail } from '../../support/errors/errors.js';
import type { KubeTransport } from './kube-transport.js';

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

export interface KubePaths {
  /** Path of a collection; undefined when the server does not serve the kind (yet). */
  collection(apiVersion: string, kind: string, namespace?: string): Promise<string | undefined>;
}

export function createKubePaths(transport: KubeTransport): KubePaths {
  const known = new Map<string, Promise<Resource[]>>();
  const resources = (apiVersion: string): Promise<Resource[]> => {
    const cached = known.get(apiVersion);
    if (cached) return cached;
    const asked = (async () => {
      const answer = await transport.send({ method: 'GET', path: groupPath(apiVersion) });
      if (answer.status === 404) return [];
      if (answer.status !== 200) throw refusal('GET', groupPath(apiVersion), answer);
      return resourcesIn(answer);
    })();
    known.set(apiVersion, asked);
    asked.catch(() => known.delete(apiVersion));
    return asked;
  };
  return {
    async collection(apiVersion, kind, namespace) {
      const fits = (resource: Resource) => resource.kind === kind && !resource.name.includes('/');
      let found = (await resources(apiVersion)).find(fits);
      if (!found) {
        // A CRD may have come since we asked.
        known.delete(apiVersion);
        found = (await resources(apiVersion)).find(fits);
      }
      if (!found) return undefined;
      const scope = found.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
      return `${groupPath(apiVersion)}${scope}/${found.name}`;
    },
  };
}

const discovery = z.object({
  resources: z
    .array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean().default(false) }))
    .nullish(),
});

/** The kinds in an answer of discovery. Throws E3101 when it is none. */
export function resourcesIn(answer: { status: number; body: string }): Resource[] {
  const said = checkShape(discovery, jsonOrUndefined(answer.body));
  if (said.success) return said.data.resources ?? [];
  throw fail('E3101', `The Kubernetes API did not return a list of kinds: ${answer.body.trim().slice(0, 80)}`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The server's own words, with the right exit status: E3102, or E3101 when it is not a Kubernetes API at all. */
export function refusal(method: string, path: string, answer: { status: number; body: string }) {
  const status = jsonOrUndefined(answer.body) as { message?: unknown; reason?: unknown } | null | undefined;
  if (typeof status !== 'object' || status === null) {
    return fail(
      'E3101',
      `${method} ${path} answered ${answer.status} with something that is not Kubernetes: ${answer.body.trim().slice(0, 80)}`,
      {
        data: { status: answer.status, ambiguous: method !== 'GET' && answer.status >= 500 },
      },
    );
  }
  return fail(
    'E3102',
    `Kubernetes refused ${method} ${path} (${answer.status} ${status.reason ?? ''}): ${status.message ?? answer.body.slice(0, 200)}`,
    {
      data: { status: answer.status, reason: status.reason, ambiguous: method !== 'GET' && answer.status >= 500 },
    },
  );
}
