import { describe, expect, it } from 'vitest';
import type { Prompter } from '../../../../src/actions/session/context.js';
import { ask } from '../../../../src/cli/prompts/ask.js';
import { GoBack } from '../../../../src/cli/prompts/go-back.js';
import { buildSpec } from '../../../../src/cli/prompts/wizard/build-spec.js';
import type { Given } from '../../../../src/cli/prompts/wizard/gather.js';
import { isPublicKey } from '../../../../src/cli/prompts/wizard/hetzner.js';
import { specQuestions, wizardQuestions } from '../../../../src/cli/prompts/wizard/questions.js';
import { parseSpec } from '../../../../src/sovereign/spec/load-spec.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { toYaml } from '../../../../src/support/yaml/write-yaml.js';
import type { World } from '../../../../src/world/world.js';
import { specText } from '../../../fakes/sovereign-spec.js';

const plain = specQuestions.filter(({ kind }) => kind !== 'secret');
const given = (more: Partial<Given> = {}): Given => ({
  flags: {},
  env: {},
  spec: undefined,
  specSource: 'spec',
  secrets: async () => undefined,
  ...more,
});
const flags = { organization: 'Omantel', email: 'ops@omantel.om' };

/** Answers in order; an unexpected question throws. `undefined` takes the default, GoBack presses esc. */
function scripted(script: [RegExp, string | undefined | typeof GoBack][]): Prompter & { left: () => number } {
  const next = (message: string, initial?: string) => {
    const [pattern, answer] = script.shift() ?? [];
    if (!pattern?.test(message)) throw new Error(`unexpected question: ${message}`);
    if (answer === GoBack) throw new GoBack();
    return (answer as string | undefined) ?? initial ?? '';
  };
  return {
    available: true,
    left: () => script.length,
    text: async ({ message, default: initial }) => next(message, initial),
    secret: async ({ message }) => next(message),
    choose: async ({ message, default: initial }) => next(message, initial) as never,
    confirm: async () => {
      throw new Error('nothing to confirm');
    },
  };
}
const nobody: Prompter = { ...scripted([]), available: false };
const lookUps = {
  hetzner: async () => undefined,
  world: async () => undefined,
  motherContexts: async () => [],
  publicKeys: async () => [],
};
const tools = { lookUps, note: () => {}, keep: () => {} };

