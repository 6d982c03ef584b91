/** Documents one field of the spec, ticket, phase, Blueprint, item of the Definition of Done, term or error code. */
import { glossary, partsOfTerms } from '../sovereign/glossary.js';
import { type SpecField, specFields } from '../sovereign/spec/spec-fields.js';
import { command } from '../support/commands/command.js';
import { type ErrorCode, errorCodes } from '../support/errors/error-codes.js';
import { fail } from '../support/errors/errors.js';
import { type ErrorClass, exitStatuses } from '../support/errors/exit-statuses.js';
import { nearest } from '../support/nearest.js';
import { blueprintOf, phases, provenBy, tickets, unticketed } from '../walk/wbs.js';

export interface Explanation {
  topic: string;
  kind: 'index' | 'field' | 'ticket' | 'phase' | 'blueprint' | 'error' | 'item' | 'term';
  title: string;
  /** Paragraphs. */
  text: string[];
  /** Facts in order: type, default, depends on … */
  facts: Record<string, string>;
  /** What may be explained below or beside it. */
  more: { topic: string; title: string }[];
}

export interface BlueprintFacts {
  name: string;
  title: string;
  role: string;
  phase: number;
  ticket?: string;
  chart: { source: string; name: string; version: string };
  namespace: string;
  dependsOn: readonly string[];
  proof: string;
}

/** `load` is only called for when a topic asks for one. Throws E1001 naming the nearest topic. */
export async function explain(
  topic: string | undefined,
  load: () => Promise<readonly BlueprintFacts[]>,
): Promise<Explanation> {
  if (topic === undefined) return index();
  const word = topic.trim();
  const found =
    explainError(word) ??
    (await explainStep(word, load)) ??
    explainPhase(word) ??
    (await explainItem(word)) ??
    explainTerm(word) ??
    explainField(word);
  if (found) return found;
  const blueprints = await load();
  const blueprint = explainBlueprint(word, blueprints);
  if (blueprint) return blueprint;
  const names = [
    ...specFields().map((field) => field.path),
    ...tickets.map((ticket) => ticket.id),
    ...Object.keys(errorCodes),
    ...Object.keys(glossary),
    ...Object.keys(partsOfTerms),
    ...blueprints.map(({ name }) => name),
  ];
  const near = nearest(word, names);
  throw fail('E1001', `There is nothing called "${word}" to explain.`, {
    actions: [...(near ? [command('explain', near)] : []), command('explain')],
  });
}

function index(): Explanation {
  const roots = specFields().filter((field) => field.path.split('.').length <= 2);
  return {
    topic: '',
    kind: 'index',
    title: 'What can be explained',
    text: [
      'A field of the spec, a ticket (370), a phase (phase 3), a Blueprint (bp-harbor), an item of the Definition of Done (D17, W5), an error code (E1101) or a term:',
      `${Object.keys(glossary).join(', ')}.`,
    ],
    facts: {},
    more: roots.map((field) => ({ topic: field.path, title: field.description })),
  };
}

/** What helps against a class of errors; the error itself has what helps against it alone. */
const nextOf: Readonly<Record<ErrorClass, string>> = {
  bug: command('support-bundle'),
  usage: `${command('', { help: true })}, or --help after the command`,
  'check-failed': `the remedy of each finding, then the same command again`,
  credentials: `${command('credentials list')}, then ${command('credentials verify')}`,
  external: `${command('preflight')}, then ${command('resume')}`,
  quota: command('cluster plan'),
  refused: `what the message names; ${command('status')} shows what is proven`,
  unfinished: command('resume'),
  locked: `${command('status')}; if the holder is gone: ${command('unlock')}`,
  invalid: 'the experiment again, after its cause is removed',
  interrupted: command('resume'),
};

/** D1 to D23 and W1 to W13. What they check is loaded for them alone. */
async function explainItem(word: string): Promise<Explanation | undefined> {
  if (!/^[dw][0-9]+$/i.test(word)) return undefined;
  const [{ checklist }, { explainedItems }] = await Promise.all([
    import('../verification/dod/checklist.js'),
    import('../verification/explained-items.js'),
  ]);
  const item = checklist.find(({ id }) => id === word.toUpperCase());
  if (!item) return undefined;
  const { checked = '', fails = '', helps } = explainedItems[item.id] ?? {};
  const ofWbs = item.id.startsWith('W');
  return {
    topic: item.id,
    kind: 'item',
    title: item.title,
    text: [
      ofWbs
        ? 'An item of the checklist of the WBS §9.'
        : 'An item of the Definition of Done, checked on the live Sovereign.',
    ],
    facts: {
      checked,
      'fails on': fails,
      ...(helps ? { 'what helps': helps } : {}),
      'check again': item.repeat,
      'last result': command('evidence show'),
      'whole verdict': command('verify dod'),
    },
    more: (item.of ?? []).map((id) => ({ topic: id, title: checklist.find((one) => one.id === id)?.title ?? '' })),
  };
}

function explainTerm(word: string): Explanation | undefined {
  const name = word.toLowerCase();
  const isNamed = (one: string) => [name, name.replace(/s$/, '')].includes(one.toLowerCase());
  // VERIFIED is a state of the handover, verified a level.
  const part = word in partsOfTerms ? word : Object.keys(partsOfTerms).find(isNamed);
  const term = Object.keys(glossary).find(isNamed) ?? (part && partsOfTerms[part]);
  if (term === undefined) return undefined;
  return {
    topic: term,
    kind: 'term',
    title: term,
    text: [glossary[term]!],
    facts: {},
    more: explainField(word)?.more ?? [],
  };
}

