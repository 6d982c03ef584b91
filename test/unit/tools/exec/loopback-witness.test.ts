import { expect, test } from 'vitest';
import { startLoopbackWitness } from '../../../../src/tools/exec/loopback-witness.js';

test('the witness answers from a process of its own, and is gone when it is stopped', async () => {
  const witness = await startLoopbackWitness();
  expect(await (await fetch(witness.url)).text()).toBe('here');
  await witness.stop();
  await expect(fetch(witness.url)).rejects.toThrow();
});
