/** Refusals as a kube-apiserver words them (metav1.Status), so that kubectl, helm and controllers react as they would there. */

export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** Thrown by everything below the HTTP layer, which answers `toObject()` with status `code`. */
export class ApiRefusal extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
    this.name = 'ApiRefusal';
  }

  toObject(): Record<string, unknown> {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

interface Named {
  group: string;
  plural: string;
  kind: string;
}

const qualified = (kind: Named) => (kind.group ? `${kind.plural}.${kind.group}` : kind.plural);
const detailsOf = (kind: Named, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(kind.group ? { group: kind.group } : {}),
  ...(kind.plural ? { kind: kind.plural } : {}),
});

export const notFound = (kind: Named, name: string) =>
  new ApiRefusal(404, 'NotFound', `${qualified(kind)} "${name}" not found`, detailsOf(kind, name));

export const noSuchPath = () => new ApiRefusal(404, 'NotFound', 'the server could not find the requested resource', {});

export const alreadyExists = (kind: Named, name: string) =>
  new ApiRefusal(409, 'AlreadyExists', `${qualified(kind)} "${name}" already exists`, detailsOf(kind, name));

export const conflict = (kind: Named, name: string, why: string) =>
  new ApiRefusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(kind)} "${name}": ${why}`,
    detailsOf(kind, name),
  );

export const modified = (kind: Named, name: string) =>
  conflict(kind, name, 'the object has been modified; please apply your changes to the latest version and try again');

/** 422; `causes` name the field and what is wrong with it. */
export function invalid(kind: Named, name: string, causes: StatusCause[]): ApiRefusal {
  const list = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
  const subject = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
  return new ApiRefusal(422, 'Invalid', `${subject} "${name}" is invalid: ${text}`, {
    ...detailsOf(kind, name),
    ...(kind.kind ? { kind: kind.kind } : {}),
    causes,
  });
}

export const badRequest = (message: string) => new ApiRefusal(400, 'BadRequest', message);

export const unauthorized = () => new ApiRefusal(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (kind: Named, name: string, why: string) =>
  new ApiRefusal(
    403,
    'Forbidden',
    `${qualified(kind)}${name ? ` "${name}"` : ''} is forbidden: ${why}`,
    detailsOf(kind, name),
  );

export const expired = (asked: number, oldest: number) =>
  new ApiRefusal(410, 'Expired', `too old resource version: ${asked} (${oldest})`);

export const methodNotAllowed = () =>
  new ApiRefusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const unsupportedMediaType = (message: string) => new ApiRefusal(415, 'UnsupportedMediaType', message);

export const unavailable = (message: string) => new ApiRefusal(503, 'ServiceUnavailable', message);
