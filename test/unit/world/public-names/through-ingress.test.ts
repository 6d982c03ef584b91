import { expect, test } from 'vitest';
import { fail } from '../../../../src/support/errors/errors.js';
import type { HttpAnswer, HttpChange, HttpRequest } from '../../../../src/tools/http/http.js';
import { throughIngress } from '../../../../src/world/public-names/through-ingress.js';

/** An ingress that gives these answers, the last one for ever; time passes by sleeping alone. */
function ingress(...answers: (Pick<HttpAnswer, 'status' | 'text'> | Error)[]) {
  const asked: string[] = [];
  const told: string[] = [];
  let now = 0;
  const http = throughIngress(
    async ({ url, method = 'GET' }: HttpRequest | HttpChange) => {
      asked.push(`${method} ${url}`);
      const next = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (next instanceof Error) throw next;
      return { headers: {}, ...next };
    },
    {
      clock: {
        now: () => new Date(now),
        sleep: async (ms) => {
          now += ms;
        },
      },
      signal: new AbortController().signal,
      onPending: (pending) => told.push(pending),
    },
  );
  return { http, asked, told, passed: () => now };
}
const unrouted = { status: 404, text: '404 page not found\n' };
const unready = { status: 503, text: 'no available server\n' };

test('a request is sent again while the ingress answers by itself, and it says so', async () => {
  const { http, asked, told } = ingress(unrouted, unready, { status: 201, text: '{}' });
  const answer = await http({ url: 'https://gitea.omantel.test/api/v1/user/repos', method: 'POST' });
  expect(answer.status).toBe(201);
  expect(asked).toEqual(Array(3).fill('POST https://gitea.omantel.test/api/v1/user/repos'));
  expect(told).toEqual([
    'the ingress does not lead to gitea.omantel.test yet: 404 404 page not found',
    'the ingress does not lead to gitea.omantel.test yet: 503 no available server',
  ]);
});

test("a component's own refusal is the answer at once", async () => {
  for (const answer of [
    { status: 404, text: '{"message":"Not Found"}' },
    { status: 503, text: 'database is down' },
    { status: 502, text: 'Bad Gateway' },
  ]) {
    const { http, asked } = ingress(answer);
    expect(await http({ url: 'https://gitea.omantel.test/' })).toMatchObject(answer);
    expect(asked).toHaveLength(1);
  }
});

test('after a minute it is the answer, and a broken connection is an error at once', async () => {
  const forever = ingress(unready);
  expect(await forever.http({ url: 'https://gitea.omantel.test/' })).toMatchObject(unready);
  expect(Math.round(forever.passed() / 1000)).toBe(60);
  const broken = ingress(fail('E3002', 'connection refused'));
  await expect(broken.http({ url: 'https://gitea.omantel.test/' })).rejects.toMatchObject({ code: 'E3002' });
  expect(broken.asked).toHaveLength(1);
});
