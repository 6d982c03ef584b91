/** Reads JSON from an answer, and says plainly when a proxy, a portal or a broken server answered something else. */
import type { z } from 'zod';
import { checkShape } from '../../support/check-shape.js';
import { fail } from '../../support/errors/errors.js';
import type { HttpAnswer } from './http.js';

type Said = Pick<HttpAnswer, 'status' | 'text'> & Partial<Pick<HttpAnswer, 'headers'>>;

/** @param what who was asked, for the message: "Gitea at gitea.example.org". @throws E3002 when it is not what `shape` says */
export function jsonOf<S extends z.ZodType>(answer: Said, what: string, shape: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch (cause) {
    throw notJson(answer, what, cause);
  }
  const parsed = checkShape(shape, value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'the whole';
  throw fail(
    'E3002',
    `${what} answered HTTP ${answer.status} in a form that is not its own: ${where}: ${issue?.message}.`,
    {
      actions: ['Check that the address leads to the component, in a version that catalyst knows'],
      data: { status: answer.status },
    },
  );
}

/** JSON of an answer whose status is one of `ok`; E3002 with status and the server's words otherwise. */
export function okJson<S extends z.ZodType>(
  answer: HttpAnswer,
  what: string,
  shape: S,
  ok: readonly number[] = [200, 201],
): z.output<S> {
  requireStatus(answer, what, ok);
  return jsonOf(answer, what, shape);
}

/** @throws E3002 with the server's words when the status is another one */
export function requireStatus(answer: HttpAnswer, what: string, ok: readonly number[]): void {
  if (ok.includes(answer.status)) return;
  throw fail('E3002', `${what} answered HTTP ${answer.status}: ${excerpt(answer)}`, {
    data: { status: answer.status, ambiguous: answer.status >= 502 && answer.status <= 504 },
  });
}

function notJson(answer: Said, what: string, cause: unknown) {
  const type = answer.headers?.['content-type'] ?? 'no content type';
  return fail('E3002', `${what} answered HTTP ${answer.status} with ${type} instead of JSON: ${excerpt(answer)}`, {
    cause,
    actions: ['Check that the address leads to the component and not to a proxy or a default page'],
    data: { status: answer.status },
  });
}

/** The beginning of an answer on one line, without markup. */
export function excerpt({ text }: Pick<HttpAnswer, 'text'>): string {
  const plain = text
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain === '' ? '(empty)' : plain.slice(0, 200);
}
