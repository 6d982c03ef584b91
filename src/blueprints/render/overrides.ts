/** Values of the spec against those of the Blueprint: of the same type, or refused or named before helm drops one silently. */
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Blueprint } from '../catalog/blueprint.js';
import type { Finding } from '../lint/finding.js';
import { isMap, type Values } from './merge.js';
import { stringsIn } from './strings.js';

interface Mismatch {
  path: string;
  ours: string;
  theirs: string;
}

/** Throws E3202 where a map stands against something else: one side would be lost. null removes, whatever it stands against. */
export function checkShapes(blueprint: Blueprint, ours: Values, over: Values): void {
  const [first] = mismatches(ours, over).filter(({ ours, theirs }) => (ours === 'a map') !== (theirs === 'a map'));
  if (!first) return;
  const at = `spec.blueprints.${blueprint.name}.values.${first.path}`;
  throw fail('E3202', `${at} is ${first.theirs}, but the Blueprint has ${first.ours} there.`, {
    actions: [command('blueprint show', blueprint.name)],
    data: { blueprint: blueprint.name, path: first.path },
  });
}

/** What an override says in another type than the Blueprint, and where a chart may evaluate it. */
export function lintOverrides({ spec }: Sovereign, blueprints: readonly Blueprint[]): Finding[] {
  return blueprints.flatMap((blueprint) => {
    const over = spec.blueprints[blueprint.name]?.values ?? {};
    const ours = blueprint.documents.values['values'] ?? {};
    const find = (rule: string, path: string, message: string, remedy: string): Finding => ({
      blueprint: blueprint.name,
      rule,
      severity: 'warning',
      path: `spec.blueprints.${blueprint.name}.values.${path}`,
      message,
      remedy,
    });
    const typed = mismatches(ours, over)
      .filter(({ path }) => !isVariable(ours, path))
      .map(({ path, ours, theirs }) =>
        find('override-type', path, `The spec has ${theirs} where the Blueprint has ${ours}`, 'Use the same type'),
      );
    const evaluated = [...stringsIn(over)]
      .filter(({ text }) => text.includes('{{'))
      .map(({ path }) =>
        find(
          'override-template',
          path,
          'A chart may evaluate "{{" in values',
          'Check what it renders with --charts DIR',
        ),
      );
    return [...typed, ...evaluated];
  });
}

function mismatches(ours: Values, over: Values, path = ''): Mismatch[] {
  return Object.entries(over).flatMap(([key, theirs]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const below = Object.hasOwn(ours, key) ? ours[key] : undefined;
    if (below === undefined || below === null || theirs === null) return [];
    if (isMap(below) && isMap(theirs)) return mismatches(below, theirs, at);
    const [one, other] = [typeOf(below), typeOf(theirs)];
    return one === other ? [] : [{ path: at, ours: one, theirs: other }];
  });
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  const names: Record<string, string> = { string: 'a text', number: 'a number', boolean: 'true or false' };
  return names[typeof value] ?? typeof value;
}

/** `${replicas}` is a text in the file and a number in the tree. */
function isVariable(ours: Values, path: string): boolean {
  const value = path.split('.').reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), ours);
  return typeof value === 'string' && value.startsWith('${');
}
