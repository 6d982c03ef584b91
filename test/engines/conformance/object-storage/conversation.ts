/** Signed calls to an S3 server, and what came back without what differs from run to run. */
import { request as send } from 'undici';
import { type Account, signS3 } from '../../../../lab/src/servers/s3/signature.js';
import { textsOf } from '../../../../lab/src/servers/s3/xml.js';

export interface Turn {
  /** Names the turn in differences.ts; unique within the conversation. */
  id: string;
  method: string;
  /** Percent-encoded path and query; `<name>` stands for what an earlier turn remembered. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** Whose keys; ours when left out. */
  as?: 'stranger' | 'nobody' | 'wrong secret' | 'no signature';
  region?: string;
  /** How wrong the caller's clock is. */
  skewMs?: number;
  /** Sent instead of the body that was signed. */
  tampered?: string;
  /** Elements of an XML answer whose texts are compared, in the order in which they come. */
  pick?: readonly string[];
  /** They are compared in no order: markers and versions may come apart. */
  unordered?: boolean;
  /** Headers of the answer that are compared. */
  heads?: readonly string[];
  /** The body is compared as it is. */
  content?: boolean;
  /** Name → element or header of the answer that later turns use. */
  remember?: Readonly<Record<string, string>>;
  /** Makes what the others need; the answer is not compared. */
  silent?: boolean;
}

export interface Conversation {
  name: string;
  turns: readonly Turn[];
}

export interface Answer {
  status: number;
  /** Code of a refusal. */
  error?: string;
  heads?: Record<string, string | undefined>;
  elements?: Record<string, string[]>;
  content?: string;
}

export const region = 'fsn1';
export const accounts = {
  ours: { name: 'ours', accessKey: 'AKOURS', secretKey: 'secret-ours' },
  stranger: { name: 'stranger', accessKey: 'AKSTRANGER', secretKey: 'secret-stranger' },
} satisfies Record<string, Account>;

const callers = {
  stranger: accounts.stranger,
  nobody: { accessKey: 'AKNOBODY', secretKey: 'secret-of-nobody' },
  'wrong secret': { ...accounts.ours, secretKey: 'wrong' },
} as const;

/** Holds a conversation with the server at `endpoint`; answers by the turns' ids. */
export async function hold(endpoint: string, { turns }: Conversation): Promise<Record<string, Answer>> {
  const remembered = new Map<string, string>();
  const answers: Record<string, Answer> = {};
  for (const turn of turns) {
    const answer = await take(endpoint, turn, remembered);
    if (!turn.silent) answers[turn.id] = answer;
    else if (answer.status >= 300) throw new Error(`${turn.id}: ${JSON.stringify(answer)}`);
  }
  return answers;
}

async function take(endpoint: string, turn: Turn, remembered: Map<string, string>): Promise<Answer> {
  const filled = (text: string) => text.replace(/<(\w+)>/g, (whole, name: string) => remembered.get(name) ?? whole);
  const { method, headers = {}, tampered } = turn;
  const url = new URL(endpoint + filled(turn.path));
  const body = typeof turn.body === 'string' ? filled(turn.body) : turn.body;
  const account = turn.as === undefined || turn.as === 'no signature' ? accounts.ours : callers[turn.as];
  const at = new Date(Date.now() + (turn.skewMs ?? 0));
  const signed =
    turn.as === 'no signature'
      ? { headers: { ...headers, host: url.host } }
      : await signS3({ method, url, headers, body }, { account, region: turn.region ?? region, at });
  const sent = tampered ?? body;
  const answer = await send(url, { method: method as 'GET', headers: signed.headers, body: sent || null });
  const text = await answer.body.text();
  const told = (name: string) => textsOf(text, name)[0] ?? String(answer.headers[name] ?? '');
  for (const [name, from] of Object.entries(turn.remember ?? {})) remembered.set(name, told(from));
  const known = new Map([...remembered].map(([name, value]) => [value, `<${name}>`]));
  const plain = (value: string) => known.get(value) ?? value;
  const texts = (name: string) => {
    const all = textsOf(text, name).map(name === 'Key' ? String : plain);
    return turn.unordered ? all.sort() : all;
  };
  const error = /<Error>/.test(text) ? told('Code') : undefined;
  return {
    status: answer.statusCode,
    ...(error ? { error } : {}),
    ...(turn.heads && !error
      ? { heads: Object.fromEntries(turn.heads.map((name) => [name, plain(String(answer.headers[name] ?? ''))])) }
      : {}),
    ...(turn.pick && !error ? { elements: Object.fromEntries(turn.pick.map((name) => [name, texts(name)])) } : {}),
    ...(turn.content && !error ? { content: text } : {}),
  };
}
