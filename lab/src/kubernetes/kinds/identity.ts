/** Who is calling: by client certificate, or by bearer token. */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { User } from '../requests/caller.js';
import { unauthorized } from '../requests/status.js';

export interface Identity {
  /** @throws ApiRefusal 401 for a certificate of another authority or a token not known */
  caller(socket: Socket, headers: IncomingHttpHeaders): User;
  /** The user of a bearer token, if it is good. */
  ofToken(token: string): User | undefined;
  /** A bearer token for a user; the same one each time. */
  tokenFor(user: User): string;
}

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const authenticated = 'system:authenticated';

export function serviceAccountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated],
  };
}

export function createIdentity(): Identity {
  const tokens = new Map<string, User>();
  // read once a connection: it takes as long as some requests do
  const byCertificate = new WeakMap<Socket, User>();
  const secret = randomBytes(32);
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');

  const ofToken = (token: string) => tokens.get(token);

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
  };
}

function ofCertificate(peer: PeerCertificate): User {
  const organizations = peer.subject.O as string | string[] | undefined;
  const groups = organizations === undefined ? [] : [organizations].flat();
  return { name: String(peer.subject.CN), groups: [...groups, authenticated] };
}
