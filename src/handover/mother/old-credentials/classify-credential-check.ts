/**
 * What a trial of the old kubeconfigs proves. Only a seen 401 or 403 ends a credential at an address of the Sovereign; that
 * nothing answers there may be a firewall, and ends nothing. At a public address of nobody we know there is nothing to open.
 */
import { isIP } from 'node:net';
import type { CredentialCheck } from '../../../mother/jobs/credential-check.js';
import { networksOf } from '../../../support/addresses/networks.js';
import type { Refusal } from '../../record.js';

/** `own`: an address of this Sovereign. `other`: a public address that is none of its. `unknown`: it cannot be told. */
export type Whose = 'own' | 'other' | 'unknown';

/** One entry per kubeconfig; `answer` is `not proven` where neither a refusal nor a dead server was seen. */
export async function classifyCredentialCheck(
  trial: CredentialCheck,
  whose: (host: string) => Promise<Whose>,
  at: string,
): Promise<Refusal[]> {
  const judged: Refusal[] = [];
  for (const [id, answer] of Object.entries(trial.kubeconfigs)) {
    const own = trial.own?.[id];
    const server = trial.servers?.[id] ?? '';
    const entry = (said: string, why: string): Refusal => ({
      what: `kubeconfig ${id}`,
      answer: said,
      at,
      ...(server ? { server } : {}),
      ...(trial.prints?.[id] ? { print: trial.prints[id] } : {}),
      why,
    });
    const named = server || 'the server it names, which could not be read,';
    if (answer === 'accepted') judged.push(entry('accepted', `${named} accepted it`));
    else if (own === 'accepted') judged.push(entry('accepted', "the Sovereign's own API accepted it"));
    else if (own === 'refused') judged.push(entry('refused', "the Sovereign's own API answered 401 or 403"));
    else {
      const owner = await whose(hostOf(server));
      if (owner === 'own' && answer === 'refused') judged.push(entry('refused', `${named} answered 401 or 403`));
      else if (owner === 'other')
        judged.push(entry(answer, `${server} is not an address of the Sovereign, and ${words[answer]}`));
      else {
        const what = owner === 'own' ? 'is an address of the Sovereign' : 'cannot be distinguished from the Sovereign';
        judged.push(entry('not proven', `${named} ${what}, and ${words[answer]}`));
      }
    }
  }
  return judged;
}

/**
 * What was accepted once stays accepted until that same credential is seen refused: another file in its place on the claim says
 * nothing of it.
 */
export function keepAccepted(earlier: readonly Refusal[], judged: readonly Refusal[]): Refusal[] {
  const refused = new Set(judged.filter(({ answer }) => answer === 'refused').map(({ print }) => print));
  const still = earlier
    .filter(({ answer, print }) => answer === 'accepted' && print !== undefined && !refused.has(print))
    .filter(({ print }) => !judged.some((one) => one.print === print && one.answer === 'accepted'))
    .map((one) => ({
      ...one,
      why: `accepted at ${one.at}, and not proven to be refused since; its user has sha256 ${one.print}…`,
    }));
  const known = new Set(still.map(({ print }) => print));
  return [...still, ...judged.filter(({ print }) => print === undefined || !known.has(print))];
}

const words = {
  refused: 'it answered 401 or 403',
  accepted: 'it was accepted',
  'other-authority': 'the server there has another certificate authority, which proves nothing about the credential',
  unreachable: 'nothing there accepted or refused it',
} as const;

/** `203.0.113.77:6443` → `203.0.113.77`, `[2001:db8::1]:6443` → `2001:db8::1`. */
function hostOf(server: string): string {
  return /^\[(.*)\](:\d+)?$/.exec(server)?.[1] ?? server.replace(/:\d+$/, '');
}

/** An address of these means a different machine at each place where it is used. */
const isLocal = networksOf([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['::/127', '::ffff:0:0/96', 'fc00::/7', 'fe80::/10'],
]);

/** False for local addresses and for names: neither tells whose the server is. */
export const isPublicAddress = (host: string): boolean => isIP(host) !== 0 && !isLocal(host);
