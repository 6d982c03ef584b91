/** Killed at forty entries of the journal, one after another and in four ways, a walk ends as one that nobody disturbed. */
import { expect, test } from 'vitest';
import { killChain } from './kill-chain.js';

test('40 kills at entries of the journal: KILL, HUP, TERM and a closed output in turn', async () => {
  const undisturbed = await killChain('2');
  const chain = await killChain('2', { ways: ['KILL', 'HUP', 'TERM', 'PIPE'], most: 40 });
  expect(chain.kills).toBe(40);
  expect(new Set(chain.entries).size).toBe(40);
  expect(chain.left).toEqual(undisturbed.left);
  expect(chain.left.filter((one) => one.startsWith('mother '))).toEqual([]);
}, 900_000);
