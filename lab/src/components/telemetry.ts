/** Loki, Mimir and Tempo keep what is sent to them; Grafana shows it through its datasources to who may log in. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import { secretValue } from '../controllers/flux/flux-ready.js';
import { podsBehind } from '../controllers/network/services.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { isReady } from '../controllers/workloads/pods.js';
import type { LabRequest, LabResponse } from '../requests/http-server.js';
import { basicOf } from '../servers/registry/handler.js';
import { type Component, serviceName, text } from './component.js';

export interface Telemetry {
  components: Component[];
  /** What a pod sends through the collector, and writes to its log. @throws Error naming the part that does not run */
  send(lab: ReconcileContext, pod: KubeObject, id: string): void;
}

/**
 * Alloy publishes the Pods that it has discovered every 5 s (internal/component/discovery/discovery.go of Alloy 1.11), scaled down here;
 * a Pod that is gone by then had no log.
 */
const discoveryMs = 500;

const PARTS = { loki: /^loki(-gateway)?$/, mimir: /^mimir(-gateway|-nginx)?$/, tempo: /^tempo$/ } as const;
type Part = keyof typeof PARTS;

export function createTelemetry(): Telemetry {
  const kept: Record<Part, Map<string, number>> = { loki: new Map(), mimir: new Map(), tempo: new Map() };

  const isUp = (lab: ReconcileContext, name: RegExp): boolean =>
    lab.store
      .list('v1/Service')
      .some((service) => name.test(service.metadata.name) && podsBehind(service, lab).some(isReady));

  return {
    send(lab, pod, id) {
      const collector = lab.store.list('apps/v1/DaemonSet').find((set) => /alloy/.test(set.metadata.name));
      if (!collector || (collector.status?.numberReady ?? 0) === 0)
        throw new Error('the collector (alloy) does not run');
      for (const part of Object.keys(PARTS) as Part[]) {
        if (!isUp(lab, PARTS[part])) throw new Error(`${part} does not run`);
        if (part !== 'loki') kept[part].set(id, lab.clock.now().getTime());
      }
      const tail = () => {
        const there = lab.store.get('v1/Pod', pod.metadata.namespace, pod.metadata.name);
        if (there?.metadata.uid === pod.metadata.uid) kept.loki.set(id, lab.clock.now().getTime());
      };
      lab.clock.sleep(discoveryMs, lab.signal).then(tail, () => undefined);
    },
    components: [
      ...(Object.keys(PARTS) as Part[]).map(
        (part): Component => ({
          name: part,
          emulates: (service) => PARTS[part].test(service.metadata.name),
          handle: (request) => query(part, request, kept[part]),
        }),
      ),
      grafana,
    ],
  };
}

/** Answers in the shape of each API, with the entries whose id stands in the query or path. */
function query(part: Part, request: LabRequest, kept: Map<string, number>): LabResponse {
  if (/^\/(ready|-\/ready)$/.test(request.path)) return text(200, 'ready\n');
  const asked = `${decodeURIComponent(request.path)} ${[...request.query.values()].join(' ')} ${request.body}`;
  const found = [...kept].filter(([id]) => asked.includes(id));
  if (part === 'loki') {
    const result = found.map(([id, at]) => ({
      stream: { probe: id },
      values: [[`${at}000000`, `catalyst probe ${id}`]],
    }));
    return { status: 200, body: { status: 'success', data: { resultType: 'streams', result } } };
  }
  if (part === 'mimir') {
    const result = found.map(([id, at]) => ({
      metric: { __name__: 'catalyst_probe', probe: id },
      value: [at / 1000, '1'],
    }));
    return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } };
  }
  if (request.path.startsWith('/api/search'))
    return { status: 200, body: { traces: found.map(([id]) => ({ traceID: id, rootTraceName: 'catalyst probe' })) } };
  if (found.length === 0) return text(404, 'trace not found');
  return {
    status: 200,
    body: {
      batches: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'catalyst-probe' } }] },
          scopeSpans: [{ spans: found.map(([id]) => ({ traceId: id, name: 'catalyst probe' })) }],
        },
      ],
    },
  };
}

const grafana: Component = {
  name: 'grafana',
  emulates: (service) => /^grafana$/.test(service.metadata.name),
  async handle(request, { lab, service, call }) {
    const namespace = service.metadata.namespace!;
    if (request.path === '/api/health') return { status: 200, body: { database: 'ok', version: '13.2.0' } };
    if (!request.path.startsWith('/api/'))
      return text(200, '<!doctype html><title>Grafana</title>', { 'content-type': 'text/html' });
    if (!mayEnter(request, lab, namespace)) return { status: 401, body: { message: 'Invalid username or password' } };
    const sources = datasources(lab, namespace);
    if (request.path === '/api/datasources') return { status: 200, body: sources };
    const [, uid, rest = '/'] = /^\/api\/datasources\/(?:proxy\/)?uid\/([^/]+)(\/.*)?$/.exec(request.path) ?? [];
    const source = sources.find((one) => one.uid === uid || (one.uid === undefined && one.name.toLowerCase() === uid));
    if (!source) return { status: 404, body: { message: 'Data source not found' } };
    if (rest === '/health') return { status: 200, body: { status: 'OK' } };
    const url = new URL(source.url);
    const at = serviceName(url.hostname) ?? { namespace, name: url.hostname };
    return call(at.namespace, at.name, Number(url.port || 80), {
      ...request,
      path: `${url.pathname.replace(/\/$/, '')}${rest}`,
    });
  },
};

function mayEnter(request: LabRequest, lab: ReconcileContext, namespace: string): boolean {
  const given = basicOf(request);
  return lab.store.list('v1/Secret', namespace).some((secret: KubeObject) => {
    const read = (key: string) => secretValue(lab, namespace, secret.metadata.name, key);
    const password = read('admin-password');
    return password !== undefined && given?.username === (read('admin-user') ?? 'admin') && given.password === password;
  });
}

interface Datasource {
  uid?: string;
  name: string;
  type: string;
  url: string;
}

/** Provisioned ones, from the values of the release or a ConfigMap. */
function datasources(lab: ReconcileContext, namespace: string): Datasource[] {
  const maps = lab.store
    .list('v1/ConfigMap', namespace)
    .flatMap((map) => Object.values((map.data ?? {}) as Record<string, string>));
  const values = lab.store
    .list('helm.toolkit.fluxcd.io/v2/HelmRelease')
    .filter((release) => (release.spec.targetNamespace ?? release.metadata.namespace) === namespace)
    .flatMap((release) => Object.values((release.spec.values?.datasources ?? {}) as Record<string, unknown>));
  const documents = [...maps.filter((document) => document.includes('datasources:')).flatMap(safeYaml), ...values];
  return documents.flatMap((document) => (document as { datasources?: Datasource[] } | undefined)?.datasources ?? []);
}

function safeYaml(document: string): unknown[] {
  try {
    return parseYamlStream(document);
  } catch {
    return [];
  }
}
