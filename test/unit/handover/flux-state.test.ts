import { expect, test } from 'vitest';
import { fluxState } from '../../../src/handover/sovereign/activate.js';

const source = (status: unknown, generation = 2) => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'x', namespace: 'n', generation },
  status,
});
const ready = (status: string, observedGeneration: number, message = '') => [
  { type: 'Ready', status, observedGeneration, message },
];

test('a source that fails says why, although Flux observed nothing (-1)', () => {
  const failing = source({ observedGeneration: -1, conditions: ready('False', 2, 'no such host') });
  expect(fluxState(failing)).toEqual({ pending: 'no such host' });
});

test('what is told of an earlier generation is no answer', () => {
  const unseen = { pending: 'its controller has not observed the current spec yet' };
  expect(fluxState(source({ observedGeneration: -1, conditions: ready('False', 1, 'no such host') }))).toEqual(unseen);
  expect(fluxState(source({ observedGeneration: 1, conditions: ready('True', 1) }))).toEqual(unseen);
  expect(fluxState(source({ observedGeneration: -1, conditions: ready('True', 2) }))).toEqual(unseen);
});

test('Ready at its generation is done, at another revision not yet', () => {
  const status = { observedGeneration: 2, conditions: ready('True', 2), artifact: { revision: 'main@sha1:a' } };
  expect(fluxState(source(status))).toEqual({ done: true });
  expect(fluxState(source(status), 'main@sha1:b')).toEqual({ pending: 'at main@sha1:a' });
});
