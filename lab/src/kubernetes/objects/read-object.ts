/** The object that a caller sends, as one of the kind that its path names. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabRequest } from '../../requests/http-server.js';
import { apiVersionOf, type Kind } from '../kinds/kinds.js';
import { readObject } from '../requests/body.js';
import type { WriteCall } from '../requests/caller.js';
import { type Decoded, DecodeError, decode } from '../requests/decode.js';
import { badRequest, invalid } from '../requests/status.js';

export function readAs(kind: Kind, request: LabRequest, call: WriteCall): KubeObject {
  const object = checked(kind, readObject(request, kind.kind));
  const cannot = (why: string) =>
    badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
  return withKnownFields(kind, object, call, cannot);
}

/** What a patch made of an object. Its refusal shows the whole object, as the real server's does. */
export function readPatched(kind: Kind, object: KubeObject, call: WriteCall): KubeObject {
  return withKnownFields(kind, checked(kind, object), call, (why) =>
    invalid({ group: '', plural: '', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'patch',
        message: `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${why}`,
      },
    ]),
  );
}

function withKnownFields(kind: Kind, object: KubeObject, call: WriteCall, refusal: (why: string) => Error): KubeObject {
  const { object: known, unknown } = decoded(kind, object, refusal);
  if (unknown.length === 0) return known;
  const told = unknown.map((field) => `unknown field "${field}"`);
  if (call.unknownFields === 'Strict') throw refusal(`strict decoding error: ${told.join(', ')}`);
  if (call.unknownFields === 'Warn') for (const one of told) if (!call.warnings.includes(one)) call.warnings.push(one);
  return known;
}

function decoded(kind: Kind, object: KubeObject, refusal: (why: string) => Error): Decoded {
  try {
    return decode(kind, object);
  } catch (error) {
    if (error instanceof DecodeError) throw refusal(error.message);
    throw error;
  }
}

/** Refuses an object of another kind or version than its path. */
export function checked(kind: Kind, object: KubeObject): KubeObject {
  if (object.kind && object.kind !== kind.kind) {
    const [own, wanted] = [
      `${kind.version}.${object.kind}`,
      `${kind.group === '' ? 'core' : kind.group.split('.')[0]}.${kind.kind}`,
    ];
    const why = kind.types ? `: converting (${own}) to (${wanted}): unknown conversion` : '';
    throw badRequest(`${object.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}${why}`);
  }
  if ((object.apiVersion || kind.schema) && object.apiVersion !== apiVersionOf(kind)) {
    throw badRequest(
      `the API version in the data (${object.apiVersion ?? ''}) does not match the expected API version (${apiVersionOf(kind)})`,
    );
  }
  return object;
}

/** Headers that tell of what was dropped. */
export const warningHeaders = ({ warnings }: WriteCall): Record<string, string> =>
  warnings.length === 0 ? {} : { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
