/** Remedies are pasted: what a run knows is filled in. What only the person knows is a word in capitals, listed here with why. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

type Node = { type: string; start: number; [key: string]: unknown };

function* nodes(node: unknown): Generator<Node> {
  if (Array.isArray(node)) for (const one of node) yield* nodes(one);
  else if (node !== null && typeof node === 'object' && 'type' in node) {
    yield node as Node;
    for (const value of Object.values(node)) yield* nodes(value);
  }
}

/** A word that is no value: `--lab NAME`, `<name>`. Words of prose in capitals (API, DNS) stand in no place where a value does. */
const placeholder =
  /(?:--[a-z-]+ |XDG_CACHE_HOME=|password=|username=|create secret generic |^|\/)(?:NAME|FILE|DIR|PLAN|USER|PASSWORD|FQDN|ID|N|"?<[a-z ]+>"?)(?![\w-])/;

/** By file: how often, and why nothing else can stand there. */
const left: Readonly<Record<string, readonly [count: number, why: string]>> = {
  'src/actions/evidence/verify.ts': [
    1,
    'whose key is trusted is for the person to say: a path that is suggested would be taken',
  ],
  'src/actions/rehearsal/require-free.ts': [
    1,
    'which bundle shows a wipe of this very Sovereign only the person knows',
  ],
  'src/cli/command/result/result-file.ts': [1, 'where a result may be written'],
  'src/cli/context/clusters/kubeconfigs.ts': [2, 'a kubeconfig that only the person has'],
  'src/cli/context/credentials/read-key-pair.ts': [1, 'the file with both keys, which came by no terminal'],
  'src/cli/context/credentials/read-secret.ts': [1, 'the file with the value, where there is no terminal to prompt on'],
  'src/cli/prompts/wizard/mother.ts': [1, 'a kubeconfig that only the person has'],
  'src/engine/runner.ts': [1, 'the reason is recorded in the evidence, in the words of the person'],
  'src/evidence/pinned-key.ts': [
    1,
    'a key from the people who run the Sovereign: one that lies beside the bundle proves nothing',
  ],
  'src/handover/mother/revoke.ts': [1, 'the file names of kubeconfigs on the mother, of which the message has the ids'],
  'src/mother/service-access.ts': [2, 'a login that only the person has'],
  'src/preflight/credential-expiry.ts': [1, 'a new kubeconfig, which the person gets from whoever runs the mother'],
  'src/preflight/machine.ts': [2, 'where this machine has room, or is writable'],
  'src/sovereign/spec/load-spec.ts': [2, 'where the spec is, when it is not where it was looked for'],
  'src/sovereign/spec/write-spec.ts': [1, 'where a spec may be written'],
  'src/sovereign/state/state-dir.ts': [2, 'a spec, or a state directory, that only the person knows'],
  'src/sovereign/world-identity.ts': [1, 'which lab is meant, where endpoints are those of another'],
  'src/tools/exec/private-path.ts': [1, 'a directory of the person'],
  'src/verification/report/html-report.ts': [
    1,
    'the page does not know under which name the bundle beside it was passed on',
  ],
  'src/walk/credentials/credential-probes.ts': [1, 'a kubeconfig with more permissions, which only the person has'],
  'src/world/journal/journal-binding.ts': [1, 'a directory of the person'],
  'lab/src/existing/given-clusters.ts': [2, 'a kubeconfig that was not given'],
};

/** Texts that a person is told to type or do: what `command` takes, and lists of actions. */
function remediesIn(source: string): { text: string; line: number }[] {
  const found = new Map<number, string>();
  for (const node of nodes(parseAst(source, { lang: 'ts' }).body)) {
    const { name = '' } = ((node.key ?? node.id) as { name?: string } | undefined) ?? {};
    const isList =
      /^(actions|remedy|silent)$/.test(name) || (node.type === 'VariableDeclarator' && /actions|remed/i.test(name));
    const isCall =
      node.type === 'CallExpression' &&
      /^(command|again|rotate)$/.test(String((node.callee as { name?: string }).name));
    const within = isCall ? node.arguments : isList ? (node.value ?? node.init) : undefined;
    for (const one of nodes(within)) {
      const { value } = one as { value?: unknown };
      const text = one.type === 'TemplateElement' ? (value as { cooked: string }).cooked : value;
      if ((one.type === 'Literal' || one.type === 'TemplateElement') && typeof text === 'string')
        found.set(one.start, text);
    }
  }
  return [...found].map(([start, text]) => ({ text, line: source.slice(0, start).split('\n').length }));
}

it('of remedies are those that only the person can fill in', async () => {
  const { sources } = (await import(pathToFileURL(join(root, 'scripts/user-text.mjs')).href)) as {
    sources(folder: string): string[];
  };
  const counts: Record<string, number> = {};
  const places: string[] = [];
  for (const file of ['src', 'commands', 'lab/src', 'lab/commands'].flatMap(sources))
    for (const { text, line } of remediesIn(readFileSync(join(root, file), 'utf8'))) {
      if (!placeholder.test(text)) continue;
      counts[file] = (counts[file] ?? 0) + [...text.matchAll(new RegExp(placeholder, 'g'))].length;
      places.push(`${file}:${line}: ${text}`);
    }
  expect(counts, places.join('\n')).toEqual(
    Object.fromEntries(Object.entries(left).map(([file, [count]]) => [file, count])),
  );
});
