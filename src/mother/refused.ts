/** Who refused a call to the mother's PowerDNS: the server itself, or what stands before it. Pure. */
import { command } from '../support/commands/command.js';
import { type CatalystError, fail } from '../support/errors/errors.js';
import type { HttpAnswer } from '../tools/http/http.js';
import type { PowerDnsServer } from './powerdns.js';
import { isOfApiServer } from './service-access.js';

/** PowerDNS names itself in the realm of every 401 (its webserver.hh); a proxy names another one, or none. */
const isOwnRefusal = ({ headers }: HttpAnswer) => /realm="?powerdns/i.test(headers['www-authenticate'] ?? '');

/** PowerDNS says every error in JSON; a proxy that has no route does not. */
export const isFromPowerDns = ({ text }: HttpAnswer) => text.trim() === '' || isJson(text);

/** True when a call did not get as far as PowerDNS. */
export function stoppedBefore(answer: HttpAnswer): boolean {
  if (answer.status === 401 || answer.status === 403) return !isOwnRefusal(answer);
  return (answer.status === 404 && !isFromPowerDns(answer)) || [502, 503, 504].includes(answer.status);
}

/** The error of a 401 or 403, which says what was refused and how to get past it; undefined for any other answer. */
export function refusal(answer: HttpAnswer, { endpoint, login, service }: PowerDnsServer): CatalystError | undefined {
  const { status } = answer;
  if (status !== 401 && status !== 403) return undefined;
  if (service) {
    const where = `${service.namespace}/${service.name}:${service.port}`;
    if (isOfApiServer(answer))
      return fail('E1302', `The mother's API server refused the call to Service ${where} (${status}).`, {
        actions: [`let --mother-kubeconfig use services/proxy in namespace ${service.namespace}`],
      });
    return keyRefused(`Service ${where}`, status);
  }
  if (isOwnRefusal(answer)) return keyRefused(endpoint, status);
  const asked = answer.headers['www-authenticate'];
  const by = asked === undefined ? '' : `, ${asked}`;
  if (login)
    return fail(
      'E1302',
      `The proxy in front of PowerDNS at ${endpoint} rejected the login (${status}${by}); the API key was never checked.`,
      {
        actions: ['check the Secret named by spec.mother.powerdns.basicAuthSecret'],
        data: { refused: 'login' },
      },
    );
  return fail(
    'E1302',
    `The proxy in front of PowerDNS at ${endpoint} requires a login (${status}${by}); the API key was never checked.`,
    {
      actions: [
        'set spec.mother.powerdns.basicAuthSecret to a Secret on the mother with username and password',
        'or set spec.mother.powerdns.access to serviceProxy',
      ],
      data: { refused: 'login' },
    },
  );
}

const keyRefused = (where: string, status: number) =>
  fail('E1302', `PowerDNS at ${where} refused the API key (${status}).`, {
    actions: ['check the Secret named by spec.mother.powerdns.secret', command('credentials set', 'powerdns-api-key')],
    data: { refused: 'api-key' },
  });

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
