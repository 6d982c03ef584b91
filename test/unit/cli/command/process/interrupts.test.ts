import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClosedOutput, watchOutputs } from '../../../../../src/cli/command/process/closed-output.js';
import { listenForInterrupts } from '../../../../../src/cli/command/process/interrupts.js';

class Source extends EventEmitter {
  readonly exits: (number | string | null | undefined)[] = [];
  exit(code?: number | string | null): never {
    this.exits.push(code);
    return undefined as never;
  }
}

function rig() {
  const source = new Source();
  const outputs = { stdout: new EventEmitter(), stderr: new EventEmitter() };
  const time = { ms: 0 };
  const watch = watchOutputs(outputs as never);
  const lines: string[] = [];
  const interrupts = listenForInterrupts((line) => lines.push(line), source as never, {
    outputs: watch,
    now: () => time.ms,
  });
  const lose = (stream: ClosedOutput['stream'], code: string) =>
    outputs[stream].emit('error', Object.assign(new Error(code), { code }));
  return { source, outputs, watch, interrupts, lines, lose, time };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a command that has changed something', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'])(
    '%s stops it, leaves a minute to put back, and ends with 130',
    (name) => {
      const { source, interrupts } = rig();
      interrupts.acts();
      interrupts.changes();
      source.emit(name);
      expect(interrupts.signal.aborted).toBe(true);
      expect(interrupts.undoSignal.aborted).toBe(false);
      expect(interrupts.stopped()).toMatchObject({ quietly: false, error: { code: 'E1901', exitCode: 130 } });
      vi.advanceTimersByTime(60_000);
      expect(interrupts.undoSignal.aborted).toBe(true);
    },
  );

  it.each([
    ['stdout', 'EPIPE'],
    ['stderr', 'EPIPE'],
    ['stdout', 'EIO'],
    ['stderr', 'EIO'],
  ] as const)('a closed %s (%s) stops it, and nothing is thrown by what is written later', (stream, code) => {
    const { lose, interrupts, source } = rig();
    interrupts.acts();
    interrupts.changes();
    lose(stream, code);
    lose(stream, code);
    lose(stream, 'ERR_STREAM_DESTROYED');
    expect(interrupts.undoSignal.aborted).toBe(false);
    expect(interrupts.stopped()).toMatchObject({ quietly: false, error: { code: 'E1902', exitCode: 130 } });
    expect(source.exits).toEqual([]);
  });

  it('does not begin when its output was closed before', () => {
    const { lose, interrupts } = rig();
    lose('stderr', 'EPIPE');
    expect(interrupts.signal.aborted).toBe(false);
    expect(() => interrupts.acts()).toThrow(/The reader of stderr is gone/);
  });

  it('a second ^C ends the process at once; a terminal that closes does not', () => {
    const { source, interrupts } = rig();
    interrupts.acts();
    source.emit('SIGINT');
    source.emit('SIGHUP');
    source.emit('SIGHUP');
    expect(source.exits).toEqual([]);
    source.emit('SIGINT');
    expect(source.exits).toEqual([130]);
  });

  it('an error that nobody caught stops it too, as a bug', () => {
    const { source, interrupts } = rig();
    interrupts.acts();
    interrupts.changes();
    source.emit('uncaughtException', new TypeError('x is not a function'));
    expect(interrupts.undoSignal.aborted).toBe(false);
    expect(interrupts.stopped()).toMatchObject({ error: { code: 'E9001', exitCode: 1 } });
  });
});

describe('a command that has taken the lock and changed nothing yet', () => {
  it('lets go of the calls under way at the first ^C, is left when it does not end, and makes no change then', async () => {
    const { source, interrupts } = rig();
    interrupts.acts();
    source.emit('SIGINT');
    expect(interrupts.undoSignal.aborted).toBe(true);
    expect(interrupts.stopped()).toMatchObject({ error: { actions: ['catalyst resume'] } });
    expect(() => interrupts.changes()).toThrow(/Interrupted/);
    const left = expect(interrupts.overdue).rejects.toMatchObject({ code: 'E1901' });
    vi.advanceTimersByTime(2000);
    await left;
  });

  it('stops when nobody sees any more what it would change', () => {
    const { lose, interrupts } = rig();
    interrupts.acts();
    lose('stderr', 'EPIPE');
    expect(interrupts.stopped()).toMatchObject({ quietly: false, error: { code: 'E1902', exitCode: 130 } });
  });

  it('puts back after the stop what it had changed before', () => {
    const { source, interrupts } = rig();
    interrupts.changes();
    source.emit('SIGINT');
    expect(() => interrupts.changes()).not.toThrow();
  });
});

describe('a command that only reads', () => {
  it('lets go of the calls under way at the first ^C, and is left when it does not end', async () => {
    const { source, interrupts } = rig();
    source.emit('SIGINT');
    expect(interrupts.undoSignal.aborted).toBe(true);
    const left = expect(interrupts.overdue).rejects.toMatchObject({ code: 'E1901' });
    vi.advanceTimersByTime(2000);
    await left;
  });

  it('ends quietly when nobody reads its data, goes on when only news are lost', () => {
    const one = rig();
    one.lose('stderr', 'EPIPE');
    expect(one.interrupts.stopped()).toBeUndefined();
    one.lose('stdout', 'EPIPE');
    expect(one.interrupts.stopped()).toMatchObject({ quietly: true });
    const full = rig();
    full.lose('stdout', 'ENOSPC');
    expect(full.interrupts.stopped()).toMatchObject({ quietly: false, error: { exitCode: 5 } });
  });
});

describe('--timeout', () => {
  it('ends with 8, also when no timer had a turn, and is not cut short by its own size', () => {
    const { interrupts, time } = rig();
    interrupts.limit(1000);
    time.ms = 1001;
    expect(interrupts.stopped()).toMatchObject({ error: { code: 'E4003', exitCode: 8 } });
    const long = rig();
    long.interrupts.limit(1000 * 3_600_000);
    vi.advanceTimersByTime(60_000);
    expect(long.interrupts.stopped()).toBeUndefined();
  });
});

it('keeps a listener of a library from throwing what a closed terminal causes', () => {
  const outputs = { stdout: new EventEmitter(), stderr: new EventEmitter() };
  const watch = watchOutputs(outputs as never);
  outputs.stdout.on('error', (error) => {
    throw error;
  });
  const seen: ClosedOutput[] = [];
  watch.listen((one) => seen.push(one));
  outputs.stdout.emit('error', Object.assign(new Error('EIO'), { code: 'EIO' }));
  expect(seen).toEqual([{ stream: 'stdout', readerLeft: true }]);
});
