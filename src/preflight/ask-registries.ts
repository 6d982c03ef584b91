/**
 * Many questions to a few hosts, side by side and within a fixed time: a host is tried three times before its questions are asked, so
 * that one that never answers costs its own time only, and three times each for what a slow network loses.
 */
import pLimit from 'p-limit';
import type { Clock } from '../support/clock.js';
import { clauseOf } from '../support/errors/errors.js';
import { within } from '../support/wait.js';
import type { Http } from '../tools/http/http.js';

export interface Question {
  /** For the person who reads the answer. */
  name: string;
  host: string;
  /** Where it answers, if not by https. */
  origin?: string;
  /** A web server, not a registry. */
  plain?: boolean;
  /** The status of the answer; throws when there is none. */
  ask(): Promise<number>;
}

export interface Asked {
  there: string[];
  missing: string[];
  private: { name: string; host: string; status: number }[];
  /** What gave no answer, a host as a whole once. */
  silent: string[];
}

const tries = 3;
const hostMs = 5000;
/** Under the 30 seconds that preflight may take. */
const allMs = 25_000;

export async function askRegistries(
  http: Http,
  questions: readonly Question[],
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Asked> {
  const asked: Asked = { there: [], missing: [], private: [], silent: [] };
  const limit = pLimit(24);
  const byHost = Map.groupBy(questions, ({ host }) => host);
  const open = new Set(byHost.keys());
  const askHost = async (host: string, own: readonly Question[]) => {
    const problem = own[0]!.plain ? undefined : await unreachable(http, own[0]!);
    if (problem !== undefined) asked.silent.push(`${host} (${own.length}): ${problem}`);
    else await Promise.all(own.map((question) => limit(() => sortInto(asked, question))));
    open.delete(host);
  };
  const asking = Promise.all([...byHost].map(([host, own]) => askHost(host, own)));
  await within(asking, { clock, signal, ms: allMs, late: () => undefined });
  // what comes later is not told
  const { there, missing, private: kept, silent } = asked;
  const slow = [...open].map((host) => `${host}: not all answers within ${allMs / 1000}s`);
  return { there: [...there], missing: [...missing].sort(), private: [...kept], silent: [...silent, ...slow].sort() };
}

/** Why nothing that speaks the protocol of registries answers there. */
async function unreachable(http: Http, { host, origin = `https://${host}` }: Question): Promise<string | undefined> {
  try {
    const { status } = await thrice(() => http({ url: `${origin}/v2/`, timeoutMs: hostMs }));
    if ([200, 401, 404].includes(status) || (status >= 300 && status < 400)) return undefined;
    return `it answers ${status} where a registry answers 200 or 401; a proxy may be in the way`;
  } catch (error) {
    return clauseOf(error);
  }
}

async function sortInto(asked: Asked, { name, host, ask }: Question): Promise<void> {
  try {
    const status = await thrice(ask);
    if (status === 200) asked.there.push(name);
    else if (status === 404) asked.missing.push(name);
    else if (status === 401 || status === 403) asked.private.push({ name, host, status });
    else asked.silent.push(`${name}: ${host} answers ${status}`);
  } catch (error) {
    asked.silent.push(`${name}: ${clauseOf(error)}`);
  }
}

async function thrice<T>(ask: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await ask();
    } catch (error) {
      if (turn === tries) throw error;
    }
  }
}
