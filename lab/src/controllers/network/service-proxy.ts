/**
 * The way to Services and Pods, which have no address on this machine: a connection to one is led to the real program that
 * stands behind it, or answered by whatever emulates it, over TLS when it speaks TLS.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type CertificateAndKey, issueCertificate } from '../../certificates.js';
import { type CallService, serviceName } from '../../components/component.js';
import { type Forward, forwardTo } from '../../internet/forward.js';
import { relay } from '../../requests/http-server.js';
import type { ReconcileContext } from '../reconciler.js';
import { matches } from '../workloads/pods.js';

interface Place {
  namespace: string;
  name: string;
  port: number;
}

export interface ServiceProxyOptions {
  /** Signs what emulated Services show. */
  authority: CertificateAndKey;
  lab: ReconcileContext;
  call: CallService;
  /** Loopback port of a real program that answers for that port of a Service, as it is; undefined: it is emulated. */
  lead: (namespace: string, service: string, port: number) => number | undefined;
}

/** To a cluster IP, a Pod's IP or a Service's name; undefined when it is none of these, or its program does not listen. */
export type ServiceProxy = (host: string, port: number) => Promise<Forward | undefined>;

export function openServiceProxy({ authority, lab, call, lead }: ServiceProxyOptions): ServiceProxy {
  const places = new WeakMap<object, Place>();
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = (name: string) => {
    const made =
      contexts.get(name) ??
      issueCertificate({ commonName: name, dnsNames: [name] }, authority).then(({ certificate, key }) =>
        createSecureContext({ cert: certificate, key }),
      );
    contexts.set(name, made);
    return made;
  };

  const inner = createServer((request, response) => {
    void relay(request, response, (body) => respond(places.get(request.socket), request, body));
  });
  // a proxy in the cluster keeps connections for 90 s: closed by us a moment before it uses one, its caller would get a 502
  inner.keepAliveTimeout = 120_000;

  async function respond(place: Place | undefined, request: IncomingMessage, body: Buffer) {
    if (!place) return { status: 503, body: 'nothing answers here' };
    const url = new URL(request.url ?? '/', 'http://inside');
    return call(place.namespace, place.name, place.port, {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      raw: request,
    });
  }

  async function begin(socket: Duplex, place: Place, isTls: boolean): Promise<void> {
    let stream = socket as Socket;
    if (isTls) {
      const secureContext = await contextOf(`${place.name}.${place.namespace}.svc`);
      stream = new TLSSocket(socket as Socket, { isServer: true, secureContext });
      stream.on('error', () => socket.destroy());
    }
    places.set(stream, place);
    inner.emit('connection', stream);
    socket.resume();
  }

  const emulated =
    (place: Place): Forward =>
    (socket) =>
      socket.once('data', (first: Buffer) => {
        socket.pause();
        socket.unshift(first);
        void begin(socket, place, first[0] === 0x16).catch(() => socket.destroy());
      });

  return async (host, port) => {
    const named = serviceName(host);
    const place = named ? { ...named, port } : placeOf(lab, host, port);
    if (!place) return undefined;
    const program = lead(place.namespace, place.name, place.port);
    return program === undefined ? emulated(place) : forwardTo({ port: program });
  };
}

interface ServicePort {
  port: number;
  targetPort?: number | string;
}

/** The Service that is called so from beside its namespace, whose cluster IP it is, or that stands before the Pod whose IP it is. */
function placeOf(lab: ReconcileContext, host: string, port: number): Place | undefined {
  const services = lab.store.list('v1/Service');
  const byAddress = services.find(
    ({ metadata, spec }) => spec.clusterIP === host || `${metadata.name}.${metadata.namespace}` === host,
  );
  if (byAddress) return { ...nameOf(byAddress), port };
  const pod = lab.store.list('v1/Pod').find((one) => one.status?.podIP === host && !one.spec.hostNetwork);
  if (!pod) return undefined;
  for (const service of services) {
    if (service.metadata.namespace !== pod.metadata.namespace) continue;
    if (!matches(service.spec.selector, pod.metadata.labels)) continue;
    const found = ((service.spec.ports ?? []) as ServicePort[]).find((one) => targetOf(one, pod) === port);
    if (found) return { ...nameOf(service), port: found.port };
  }
  return undefined;
}

const nameOf = ({ metadata }: KubeObject) => ({ namespace: metadata.namespace!, name: metadata.name });

function targetOf({ port, targetPort = port }: ServicePort, pod: KubeObject): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const ports = ((pod.spec.containers ?? []) as { ports?: { name?: string; containerPort: number }[] }[]).flatMap(
    (container) => container.ports ?? [],
  );
  return ports.find((one) => one.name === targetPort)?.containerPort;
}
