import { afterEach, describe, expect, it, vi } from 'vitest';
import { withRetry } from '../../../../src/kubernetes/client/kube-retry.js';
import type { KubeRequest, KubeTransport } from '../../../../src/kubernetes/client/kube-transport.js';
import { fail } from '../../../../src/support/errors/errors.js';

afterEach(() => vi.useRealTimers());

const clock = { now: () => new Date(), sleep: async () => undefined };
const request: KubeRequest = { method: 'PATCH', path: '/apis/apps/v1/namespaces/a/deployments/b/scale', urgent: true };

function transportOf(answers: ((request: KubeRequest) => Promise<{ status: number; body: string }>)[]) {
  const asked: KubeRequest[] = [];
  const send: KubeTransport['send'] = (one) => {
    asked.push(one);
    return answers[Math.min(asked.length, answers.length) - 1]!(one);
  };
  return { asked, send: withRetry({ send } as KubeTransport, clock).send };
}

const hangs = ({ signal }: KubeRequest) =>
  new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
const ok = async () => ({ status: 200, body: '{}' });

describe('an urgent write', () => {
  it('that hangs is made again after a few seconds, each time over a connection of its own', async () => {
    vi.useFakeTimers();
    const { asked, send } = transportOf([hangs, hangs, ok]);
    const sent = send(request);
    await vi.advanceTimersByTimeAsync(8500);
    expect(await sent).toMatchObject({ status: 200 });
    expect(asked.map(({ fresh }) => fresh)).toEqual([true, true, true]);
  });

  it('is made again while nobody answers or the server is busy, and no other answer is asked for twice', async () => {
    const away = async () => {
      throw fail('E3101', 'connection refused');
    };
    const busy = async () => ({ status: 503, body: '' });
    const { asked, send } = transportOf([away, busy, ok]);
    expect(await send(request)).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(3);
    const refused = transportOf([async () => ({ status: 403, body: '' })]);
    expect(await refused.send(request)).toMatchObject({ status: 403 });
  });

  it('ends with the run', async () => {
    const run = new AbortController();
    const { send } = transportOf([hangs]);
    const sent = send({ ...request, signal: run.signal });
    run.abort(new Error('interrupted'));
    await expect(sent).rejects.toThrow('interrupted');
  });
});
