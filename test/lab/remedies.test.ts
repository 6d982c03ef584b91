/** Story: what people run into most on a new lab. Every remedy that can be pasted is run in the state that raised the error. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome } from './catalyst.js';

let catalyst: Catalyst;
let elsewhere: string;

beforeAll(async () => {
  catalyst = catalystAtHome('remedies');
  elsewhere = mkdtempSync(join(tmpdir(), 'remedies-'));
  await catalyst.up();
});
afterAll(async () => {
  await catalyst.close();
  rmSync(elsewhere, { recursive: true, force: true });
});

interface Failed {
  code: string;
  message: string;
  actions: string[];
}

async function failing(args: readonly string[]): Promise<{ exit: number | null; error?: Failed }> {
  const { code, document } = await catalyst.json(args);
  return { exit: code, error: document.error as Failed | undefined };
}

/** Words after the program, of an action that is a command, or ends with one after "then:" or "or:". */
function pasted(action: string): string[] | undefined {
  const [, words] = /(?:^|: )node \S*bin\/run\.js (.+)$/.exec(action) ?? [];
  return words === undefined || /\b[A-Z]{2,}\b(?![-.\w])/.test(words) ? undefined : words.split(' ');
}

/** What a person would rather not start in a story: a walk, and what asks or changes a lot. */
const slow = /^(wizard|resume|ticket run|phase run|cluster create|verify dod|handover finalize|rehearse)/;

/** Without `--lab`, which is added; `here` for one that needs none. */
const mistakes: [string, ('here' | undefined)?][] = [
  ['phase run 9'],
  ['phase run 3'],
  ['phase show 9'],
  ['phase run three'],
  ['ticket show 999'],
  ['ticket run 999'],
  ['ticket run 376'],
  ['ticket set 338'],
  ['ticket set 338 --status bogus'],
  ['ticket set 338 --status done'],
  ['ticket set 338 --pr nonsense'],
  ['blueprint show bp-harbr'],
  ['blueprint lint bp-harbr'],
  ['cluster kubeconfig'],
  ['credentials set hcloud-tokn --from-file /nowhere'],
  ['credentials show gitea-admn --reveal'],
  ['credentials verify hetznr'],
  ['evidence show'],
  ['explain umbilcal', 'here'],
  ['handover abort'],
  ['handover decommission'],
  ['handover redirect'],
  ['lab fault no-such-fault'],
  ['lab status nowhere', 'here'],
  ['lab up ../escape', 'here'],
  ['open consol'],
  ['open report'],
  ['purge apply /nowhere/plan.json'],
  ['status --lab none', 'here'],
  ['status --lab never --sovereign none', 'here'],
  ['statu', 'here'],
  ['status --frmat json'],
  ['verify dod --only D99'],
  ['verify evidence /nowhere.json --key /nowhere.pub'],
  ['wizard --name Omantel'],
  ['status --spec /nowhere.yaml', 'here'],
];

test.each(mistakes)('%s: no remedy ends in the same error', async (typed, here) => {
  const args = [...typed.split(' '), ...(here ? [] : ['--lab', catalyst.lab])];
  const first = await failing(args);
  expect(first.error, `${typed} is no error`).toBeDefined();
  const { code, message, actions } = first.error!;
  expect(actions.length, `${code} ${message} names no remedy`).toBeGreaterThan(0);
  for (const action of actions) {
    const words = pasted(action);
    // starts a lab whether dry or not
    if (!words || words.join(' ').startsWith('lab up ')) continue;
    const command = words.filter((word) => !word.startsWith('-')).join(' ');
    if (slow.test(command) && !words.includes('--help')) {
      // it is the parser's and the prerequisites' word that counts
      const dry = await failing([...words, '--dry-run']);
      expect(dry.error?.message, action).not.toBe(message);
      continue;
    }
    const again = words.includes('--help')
      ? { error: undefined, exit: (await catalyst.run(words)).code }
      : await failing(words);
    expect(again.error?.message, action).not.toBe(message);
    if (words.includes('--help')) expect(again.exit, action).toBe(0);
  }
});