function explainError(word: string): Explanation | undefined {
  const code = word.toUpperCase() as ErrorCode;
  if (!(code in errorCodes)) return undefined;
  const entry = errorCodes[code];
  const facts = { class: entry.class, exit: String(exitStatuses[entry.class]), 'then try': nextOf[entry.class] };
  return { topic: code, kind: 'error', title: entry.title, text: [entry.explain], facts, more: [] };
}

/** A ticket, or a step without one that is no Blueprint. */
async function explainStep(
  word: string,
  load: () => Promise<readonly BlueprintFacts[]>,
): Promise<Explanation | undefined> {
  const ticket = tickets.find(({ id }) => id === `#${word.replace(/^(ticket )?#?/, '')}`);
  const step = ticket ?? unticketed.find(({ id }) => id === word && id in provenBy);
  if (!step) return undefined;
  const { id, title, phase } = step;
  const needs = 'needs' in step ? step.needs : step.dependsOn;
  const blueprint = blueprintOf(id);
  const proof = provenBy[id] ?? (await load()).find(({ name }) => name === blueprint)?.proof;
  return {
    topic: id,
    kind: 'ticket',
    title,
    text: [
      `${ticket ? `Ticket ${id}` : 'A step'} of the WBS. It is done once its proof has been taken on the live Sovereign.`,
    ],
    facts: {
      phase: `${phase} ${phases[phase]?.title ?? ''}`,
      ...(blueprint ? { installs: blueprint } : {}),
      ...(needs.length > 0 ? { 'depends on': needs.join(', ') } : {}),
      ...(proof ? { 'proven by': proof } : {}),
      ...stepCommands(id),
    },
    more: needs.map((need) => ({ topic: need, title: 'comes first' })),
  };
}

function stepCommands(id: string): Record<string, string> {
  const typed = id.replace('#', '');
  return {
    'where it is': command('ticket show', typed),
    run: command('ticket run', typed),
    'prove again': command('ticket run', typed, { fresh: true }),
  };
}

function explainPhase(word: string): Explanation | undefined {
  const match = /^(?:phase[ -]?)?([0-8])$/i.exec(word);
  const phase = match ? phases[Number(match[1])] : undefined;
  if (!phase) return undefined;
  return {
    topic: `phase ${phase.id}`,
    kind: 'phase',
    title: phase.title,
    text: [`Phase ${phase.id} of the WBS. It is done once each of its steps is proven.`],
    facts: {
      needs: phase.needs.length === 0 ? 'nothing' : phase.needs.map((need) => `phase ${need}`).join(', '),
      'estimate of the WBS': `${phase.duration} of a person's work on the platform; a run takes minutes`,
      'where it is': command('phase show', phase.id),
      run: command('phase run', phase.id),
    },
    more: tickets
      .filter((ticket) => ticket.phase === phase.id)
      .map((ticket) => ({ topic: ticket.id, title: ticket.title })),
  };
}

function explainBlueprint(word: string, blueprints: readonly BlueprintFacts[]): Explanation | undefined {
  const blueprint = blueprints.find(({ name }) => name === word || name === `bp-${word}`);
  if (!blueprint) return undefined;
  const { chart } = blueprint;
  return {
    topic: blueprint.name,
    kind: 'blueprint',
    title: blueprint.title,
    text: [`A Blueprint of the Sovereign: ${blueprint.role}.`],
    facts: {
      phase: String(blueprint.phase),
      ...(blueprint.ticket ? { ticket: blueprint.ticket } : {}),
      chart: `${chart.name} ${chart.version} from ${chart.source}`,
      namespace: blueprint.namespace,
      'depends on': blueprint.dependsOn.join(', ') || 'nothing',
      'proven by': blueprint.proof,
      'more of it': command('blueprint show', blueprint.name),
      ...stepCommands(blueprint.ticket ?? blueprint.name),
    },
    more: blueprint.dependsOn.map((need) => ({ topic: need, title: 'comes first' })),
  };
}

function explainField(word: string): Explanation | undefined {
  const fields = specFields();
  const wanted = word.replace(/\[\d*\]/g, '[]');
  const asName = (path: string) => path.replace(/^spec\.blueprints\.bp-[a-z-]+/, 'spec.blueprints.<name>');
  const candidates = [wanted, asName(wanted), `spec.${wanted}`, asName(`spec.${wanted}`)];
  const field = fields.find((candidate) => candidates.includes(candidate.path));
  if (!field) return undefined;
  return {
    topic: field.path,
    kind: 'field',
    title: field.path,
    text: [field.description],
    facts: factsOf(field),
    more: fields
      .filter((child) => child.path.startsWith(field.path) && parentOf(child.path) === field.path)
      .map((child) => ({ topic: child.path, title: child.description })),
  };
}

function parentOf(path: string): string {
  return path.endsWith('[]') ? path.slice(0, -2) : path.slice(0, path.lastIndexOf('.'));
}

function factsOf(field: SpecField): Record<string, string> {
  return {
    type: field.type,
    required: field.required ? 'yes' : 'no',
    ...(field.default === undefined ? {} : { default: JSON.stringify(field.default) }),
  };
}
