import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
import { yamlPositions } from '../../../../src/support/yaml/yaml-positions.js';

const root = join(import.meta.dirname, '../../../..');
/** What a second reader of YAML makes of the same text. */
const bySecond = (text: string) =>
  parseAllDocuments(text)
    .flatMap((document) => ('toJS' in document ? [document.toJS()] : []))
    .filter((one) => one != null);

describe('reading YAML', () => {
  it('takes every file of ours as a second reader does', () => {
    const files = globSync(['templates/**/*.yaml', 'examples/*.yaml', 'test/golden/**/*.yaml'], { cwd: root }).filter(
      (file) => !file.includes('/chart/templates/'),
    );
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8');
      expect(parseYamlStream(text), file).toEqual(bySecond(text));
    }
  });

  it('takes whatever a second writer writes', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), { minLength: 1 }), (values) => {
        const text = values.map((value) => stringify(value)).join('---\n');
        expect(parseYamlStream(text)).toEqual(bySecond(text));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a text whose aliases grow by powers', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`)}]`,
    );
    expect(() => parseYamlStream(['a0: &a0 [x]', ...levels].join('\n'))).toThrow(/alias/);
    expect(parseYamlStream('a: &a { b: 1 }\nc: *a')).toEqual([{ a: { b: 1 }, c: { b: 1 } }]);
  });
});

describe('where a field stands', () => {
  const text = 'a: &x\n  "b": 1\n  c: [1, { d: 2 }]\ne: *x\nf:\n  - g: |\n      h\n    i: 3\n';
  it.each([
    [[], { line: 1, column: 1 }],
    [['a', 'b'], { line: 2, column: 3 }],
    [['a', 'c', 1, 'd'], { line: 3, column: 12 }],
    [['e'], { line: 4, column: 1 }],
    [['e', 'b'], { line: 4, column: 1 }],
    [['f', 0, 'i'], { line: 8, column: 5 }],
    [['f', 0, 'missing', 'more'], { line: 6, column: 5 }],
  ])('%j is the key, or the nearest parent', (path, position) => {
    expect(yamlPositions(text)(path)).toEqual(position);
  });

  it('is the start where nothing stands', () => {
    expect(yamlPositions('')(['a'])).toEqual({ line: 1, column: 1 });
    expect(yamlPositions('# only a comment\n')([], 'a')).toEqual({ line: 1, column: 1 });
  });
});
