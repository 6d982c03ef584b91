/** What S3 refuses, in the words and exit codes of catalyst. */
import { command } from '../../support/commands/command.js';
import { type CatalystError, clauseOf, fail, isCatalystError } from '../../support/errors/errors.js';
import { proxyActions, type Through, throughText } from '../dialer/proxy-refusal.js';
import { neverLeft } from '../http/network-cause.js';

export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

export function errorName(error: unknown): string {
  const { name, Code } = error as { name?: string; Code?: string };
  return Code ?? name ?? '';
}

const refusedKeys = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied', 'Forbidden']);

/** @param way by which it is reached, for what got no answer */
export function storeError(what: string, endpoint: string, error: unknown, way?: Through): CatalystError {
  if (isCatalystError(error)) return error;
  if (statusOf(error) === undefined) return unreached(what, endpoint, error, way);
  const name = errorName(error);
  const status = statusOf(error);
  const data = { status, s3Code: name, ambiguous: status === undefined || status >= 500 };
  const said = clauseOf(error);
  const text = `Object Storage at ${endpoint} refused to ${what}: ${name || 'error'}: ${said}.`;
  if (name === 'RequestTimeTooSkewed') {
    const actions = ['Set the clock of this machine (timedatectl set-ntp true)'];
    return fail('E2301', `${text} The clock of this machine is wrong.`, { actions, cause: error, data });
  }
  if (name === 'AuthorizationHeaderMalformed' || name === 'InvalidLocationConstraint') {
    const actions = [
      'set spec.objectStorage.location to where the keys and buckets are',
      command('credentials verify'),
    ];
    return fail('E2301', text, { actions, cause: error, data });
  }
  if (name === 'BucketAlreadyExists') {
    const actions = ['Choose another spec.objectStorage.bucketPrefix'];
    return fail('E2303', `${text} Somebody else has a bucket of this name.`, { actions, cause: error, data });
  }
  if (name === 'AccessDenied' && /^(write|delete|create|set) /.test(what)) {
    const actions = ['make keys with read and write permission: Hetzner Console, Object Storage, Manage credentials'];
    return fail('E2302', `${text} The keys are valid, but lack permission for this.`, { actions, cause: error, data });
  }
  if (refusedKeys.has(name) || status === 403) {
    const actions = [command('credentials set', 's3-access-key'), command('credentials set', 's3-secret-key')];
    return fail('E2302', text, { actions, cause: error, data });
  }
  return fail('E2301', text, { actions: [`curl -v ${endpoint}`], cause: error, data });
}

/** Nothing came that S3 said: no name, no connection, no certificate that is trusted, no answer in time or in its form. */
function unreached(what: string, endpoint: string, error: unknown, way?: Through): CatalystError {
  const { code } = error as { code?: string };
  const said = clauseOf(error) || code || 'the connection failed';
  const where = ['Check the network, and the address: spec.objectStorage.endpoint (AWS_ENDPOINT_URL_S3)'];
  return fail('E2301', `Object Storage at ${endpoint}${throughText(way)} cannot be reached to ${what}: ${said}.`, {
    actions: [...proxyActions(said, way), `curl -v ${endpoint}`, ...where],
    cause: error,
    data: { code, ambiguous: !neverLeft(error) },
  });
}
