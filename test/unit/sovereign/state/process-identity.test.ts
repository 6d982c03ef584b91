/** Which process somebody was, and what is kept of it where others read it. */
import { describe, expect, it, vi } from 'vitest';
import {
  lifeOf,
  processStart,
  readIdentity,
  shownIdentity,
  thisProcess,
} from '../../../../src/sovereign/state/process-identity.js';

const here = thisProcess();

describe('the identity of a process', () => {
  it('has no start where none can be read, and then its number alone says whether it lives', () => {
    const blind = thisProcess(() => undefined);
    expect([blind.pid, blind.started]).toEqual([process.pid, '']);
    expect(lifeOf(blind, here, () => '77')).toBe('alive');
    expect(lifeOf(blind, here, () => undefined)).toBe('dead');
    expect(lifeOf({ ...here, boot: '' }, here)).toBe('unknown');
  });

  it('is the same each time, and of no process that has ended', () => {
    expect(processStart(process.pid)).toBe(here.started);
    expect(here.started).toMatch(/^\d+$/);
    expect(processStart(2 ** 22 + 1)).toBeUndefined();
  });

  it('is shown as hashes, which compare; what was not known stays empty', () => {
    const shown = shownIdentity({ ...here, boot: 'a-boot', machine: '' });
    expect(shown).toMatchObject({ pid: here.pid, boot: expect.stringMatching(/^[0-9a-f]{16}$/), machine: '' });
    expect(shownIdentity({ ...here, boot: 'a-boot', machine: '' })).toEqual(shown);
    expect(shownIdentity().boot).not.toBe(here.boot);
  });

  it.each([
    undefined,
    '',
    'null',
    '{"pid":"1"}',
    '{"pid":1,"started":"7","pids":"p","boot":"b"}',
    '{"pid":1,"started":7,"pids":"p","boot":"b","machine":"m"}',
  ])('is read from what was written alone, and not from %j', (text) => {
    expect(readIdentity(text)).toBeUndefined();
    expect(readIdentity(JSON.stringify({ ...here, more: 'is left out' }))).toEqual(here);
  });

  it('lives when it is of another user, whom no signal reaches', () => {
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    });
    expect(processStart(process.pid)).toMatch(/^\d+$/);
    kill.mockRestore();
  });
});
