/** HTTPS to components: the public authorities are trusted, and those of `access.caBundle` beside them. */
import { Agent } from 'node:https';
import { createSecureContext, rootCertificates } from 'node:tls';

/**
 * A connection and a handshake of its own for every request, so that each answer tells of the server as it is now. The authorities
 * are parsed once, at the first call: a copy for each connection is several MB outside the heap, and the Definition of Done opens
 * hundreds. Throws when `caBundle` holds no certificate.
 */
export function createHttpsAgent(caBundle: string | undefined): () => Agent {
  let agent: Agent | undefined;
  return () => {
    agent ??= new Agent({
      keepAlive: false,
      maxCachedSessions: 0,
      secureContext: createSecureContext(caBundle ? { ca: [...rootCertificates, caBundle] } : {}),
    });
    return agent;
  };
}
