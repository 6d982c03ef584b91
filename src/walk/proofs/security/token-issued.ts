/** #377: the issuer in the discovery document is the Sovereign's own host, and a token is issued. */
import { z } from 'zod';
import { secretValues } from '../../../kubernetes/secret-values.js';
import { okJson } from '../../../tools/http/http-json.js';
import { disproved, type ProofOf } from '../proof.js';

export const tokenIssued: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const issuer = `https://auth.${world.sovereign.spec.fqdn}/realms/sovereign`;
    const what = `Keycloak at auth.${world.sovereign.spec.fqdn}`;
    const document = okJson(
      await world.http({ url: `${issuer}/.well-known/openid-configuration` }),
      what,
      z.object({ issuer: z.string(), token_endpoint: z.string() }),
      [200],
    );
    if (document.issuer !== issuer) throw disproved('#377', `the issuer ${issuer}`, document.issuer);
    if (!document.token_endpoint.startsWith(`${issuer}/`))
      throw disproved('#377', `a token endpoint below ${issuer}`, document.token_endpoint);
    const probe = await secretValues(await world.kube(), 'keycloak', 'catalyst-probe-oidc', [
      'client-id',
      'client-secret',
    ]);
    const { access_token: token = '' } = okJson(
      await world.signIn({ url: document.token_endpoint, id: probe['client-id'], secret: probe['client-secret'] }),
      what,
      z.object({ access_token: z.string().optional() }),
      [200],
    );
    world.redactor.register(token);
    const claims = claimsOf(token);
    if (claims.iss !== issuer) throw disproved('#377', `a token of ${issuer}`, String(claims.iss ?? 'no token'));
    return { summary: `a token was issued by ${issuer}`, facts: { issuer, client: probe['client-id'] } };
  },
});

function claimsOf(token: string): { iss?: string } {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { iss?: string };
  } catch {
    return {};
  }
}
