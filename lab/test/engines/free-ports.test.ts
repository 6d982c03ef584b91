import { expect, test, vi } from 'vitest';

/** As another process has it: nothing shared but the machine. */
async function another(): Promise<(count: number) => Promise<number[]>> {
  vi.resetModules();
  return (await import('../../src/engines/free-ports.js')).freePorts;
}

test('a port is given once, whichever lab asks, although nothing listens on it yet', async () => {
  const [ours, theirs] = [await another(), await another()];
  const asked = await Promise.all([ours(400), theirs(400), ours(400), theirs(400)]);
  const ports = asked.flat();
  expect(ports).toHaveLength(1600);
  expect(new Set(ports).size).toBe(1600);
});