describe('without a terminal', () => {
  it('flags and defaults make a valid spec', async () => {
    const { answers, sources } = await ask({
      ...tools,
      questions: plain,
      given: given({ flags }),
      prompter: nobody,
      quiet: false,
    });
    const spec = parseSpec(toYaml(buildSpec(plain, answers, undefined)), 'x');
    expect(spec.spec).toMatchObject({
      fqdn: 'omantel.omani.works',
      pool: { domain: 'omani.works', subdomain: 'omantel' },
    });
    expect(spec.spec.hetzner.controlPlane).toEqual({ count: 1 });
    expect(sources).toMatchObject({ organization: 'flag', name: 'default' });
  });

  it('a parent zone of another name before is not kept', () => {
    const answers = { name: 'sky', fqdn: 'sky.cloud.example' };
    const zoneOf = (zone: string) => {
      const built = buildSpec(plain, answers, { spec: { parentZone: { provider: 'powerdns', zone } } });
      return (built as { spec: { parentZone: { zone?: string } } }).spec.parentZone.zone;
    };
    expect([zoneOf('omani.works'), zoneOf('cloud.example'), zoneOf('example')]).toEqual([
      undefined,
      'cloud.example',
      'example',
    ]);
  });

  it('names every missing flag and variable at once', async () => {
    const asking = ask({ ...tools, questions: wizardQuestions, given: given(), prompter: nobody, quiet: false });
    await expect(asking).rejects.toMatchObject({
      code: 'E1002',
      exitCode: 2,
      data: { flags: ['--organization', '--email', 'HCLOUD_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] },
    });
  });

  it.each([
    ['name', 'Omantel'],
    ['email', 'nobody'],
    ['control-plane-count', '2'],
    ['worker-count', '99'],
    ['ssh-public-key', 'ssh-rsa AAAA'],
  ])('refuses --%s %s by its flag', async (id, value) => {
    const asking = ask({
      ...tools,
      questions: plain,
      given: given({ flags: { ...flags, [id]: value } }),
      prompter: nobody,
      quiet: false,
    });
    await expect(asking).rejects.toMatchObject({ code: 'E1001', data: { flag: `--${id}` } });
  });

  it('takes flag before spec before default, and keeps what is not asked', async () => {
    const base = { metadata: { name: 'omantel' }, spec: { hetzner: { location: 'hel1' }, gitops: { branch: 'live' } } };
    const from = given({ flags: { ...flags, location: 'nbg1' }, spec: base });
    const { answers } = await ask({ ...tools, questions: plain, given: from, prompter: nobody, quiet: false });
    const { spec } = parseSpec(toYaml(buildSpec(plain, answers, base)), 'x');
    expect([spec.hetzner.location, spec.gitops.branch]).toEqual(['nbg1', 'live']);
  });
});

describe('on a terminal', () => {
  const rest: [RegExp, string | undefined][] = [
    [/Organization/, 'Omantel'],
    [/E-mail/, 'ops@omantel.om'],
    [/kubeconfig file of the mother/, undefined],
    [/context of the mother/, undefined],
    [/Location of the servers/, undefined],
    [/Size/, '3'],
    [/Server type of the control/, undefined],
    [/Worker servers/, undefined],
    [/SSH public key/, undefined],
    [/Location of the Object/, undefined],
    [/Prefix/, undefined],
  ];

  it('asks in order, goes back with esc, and edits a line in the review', async () => {
    const prompter = scripted([
      [/Name of the Sovereign/, 'alpha'],
      [/Address of/, GoBack],
      [/Name of the Sovereign/, 'beta'],
      [/Address of/, undefined],
      ...rest,
      [/Review/, 'location'],
      [/Location of the servers/, 'hel1'],
      [/Review/, ''],
    ]);
    const { answers } = await ask({ ...tools, questions: plain, given: given(), prompter, quiet: false });
    expect(answers).toMatchObject({
      name: 'beta',
      fqdn: 'beta.omani.works',
      location: 'hel1',
      'control-plane-count': '3',
    });
    expect(prompter.left()).toBe(0);
  });

  it('asks a typed secret again on the way back, where Enter to keep it, and never one that was at hand', async () => {
    const secrets = wizardQuestions.filter(({ id }) =>
      ['name', 'hcloud-token', 's3-access-key', 'location'].includes(id),
    );
    const prompter = scripted([
      [/Name/, undefined],
      [/Hetzner Cloud token/, 'typed-token'],
      [/Location/, GoBack],
      [/Enter to keep/, ''],
      [/Location/, GoBack],
      [/Enter to keep/, GoBack],
      [/Name/, 'other'],
      [/Enter to keep/, ''],
      [/Location/, 'hel1'],
      [/Review/, ''],
    ]);
    const at = given({
      secrets: async (id) => (id === 's3-access-key' ? { value: 'kept', source: 'store' } : undefined),
    });
    const { answers, sources } = await ask({ ...tools, questions: secrets, given: at, prompter, quiet: false });
    expect(answers).toEqual({
      name: 'other',
      'hcloud-token': 'typed-token',
      location: 'hel1',
      's3-access-key': 'kept',
    });
    expect(sources).toMatchObject({ 'hcloud-token': 'asked', 's3-access-key': 'store' });
    expect(prompter.left()).toBe(0);
  });

  it('tells why an answer will not do and asks again; the same answer twice is taken', async () => {
    const notes: string[] = [];
    const question = (id: string) => ({ id, kind: 'text' as const, message: id, help: id, variable: 'X' });
    const look = async () => {
      throw new Error('it does not answer');
    };
    const prompter = scripted([
      [/one/, 'a'],
      [/one/, 'b'],
      [/one/, 'b'],
      [/two/, 'c'],
      [/Review/, '→ save only'],
    ]);
    const world = { signal: new AbortController().signal } as World;
    const asked = await ask({
      ...tools,
      lookUps: { ...lookUps, world: async () => world },
      note: (text) => notes.push(text),
      questions: [{ ...question('one'), look }, question('two')],
      given: given(),
      prompter,
      quiet: false,
    });
    expect(asked).toMatchObject({ answers: { one: 'b', two: 'c' }, saveOnly: true });
    expect(notes.filter((note) => note.startsWith('✖'))).toEqual(Array(3).fill('✖ it does not answer'));
  });

  const secretQuestion = {
    id: 'hcloud-token',
    kind: 'secret' as const,
    message: 'token',
    help: 'token',
    variable: 'X',
  };
  const aWorld = { signal: new AbortController().signal } as World;
  const refusing = (bad: string) => async (_world: World, answers: Readonly<Record<string, string>>) => {
    if (answers['hcloud-token'] === bad) throw fail('E2003', 'unauthorized');
    return 'it reads and writes';
  };

  it.each([
    ['typed', undefined],
    ['stored', { value: 'bad', source: 'store' as const }],
  ])('a refused secret that was %s is asked for again, and is never one to keep', async (_how, stored) => {
    const refusals: string[][] = [];
    const prompter = scripted([
      ...(stored ? [] : [[/token/, 'bad'] as [RegExp, string]]),
      [/^1 of 1 · token$/, 'bad'],
      [/^1 of 1 · token$/, 'good'],
      [/Review/, ''],
    ]);
    const asked = await ask({
      ...tools,
      lookUps: { ...lookUps, world: async () => aWorld },
      keep: (_answers, refused) => void refusals.push([...refused]),
      questions: [{ ...secretQuestion, look: refusing('bad') }],
      given: given({ secrets: async () => stored }),
      prompter,
      quiet: false,
    });
    expect(asked.answers).toEqual({ 'hcloud-token': 'good' });
    expect(refusals).toContainEqual(['hcloud-token']);
    expect(refusals.at(-1)).toEqual([]);
    expect(prompter.left()).toBe(0);
  });

  it('a list that cannot be read is typed, and a cursor never begins on what cannot be chosen', async () => {
    const initials: (string | undefined)[] = [];
    const prompter = scripted([
      [/one/, 'typed'],
      [/two/, undefined],
      [/Review/, ''],
    ]);
    const choose = prompter.choose;
    prompter.choose = (question) => {
      initials.push(question.default);
      return choose(question);
    };
    const question = (id: string) => ({ id, kind: 'choice' as const, message: id, help: id, variable: 'X' });
    const { answers } = await ask({
      ...tools,
      questions: [
        {
          ...question('one'),
          choices: async () => {
            throw fail('E2001', 'no answer');
          },
        },
        {
          ...question('two'),
          initial: () => 'sold-out',
          choices: async () => [
            { value: 'sold-out', name: 'x', disabled: 'out of stock' },
            { value: 'there', name: 'y' },
          ],
        },
      ],
      given: given(),
      prompter,
      quiet: false,
    });
    expect(answers.one).toBe('typed');
    expect(initials[0]).toBeUndefined();
  });

  it('the address of a lab is shown, not asked', async () => {
    const prompter = scripted([
      [/Name of the Sovereign/, undefined],
      [/Review/, ''],
    ]);
    const spec = { metadata: { name: 'omantel' }, spec: { fqdn: 'omantel.omani.works' } };
    const questions = plain.filter(({ id }) => id === 'name' || id === 'fqdn');
    const { answers } = await ask({
      ...tools,
      questions,
      given: given({ spec, specSource: 'lab' }),
      prompter,
      quiet: false,
    });
    expect(answers.fqdn).toBe('omantel.omani.works');
  });

  it('does not ask what a flag says, and tells every answer so that leaving loses nothing', async () => {
    const kept: string[] = [];
    const prompter = scripted([[/Address of/, undefined], ...rest.slice(2), [/Review/, '']]);
    const keep = (answers: Readonly<Record<string, string>>) => void kept.push(Object.keys(answers).at(-1)!);
    await ask({
      ...tools,
      keep,
      questions: plain,
      given: given({ flags: { ...flags, name: 'omantel' } }),
      prompter,
      quiet: false,
    });
    expect(kept[0]).toBe('fqdn');
    expect(kept).toContain('bucket-prefix');
  });
});

describe('an answer', () => {
  it('of a complete spec changes nothing', async () => {
    const base = parseSpec(specText, 'x');
    const { answers } = await ask({
      ...tools,
      questions: plain,
      given: given({ spec: base }),
      prompter: nobody,
      quiet: false,
    });
    expect(parseSpec(toYaml(buildSpec(plain, answers, base)), 'x')).toEqual(base);
  });

  it('that is a key is parsed, not matched', () => {
    const blob = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 1)]);
    expect(isPublicKey(`ssh-ed25519 ${blob.toString('base64')} me@here`)).toBe(true);
    expect(isPublicKey(`ssh-rsa ${blob.toString('base64')}`)).toBe(false);
  });
});
