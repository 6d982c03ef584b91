import { describe, expect, it } from 'vitest';
import type { Context, Prompter } from '../../../../src/actions/session/context.js';
import { confirmByName, confirmInRun } from '../../../../src/cli/prompts/confirm.js';
import { confirmWalk } from '../../../../src/cli/prompts/confirm-walk.js';
import { GoBack } from '../../../../src/cli/prompts/go-back.js';

const fqdn = 'omantel.omani.works';
const request = { what: 'This hands over', fqdn };

/** A terminal on which that is typed, or none. */
function prompter(typed?: string): Prompter & { asked: string[] } {
  const asked: string[] = [];
  const text = async ({ message }: { message: string }) => {
    asked.push(message);
    return typed ?? '';
  };
  return { available: typed !== undefined, text, asked } as unknown as Prompter & { asked: string[] };
}

function terminal() {
  const seen: string[] = [];
  const hold = () => {
    seen.push('hold');
    return () => void seen.push('release');
  };
  return { seen, show: (line: string) => void seen.push(line), hold };
}

describe('a name that confirms', () => {
  it.each([{}, { lab: true }])('is refused when it is wrong, everywhere: %o', async (more) => {
    const wrong = { ...request, ...more, confirm: 'omantel' };
    await expect(confirmByName(prompter(fqdn), wrong)).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    expect(() => confirmInRun(prompter(fqdn), wrong, terminal())).toThrow(/--confirm is "omantel"/);
  });

  it('is missed before the run begins, where nobody could type it later', async () => {
    expect(() => confirmInRun(prompter(), request, terminal())).toThrow(/needs --confirm omantel.omani.works/);
    await expect(confirmByName(prompter(), request)).rejects.toMatchObject({ code: 'E4006' });
  });

  it('that was given is not asked for again; the details are shown all the same', async () => {
    const [asked, screen] = [prompter(fqdn), terminal()];
    await confirmInRun(asked, { ...request, confirm: fqdn }, screen)({ what: 'Now', details: ['one', 'two'] });
    expect(asked.asked).toEqual([]);
    expect(screen.seen).toEqual(['one', 'two']);
  });

  it('is asked for when the step asks, below the details, with the display held', async () => {
    const [asked, screen] = [prompter(fqdn), terminal()];
    const confirm = confirmInRun(asked, request, screen);
    expect(asked.asked).toEqual([]);
    await confirm({ what: 'From here on it is on its own', details: ['one'] });
    expect(asked.asked).toEqual([`From here on it is on its own. Type ${fqdn} to confirm:`]);
    expect(screen.seen).toEqual(['hold', 'one', 'release']);
  });

  it('that is typed wrong is asked for again, and esc changes nothing', async () => {
    let check: ((typed: string) => string | true) | undefined;
    const asking = {
      available: true,
      text: async (question: { check: typeof check }) => {
        check = question.check;
        throw new GoBack();
      },
    } as unknown as Prompter;
    await expect(confirmByName(asking, request)).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    expect([check?.('omantel'), check?.(fqdn)]).toEqual([expect.stringContaining(`not ${fqdn}`), true]);
  });

  it('that is typed wrong refuses, and gives the display back', async () => {
    const screen = terminal();
    const confirm = confirmInRun(prompter('yes'), request, screen);
    await expect(confirm({ what: 'Now', details: [] })).rejects.toMatchObject({ code: 'E4006' });
    expect(screen.seen).toEqual(['hold', 'release']);
  });
});

it('the dry-run of a walk refuses a wrong name as the walk would, and asks nothing', async () => {
  const context = {
    options: { dryRun: true },
    confirmByName: (more: object) => confirmByName(prompter(), { fqdn, ...more } as never),
  } as unknown as Context;
  await expect(confirmWalk(context, { confirm: 'omantel' })).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
  expect(await confirmWalk(context, { confirm: fqdn })).toBeUndefined();
  expect(await confirmWalk(context, {})).toBeUndefined();
});
