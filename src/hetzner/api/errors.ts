/** Hetzner's error envelope in the words and exit codes of catalyst. */
import { command } from '../../support/commands/command.js';
import type { ErrorCode } from '../../support/errors/error-codes.js';
import { type CatalystError, fail, isCatalystError } from '../../support/errors/errors.js';
import type { HetznerAnswer, HetznerCall } from './transport.js';

const codes: Record<string, ErrorCode> = {
  unauthorized: 'E2003',
  token_readonly: 'E2003',
  forbidden: 'E2003',
  resource_limit_exceeded: 'E2002',
  resource_unavailable: 'E2002',
  placement_error: 'E2002',
};

const otherToken = [command('credentials set', 'hcloud-token'), command('credentials verify', 'hcloud-token')];
const actions: Record<string, readonly string[]> = {
  unauthorized: otherToken,
  forbidden: otherToken,
  token_readonly: ['Make a token with Read & Write in the Hetzner Console', command('credentials set', 'hcloud-token')],
  resource_limit_exceeded: ['Ask Hetzner for a higher limit (Console, Limits)', command('resume')],
  resource_unavailable: [`${command('cluster plan')} shows what is in stock`, command('resume')],
  placement_error: [`${command('cluster plan')} shows what is in stock`, command('resume')],
};

/** Refusals that say "not now" and did nothing: safe to repeat for every method. */
const laterCodes = new Set(['rate_limit_exceeded', 'conflict', 'locked', 'unavailable', 'maintenance']);
/** While a cascade runs, a deletion is refused for a while under these codes, whatever the status. */
export const inUseCodes = new Set([
  'resource_in_use',
  'must_be_unassigned',
  'service_error',
  'server_not_stopped',
  'firewall_resource_in_use',
]);

export function isLater(code: string | undefined, status: number): boolean {
  return status === 429 || (code !== undefined && laterCodes.has(code));
}

/** The gateway lost the answer: the call may or may not have acted. */
export function isAmbiguous(status: number): boolean {
  return status === 502 || status === 504 || status === 500;
}

/** `locked`, `conflict`, …: the `error.code` of an answer, when it has the envelope. */
export function codeIn(answer: HetznerAnswer): string | undefined {
  const body = answer.body as { error?: { code?: unknown } } | undefined;
  return typeof body === 'object' && typeof body?.error?.code === 'string' ? body.error.code : undefined;
}

export function answerError(call: HetznerCall, answer: HetznerAnswer): CatalystError {
  const code = codeIn(answer);
  const envelope = (answer.body as { error?: { message?: string; details?: unknown } } | undefined)?.error;
  const said = code
    ? `${code}: ${envelope?.message ?? ''}`
    : `HTTP ${answer.status} in a form that is not Hetzner's (${typeof answer.body === 'string' ? 'text' : 'no error object'})`;
  return fail(codes[code ?? ''] ?? 'E2001', `Hetzner refused ${call.method} ${call.path}: ${said}.`, {
    actions:
      actions[code ?? ''] ??
      (code ? [command('resume')] : ['Check HCLOUD_ENDPOINT and the proxy on the way', command('resume')]),
    data: { status: answer.status, code, details: envelope?.details },
  });
}

/** The Hetzner code carried by an error of this layer. */
export function hetznerCode(error: unknown): string | undefined {
  return isCatalystError(error) && typeof error.data['code'] === 'string' ? error.data['code'] : undefined;
}

/** The token itself is at fault: what comes next would be refused in the same way. */
export function isTokenError(error: unknown): boolean {
  return ['unauthorized', 'token_readonly'].includes(hetznerCode(error) ?? '');
}

export function isAmbiguousError(error: unknown): boolean {
  return isCatalystError(error, 'E2004');
}
