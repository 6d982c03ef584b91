/**
 * A Hetzner project behind a transport in which only waiting takes time: it stands still while anything is being worked on, and
 * then jumps to the next moment that somebody waits for. What a purge waits for is so told from how busy the machine is.
 */
import { setImmediate } from 'node:timers/promises';
import { HetznerProblem } from '../../../lab/src/hetzner/problem.js';
import { createProject } from '../../../lab/src/hetzner/project.js';
import { route } from '../../../lab/src/hetzner/router.js';
import type { LabRequest } from '../../../lab/src/requests/http-server.js';
import type { HetznerTransport } from '../../../src/hetzner/api/transport.js';
import type { Clock } from '../../../src/support/clock.js';

/** Turns of the event loop after which nothing that could go on without time is left. */
const turns = 30;

export function stoppedTime({ actionMs }: { actionMs: number }) {
  let ms = 0;
  let stopped = false;
  let waiting: { at: number; wake: () => void }[] = [];
  const clock: Clock = {
    now: () => new Date(Date.UTC(2026, 10, 23) + ms),
    sleep: (forMs) => new Promise((wake) => waiting.push({ at: ms + forMs, wake })),
  };
  const run = async () => {
    while (!stopped) {
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      if (waiting.length === 0) continue;
      ms = Math.min(...waiting.map(({ at }) => at));
      const due = waiting.filter(({ at }) => at <= ms);
      waiting = waiting.filter(({ at }) => at > ms);
      for (const { wake } of due) wake();
    }
  };
  void run();

  const project = createProject({
    clock,
    actionMs,
    serverLimit: 1000,
    fate: () => 'ok',
    onServerRunning: () => undefined,
    onServerDeleted: () => undefined,
  });
  /** How long every request takes. */
  const takes = { ms: 0 };
  const transport: HetznerTransport = async ({ method, path, query = {}, body }) => {
    await clock.sleep(takes.ms, new AbortController().signal);
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query))
      for (const one of [value].flat()) if (one !== undefined) params.append(key, String(one));
    const given = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const request = { method, path: `/v1${path}`, query: params, headers: {}, body: given } as unknown as LabRequest;
    const answer = answerTo(() => route(project, request));
    const said = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
    return { status: answer.status, headers: {}, body: said };
  };
  return { clock, transport, takes, now: () => ms, stop: () => (stopped = true) };
}

function answerTo(call: () => { status: number; body?: unknown }): { status: number; body?: unknown } {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof HetznerProblem)) throw error;
    return { status: error.status, body: { error: { code: error.code, message: error.message } } };
  }
}
