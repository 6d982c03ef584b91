import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, printable, printableJson } from '../../../src/support/printable.js';

/** A snapshot's name as an attacker would choose it: title, clear screen, CSI as one character, a false line, right-to-left. */
const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n✔ all is well\u202egnp.exe\u2028end\u007f';
const control = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/u;

const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 60 })
  .map((points) => String.fromCodePoint(...points));

describe('text from elsewhere', () => {
  it('has no control character left, and shows where they were', () => {
    expect(printable(hostile)).toBe(
      '\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\n✔ all is well\\u202egnp.exe\\u2028end\\u007f',
    );
    expect(oneLine(hostile)).not.toMatch(/[\n\r\t]/);
    expect(oneLine('Größe: 5 € · ✔ 日本')).toBe('Größe: 5 € · ✔ 日本');
  });

  it('whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(control);
        expect(oneLine(text)).not.toMatch(/[\n\t]/);
        const json = JSON.stringify({ [text]: text }, null, 2);
        expect(printableJson(json)).not.toMatch(control);
        expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
      }),
      { numRuns: 300 },
    );
  });
});
