import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
import { toYaml, toYamlStream, yamlByLibrary } from '../../../../src/support/yaml/write-yaml.js';

/** Words and texts that some reader of YAML takes for more than text. */
const meaningful = [
  ...[
    'on',
    'Off',
    'YES',
    'n',
    'null',
    'Null',
    '~',
    'true',
    '2026-01-01',
    '1_000',
    '0b11',
    '0o7',
    '0777',
    '1e3',
    '12:30:45',
  ],
  ...[
    '.inf',
    '=',
    '<<',
    '',
    ' ',
    '-',
    '- a',
    '? a',
    'a: b',
    'a:',
    'a #b',
    '#a',
    '@a',
    '*a',
    '&a',
    '!a',
    '%a',
    '`a',
    '{{ .a }}',
  ],
  ...[
    'a\nb',
    'a\n',
    'a\n\n',
    ' \n',
    ' \n \n',
    'a\ufffeb',
    '\ufeffa',
    '\u007f\u0085\u0099',
    ' a\n b',
    '\n',
    'a\r\nb',
    '\ta',
    'it\'s "so"',
    'http://a:1/b',
    'image:tag@sha256:ab',
    '---',
    '...',
  ],
];
const text = fc.oneof(
  fc.constantFrom(...meaningful),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[a-z:. #\n-]{0,20}$/),
  fc.stringMatching(/^[0-9_.:a-fxmsGi-]{0,6}$/),
  fc.stringMatching(/^\d{1,2}(\.\d{1,2}){1,3}$/),
  fc.stringMatching(/^\.{0,2}\/{0,2}[a-z]?$/),
);
const tree = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    ...[text, fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, 0, -0)],
    ...[fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(text, tie('value'), { maxKeys: 4 })],
  ),
})).value;

describe('toYaml', () => {
  it('writes what the library writes, whatever it is given', () => {
    fc.assert(
      fc.property(tree, (value) => toYaml(value) === yamlByLibrary(value)),
      { numRuns: 3000 },
    );
  });

  it('quotes what YAML 1.1 takes for something else than a string', () => {
    expect(toYaml({ a: 'on', b: '2026-01-01', c: '1_000', d: 'an on-line word' })).toBe(
      'a: "on"\nb: "2026-01-01"\nc: "1_000"\nd: an on-line word\n',
    );
  });

  it('leaves text text, for readers of YAML 1.1 and of 1.2', () => {
    const words = { words: meaningful };
    expect(parseDocument(toYaml(words), { version: '1.1', schema: 'yaml-1.1' }).toJS()).toEqual(words);
    const written = fc.dictionary(text, fc.array(text, { minLength: 1 }), { minKeys: 1 });
    fc.assert(
      fc.property(written, (value) => {
        expect(parseYamlStream(toYaml(value))).toEqual([value]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is read back as it was, also one document after the other', () => {
    const documents = meaningful.map((one, index) => ({ [`k${index}`]: one, [one]: [one, { one }] }));
    expect(parseYamlStream(toYamlStream(documents))).toEqual(documents);
  });
});
