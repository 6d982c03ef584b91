import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseYamlStream, toYaml } from '../../../src/support/yaml.js';

const words = [
  'a',
  '---a',
  '...',
  '---',
  '- ',
  ':',
  '?',
  '|',
  '>',
  'true',
  'no',
  '1',
  '1.0',
  '0x1',
  '- a',
  'a: b',
  '#x',
  ' a',
  'a ',
  'a\nb\n',
  'a\n\nb',
  '  a\nb\n',
  'a\n  b\n',
  '~',
  '',
  '{{ x }}',
  '*a',
  '2001-01-01',
  'é',
  '\t',
  'a\tb\n',
  "'",
  '"',
  '=',
  '<<',
  'a,b',
  'k\n',
];
const text = fc.oneof(
  fc.constantFrom(...words),
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.stringMatching(/^[A-Za-z0-9 ./_-]{0,12}$/),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.oneof(fc.stringMatching(/^[a-zA-Z0-9_.-]{1,8}$/), text), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
}));

it('writes the bytes that the library writes, and reads them back', () => {
  fc.assert(
    fc.property(
      value.filter((one) => !JSON.stringify(one).includes('__proto__')),
      (one) => {
        const written = toYaml(one);
        expect(written).toBe(stringify(one, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' }));
        if (one !== null && typeof one === 'object' && Object.keys(one).length > 0)
          expect(parseYamlStream(written)).toEqual([JSON.parse(JSON.stringify(one))]);
      },
    ),
    { numRuns: 4000 },
  );
});
