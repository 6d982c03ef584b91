/** Request bodies: JSON, YAML, and the protobuf that client-go's typed clients send. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import { decodeProtobuf } from '../kinds/protobuf.js';
import { badRequest, unsupportedMediaType } from './status.js';

export interface BodyRequest {
  headers: { 'content-type'?: string };
  body: Buffer;
}

const header =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function noObject(value: unknown, body: Buffer, kind: string) {
  const actual = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const why =
    value === undefined
      ? 'unexpected end of JSON input'
      : `json: cannot unmarshal ${actual} into Go value of type ${header}`;
  const bytes = body.length > 30 ? `${body.toString('hex', 0, 30)} ...` : body.toString('hex') || '<empty>';
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why} (${bytes})`,
  );
}

export const mediaTypeOf = ({ headers }: BodyRequest): string =>
  (headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase();

/** The value in a body; undefined for an empty one. Throws 400 for what cannot be read, 415 for a type not understood. */
export function readBody(request: BodyRequest): unknown {
  if (request.body.length === 0) return undefined;
  const type = mediaTypeOf(request);
  if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(request.body);
  const text = request.body.toString('utf8');
  try {
    if (type.endsWith('json')) return JSON.parse(text);
    if (type.endsWith('yaml')) return text.trimStart().startsWith('{') ? JSON.parse(text) : parseYamlStream(text)[0];
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf`,
  );
}

/** @param kind named in the refusal of what is no object */
export function readObject(request: BodyRequest, kind = 'Object'): KubeObject {
  const value = readBody(request) as KubeObject | undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noObject(value, request.body, kind);
  return { ...value, metadata: value.metadata ?? ({} as KubeObject['metadata']) };
}
