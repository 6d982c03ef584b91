/** A thousand specs with hostile text in any field: refused, or rendered as data that changes no shape; the same bytes twice. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Blueprint } from '../../../src/blueprints/catalog/blueprint.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { type Sovereign, sovereignSchema } from '../../../src/sovereign/spec/schema.js';
import { isCatalystError } from '../../../src/support/errors/errors.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { blueprints, omantel } from './rig.js';

const words = [
  '${fqdn}',
  '$${x}',
  '{{ .Values.x }}',
  '"q"',
  "it's",
  'a: b',
  '- a',
  '&a',
  '*a',
  '<<: *a',
  'a\nb: c',
  '\t',
  '\r\n',
  '#',
  '---',
  '...',
  '!!js x',
  '%YAML',
  '\u0000',
  '\u2028',
  '\ufeff',
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 12, unit: 'grapheme' })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''));
/** The same text in the forms that some fields ask for, so that more than the schema's refusal is tried. */
const hostile = fc.oneof(
  nasty,
  nasty.map((text) => `https://h.example/${text.replaceAll(/\s/g, '')}`),
  nasty.map((text) => `oci://h.example/${text.replaceAll(/\s/g, '')}`),
  nasty.map((text) => `${text.replaceAll(/[\s@]/g, '')}@a.example`),
  fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/),
);

type Tree = Record<string, unknown>;
const optional = [
  'spec.parentZone.zone',
  'spec.objectStorage.endpoint',
  'spec.charts.mirror',
  'spec.hetzner.sshPublicKey',
  'spec.access.caBundle',
  'spec.mother.context',
];
const paths = (value: unknown, at: string): string[] =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, item]) => paths(item, at ? `${at}.${key}` : key))
    : typeof value === 'string'
      ? [at]
      : [];
const fields = [...new Set([...paths(omantel(), ''), ...optional])];

function withField(path: string, text: string): Sovereign | undefined {
  const copy = structuredClone(omantel()) as unknown as Tree;
  const keys = path.split('.');
  let at = copy;
  for (const key of keys.slice(0, -1)) {
    at[key] ??= {};
    at = at[key] as Tree;
  }
  at[keys.at(-1)!] = text;
  return sovereignSchema.safeParse(copy).data;
}

/** What of an object no spec text may change: its keys at every depth, and the types of what they hold. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (value === null || typeof value !== 'object') return typeof value;
  return Object.keys(value).length === 0
    ? {}
    : Object.entries(value).map(([key, item]) => [/[./]/.test(key) ? '*' : key, shape(item)]);
}

/** Undefined when it was refused. */
function render(sovereign: Sovereign, few: readonly Blueprint[]) {
  try {
    return renderTree(sovereign, few);
  } catch (error) {
    if (isCatalystError(error, 'E3202')) return undefined;
    throw error;
  }
}

/** Shapes of the plain spec, by Blueprint; a mirror gives one source where there were two. */
const expected = new Map<string, string>();
const objectsOf = (one: Blueprint, sovereign: Sovereign) =>
  renderTree(sovereign, [one]).folders.flatMap((folder) => folder.files.flatMap((file) => file.objects));
function plainShape(one: Blueprint, mirrored: boolean): string {
  const key = `${one.name} ${mirrored}`;
  const sovereign = mirrored
    ? omantel(() => ({ charts: { mirror: 'oci://h.example/charts', insecure: false } }))
    : omantel();
  if (!expected.has(key)) expected.set(key, JSON.stringify(shape(objectsOf(one, sovereign))));
  return expected.get(key)!;
}

/** Rendering all 24 takes about 100 ms: each spec meets two of them, so that every Blueprint meets about eighty. */
it('takes a hostile text in any field of the spec as data or refuses it', async () => {
  const all = await blueprints();
  let rendered = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...fields),
      hostile,
      fc.shuffledSubarray(all, { minLength: 2, maxLength: 2 }),
      (path, text, few) => {
        const sovereign = withField(path, text);
        const tree = sovereign && render(sovereign, few);
        if (!sovereign || !tree) return;
        rendered += 1;
        expect(renderTree(sovereign, few).hash).toBe(tree.hash);
        for (const file of tree.folders.flatMap((folder) => folder.files)) {
          expect(parseYamlStream(file.text)).toEqual(JSON.parse(JSON.stringify(file.objects)));
        }
        const oci = sovereign.spec.charts.mirror?.startsWith('oci://');
        if (sovereign.spec.charts.mirror !== undefined && !oci) return;
        for (const one of few) {
          expect(JSON.stringify(shape(objectsOf(one, sovereign))), `${path}: ${JSON.stringify(text)}`).toBe(
            plainShape(one, oci === true),
          );
        }
      },
    ),
    { numRuns: 1000 },
  );
  expect(rendered).toBeGreaterThan(200);
}, 300_000);

it('renders all 24 with a hostile Organization name and hostile values, and reads them back as they were', async () => {
  const all = await blueprints();
  fc.assert(
    fc.property(
      nasty,
      nasty.filter((key) => key !== '__proto__'),
      nasty,
      (organization, key, value) => {
        const plain = omantel();
        const over = Object.fromEntries(
          all.map(({ name }) => [name, { values: { annotationsOfATest: { [key]: value } } }]),
        );
        const sovereign = {
          ...plain,
          spec: { ...plain.spec, organization: { ...plain.spec.organization, name: organization }, blueprints: over },
        };
        const tree = render(sovereign, all);
        if (!tree) {
          expect(organization).toMatch(/\{\{|[^A-Za-z0-9._:/@+-]/);
          return;
        }
        const releases = tree.folders
          .flatMap((folder) => folder.files)
          .flatMap(
            (file) =>
              parseYamlStream(file.text) as {
                kind: string;
                metadata: { name: string };
                spec: { values: { annotationsOfATest?: Record<string, string> } };
              }[],
          )
          .filter(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name in over);
        expect(releases.length).toBe(23);
        for (const { spec } of releases) expect(spec.values.annotationsOfATest).toEqual({ [key]: value });
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
