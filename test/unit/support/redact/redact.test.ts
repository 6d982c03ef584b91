import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { text as html } from '../../../../src/verification/report/report-parts.js';

const secret = 'q"7\\x<Zk&9+/pé\nmW2';
const redactorOf = (...secrets: string[]) => {
  const redactor = createRedactor();
  for (const one of secrets) redactor.register(one);
  return redactor;
};

describe('the redactor', () => {
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in HTML', html(secret)],
    ['in a URL', encodeURIComponent(secret)],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in base64', base64(secret)],
    ['in base64url', Buffer.from(secret).toString('base64url')],
    ['in base64 after a user', base64(`u:${secret}`)],
    ['in base64 after a longer user', base64(`us:${secret}`)],
    ['in base64 as a bearer', base64(`Bearer ${secret}`)],
    ['in base64 of JSON', base64(JSON.stringify({ token: secret }))],
    ['in a Docker config in base64', base64(JSON.stringify({ auths: { r: { auth: base64(`robot:${secret}`) } } }))],
  ])('masks a secret %s', (_how, text) => {
    const out = redactorOf(secret).redact(`before ${text} after`);
    expect(out).toMatch(/^before .*••••••.* after$/s);
    // No more than the characters that a secret shares with its neighbors in base64 may be left.
    const left = Buffer.from(out.replaceAll('••••••', ''), 'base64').toString('latin1');
    for (const part of [secret.slice(0, 6), secret.slice(-6)]) expect(`${out}${left}`).not.toContain(part);
  });

  it('prefers the longest, and leaves no tail of a secret that begins with another', () => {
    expect(redactorOf('hunter2', 'hunter2-and-more').redact('x hunter2-and-more y hunter2')).toBe('x •••••• y ••••••');
  });

  it('rewrites values, never keys or the words that a line is made of', () => {
    const redactor = redactorOf('sovereign', 'inputs');
    const line = {
      kind: 'begin',
      target: { system: 'sovereign', kind: 'Secret', name: 'a' },
      inputs: { sentence: 'opens with sovereign', list: ['inputs'], of: 'sovereigns and sovereignty' },
    };
    expect(redactor.clean(line)).toEqual({
      kind: 'begin',
      target: { system: 'sovereign', kind: 'Secret', name: 'a' },
      inputs: { sentence: 'opens with ••••••', list: ['••••••'], of: 'sovereigns and sovereignty' },
    });
  });

  it('keeps dates, undefined and __proto__ as JSON would', () => {
    const value = JSON.parse('{"__proto__":{"a":"hunter2-hunter2"},"at":null}');
    const cleaned = redactorOf('hunter2-hunter2').clean({ ...value, date: new Date(0), gone: undefined });
    expect(JSON.stringify(cleaned)).toBe('{"__proto__":{"a":"••••••"},"at":null,"date":"1970-01-01T00:00:00.000Z"}');
  });
});
