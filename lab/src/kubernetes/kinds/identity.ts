/** Who is calling: by client certificate, by static bearer token, or by a token of a ServiceAccount issued here. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { Clock } from 'catalyst/support/clock.js';
import type { Store } from '../objects/store.js';
import type { User } from '../requests/caller.js';
import { unauthorized } from '../requests/status.js';

export interface Identity {
  /** @throws ApiRefusal 401 for a certificate of another authority or a token not known */
  caller(socket: Socket, headers: IncomingHttpHeaders): User;
  /** The user of a bearer token, if it is good. */
  ofToken(token: string): User | undefined;
  /** A bearer token for a user; the same one each time. */
  tokenFor(user: User): string;
  /** A signed token of a ServiceAccount that ends by itself and with the account. */
  issue(
    account: { namespace: string; name: string; uid: string },
    seconds: number,
    audiences?: string[],
  ): {
    token: string;
    expires: Date;
  };
}

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const authenticated = 'system:authenticated';

export function serviceAccountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated],
  };
}

export function createIdentity(store: Store, clock: Clock): Identity {
  const tokens = new Map<string, User>();
  // read once a connection: it takes as long as some requests do
  const byCertificate = new WeakMap<Socket, User>();
  const secret = randomBytes(32);
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  function ofSigned(token: string): User | undefined {
    const [head, claims, signature] = token.split('.');
    if (!head || !claims || !signature) return undefined;
    const [given, expected] = [Buffer.from(signature), Buffer.from(sign(`${head}.${claims}`))];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const { exp, 'kubernetes.io': about } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    if (exp * 1000 < clock.now().getTime()) return undefined;
    const account = store.get('/serviceaccounts', about.namespace, about.serviceaccount.name);
    if (account?.metadata.uid !== about.serviceaccount.uid) return undefined;
    return { ...serviceAccountUser(about.namespace, about.serviceaccount.name), uid: about.serviceaccount.uid };
  }

  const ofToken = (token: string) => tokens.get(token) ?? ofSigned(token);

  function ofRequest(socket: Socket, headers: IncomingHttpHeaders): User {
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer) {
      const user = ofToken(bearer.trim());
      if (!user) throw unauthorized();
      return user;
    }
    const known = byCertificate.get(socket);
    if (known) return known;
    const peer = (socket as TLSSocket).getPeerCertificate?.();
    if (peer?.subject && !(socket as TLSSocket).authorized) throw unauthorized();
    const caller = peer?.subject ? ofCertificate(peer) : anonymous;
    byCertificate.set(socket, caller);
    return caller;
  }

  return {
    ofToken,
    caller: ofRequest,
    tokenFor(user) {
      const text = JSON.stringify([user.name, user.groups]);
      const token = sign(text);
      tokens.set(token, { ...user, groups: [...new Set([...user.groups, authenticated])] });
      return token;
    },
    issue({ namespace, name, uid }, seconds, audiences) {
      const now = Math.floor(clock.now().getTime() / 1000);
      const claims = {
        iss: 'https://kubernetes.default.svc.cluster.local',
        aud: audiences?.length ? audiences : ['https://kubernetes.default.svc.cluster.local', 'k3s'],
        sub: `system:serviceaccount:${namespace}:${name}`,
        iat: now,
        nbf: now,
        exp: now + seconds,
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
      };
      const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
      return { token: `${text}.${sign(text)}`, expires: new Date((now + seconds) * 1000) };
    },
  };
}

function ofCertificate(peer: PeerCertificate): User {
  const organizations = peer.subject.O as string | string[] | undefined;
  const groups = organizations === undefined ? [] : [organizations].flat();
  return { name: String(peer.subject.CN), groups: [...groups, authenticated] };
}
