/** A refusal in Hetzner's envelope. */
export class HetznerProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: unknown = null,
  ) {
    super(message);
  }
}

export function refuse(status: number, code: string, message: string, details?: unknown): never {
  throw new HetznerProblem(status, code, message, details);
}

export function invalid(field: string, message: string): never {
  return refuse(422, 'invalid_input', `invalid input in field '${field}'`, {
    fields: [{ name: field, messages: [message] }],
  });
}
