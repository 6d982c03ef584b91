/**
 * The way from a real API server to Services and Pods that have no address on this machine: it asks this HTTP proxy to
 * CONNECT to a cluster IP or a Pod's IP, and is answered by whatever plays the Service there, over TLS when it speaks TLS.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { KubeObject } from '../../tools/kube.js';
import { type CertificateAndKey, issueCertificate } from '../certificates.js';
import type { CallService } from '../components/component.js';
import type { Lab } from '../controllers/engine.js';
import { matches } from '../controllers/pods.js';
import { relay } from '../http-server.js';

export interface ServiceTunnel {
  /** Path of the Unix socket on which it listens. */
  socket: string;
  /** From now on Services are looked up there. */
  lead(to: { lab: Lab; call: CallService } | undefined): void;
  close(): Promise<void>;
}

interface Place {
  namespace: string;
  name: string;
  port: number;
}

export async function openServiceTunnel(authority: CertificateAndKey): Promise<ServiceTunnel> {
  let leads: { lab: Lab; call: CallService } | undefined;
  const places = new WeakMap<object, Place>();
  const contexts = new Map<string, Promise<SecureContext>>();
  const sockets = new Set<Socket>();

  const contextOf = (name: string) => {
    const made =
      contexts.get(name) ??
      issueCertificate(
        {
          commonName: name,
          dnsNames: [name],
        },
        authority,
      ).then(({ certificate, key }) => createSecureContext({ cert: certificate, key }));
    contexts.set(name, made);
    return made;
  };

  const inner = createHttp((request, response) => {
    void relay(request, response, (body) => respond(places.get(request.socket), request, body));
  });

  async function respond(place: Place | undefined, request: IncomingMessage, body: Buffer) {
    if (!place || !leads) return { status: 503, body: 'nothing answers here' };
    const url = new URL(request.url ?? '/', 'http://inside');
    return leads.call(place.namespace, place.name, place.port, {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      raw: request,
    });
  }

  const outer = createHttp((_request, response) => response.writeHead(405).end());
  outer.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  outer.on('connect', (request: IncomingMessage, socket: Socket) => {
    const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    const place = leads && placeOf(leads.lab, host, Number(port));
    if (!place) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      void begin(socket, place, first[0] === 0x16).catch(() => socket.destroy());
    });
  });

  async function begin(socket: Socket, place: Place, isTls: boolean): Promise<void> {
    let stream = socket;
    if (isTls) {
      const secureContext = await contextOf(`${place.name}.${place.namespace}.svc`);
      stream = new TLSSocket(socket, { isServer: true, secureContext });
      stream.on('error', () => socket.destroy());
    }
    places.set(stream, place);
    inner.emit('connection', stream);
    socket.resume();
  }

  // not below the lab's own folder: the path of a socket holds 107 bytes
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-lab-'));
  const path = join(folder, 'services.sock');
  await new Promise<void>((resolve, reject) => outer.once('error', reject).listen(path, resolve));
  return {
    socket: path,
    lead(to) {
      leads = to;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => outer.close(() => resolve()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface ServicePort {
  port: number;
  targetPort?: number | string;
}

/** The Service whose cluster IP it is, or that stands before the Pod whose IP it is. */
function placeOf(lab: Lab, host: string, port: number): Place | undefined {
  const services = lab.store.list('v1/Service');
  const byAddress = services.find((service) => service.spec.clusterIP === host);
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
