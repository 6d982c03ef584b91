/** Reads JSON from an answer, and says plainly when a proxy, a portal or a broken server answered something else. */
import { fail } from '../support/errors.js';
import type { HttpAnswer } from './http.js';

/** @param what who was asked, for the message: "Gitea at gitea.example.org". @throws E3002 */
export function jsonOf<T>(answer: HttpAnswer, what: string): T {
  try {
    return JSON.parse(answer.text) as T;
  } catch (cause) {
    throw notJson(answer, what, cause);
  }
}

/** JSON of an answer whose status is one of `ok`; E3002 with status and the server's words otherwise. */
export function okJson<T>(answer: HttpAnswer, what: string, ok: readonly number[] = [200, 201]): T {
  requireStatus(answer, what, ok);
  return jsonOf<T>(answer, what);
}

/** @throws E3002 with the server's words when the status is another one */
export function requireStatus(answer: HttpAnswer, what: string, ok: readonly number[]): void {
  if (ok.includes(answer.status)) return;
  throw fail('E3002', `${what} answered HTTP ${answer.status}: ${excerpt(answer)}`, {
    data: { status: answer.status, ambiguous: answer.status >= 502 && answer.status <= 504 },
  });
}

function notJson(answer: HttpAnswer, what: string, cause: unknown) {
  const type = answer.headers['content-type'] ?? 'no content type';
  return fail('E3002', `${what} answered HTTP ${answer.status} with ${type} instead of JSON: ${excerpt(answer)}`, {
    cause,
    actions: ['Check that the address leads to the component and not to a proxy or a default page'],
    data: { status: answer.status },
  });
}

/** The beginning of an answer on one line, without markup. */
export function excerpt({ text }: HttpAnswer): string {
  const plain = text
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain === '' ? '(empty)' : plain.slice(0, 200);
}
