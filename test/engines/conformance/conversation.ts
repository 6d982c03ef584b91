/** A conversation with an API server: calls by kubectl, helm or plain HTTP, and what came back with everything accidental taken out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from '../../../lab/src/kubernetes/client/client-transport.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';

export interface Turn {
  /** Names the turn in differences.ts; unique within the conversation. */
  id: string;
  kubectl?: string;
  helm?: string;
  http?: { method: string; path: string; body?: unknown; contentType?: string };
  stdin?: string;
  /** Dotted paths into a JSON answer that are compared; without it all but status and bookkeeping is. */
  pick?: readonly string[];
  /** The answer is a watch: JSON objects, one a line. */
  lines?: boolean;
  /** Makes what the others need; the answer is not compared. */
  silent?: boolean;
}

export interface Conversation {
  name: string;
  /** Files written beside the calls, by name: charts. */
  files?: Readonly<Record<string, string>>;
  turns: readonly Turn[];
}

export interface Answer {
  /** Exit code, or HTTP status. */
  code: number;
  out: unknown;
  err?: string;
}

export interface Speaker {
  hold(conversation: Conversation): Promise<Record<string, Answer>>;
  close(): void;
}

/** Speaks to one server; `kubeconfig` is a text. */
export function speakTo(kubeconfig: string): Speaker {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-conformance-'));
  const file = join(directory, 'kubeconfig');
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const exec = createExec(createRedactor());
  const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'catalyst');
  const binaries = createBinaries({ exec, env: process.env, cacheDir });
  const transport = createTransport(kubeconfig, 'conformance');
  const env = { KUBECONFIG: file, HOME: directory, HELM_CACHE_HOME: directory, HELM_CONFIG_HOME: directory };
  const okCodes = Array.from({ length: 256 }, (_, code) => code);

  async function take(turn: Turn): Promise<Answer> {
    if (turn.http) {
      const { method, path, body, contentType } = turn.http;
      const { status, body: text } = await transport.raw(method, path, { body, contentType });
      return { code: status, out: turn.lines ? linesOf(text) : readable(text, turn.pick) };
    }
    const tool = turn.helm === undefined ? 'kubectl' : 'helm';
    const args = (turn.helm ?? turn.kubectl ?? '').split(' ');
    const program = await binaries.path(tool);
    const ran = await exec({
      file: program,
      args,
      env,
      cwd: directory,
      stdin: turn.stdin ?? '',
      timeoutMs: 60_000,
      okCodes,
    });
    return { code: ran.exitCode, out: readable(ran.stdout, turn.pick), err: plain(ran.stderr) };
  }

  return {
    async hold({ files = {}, turns }) {
      for (const [name, text] of Object.entries(files)) {
        writeFileSync(join(directory, name), text);
      }
      const answers: Record<string, Answer> = {};
      for (const turn of turns) {
        const answer = await take(turn);
        if (!turn.silent) answers[turn.id] = answer;
      }
      return answers;
    },
    close() {
      transport.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function readable(text: string, pick: readonly string[] | undefined): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return plain(text);
  }
  if (pick) return Object.fromEntries(pick.map((path) => [path, essential(at(value, path))]));
  return essential(value);
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => readable(line, undefined));

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((now, part) => (now as Record<string, unknown> | undefined)?.[part], value);
}

const bookkeeping = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'selfLink',
  'managedFields',
  'time',
]);

/** Without what differs from run to run; status only when it is the object itself (an error). */
function essential(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(essential);
  if (value === null || typeof value !== 'object') return value;
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key, inner]) => !bookkeeping.has(key) && !(key === 'status' && typeof inner === 'object'))
      .map(([key, inner]) => [key, essential(inner)]),
  );
}

/** The causes of a refusal come in no fixed order. */
function sortedCauses(text: string): string {
  const lines = text.split('\n');
  const causes = lines.filter((line) => line.startsWith('* ')).sort();
  return lines.map((line) => (line.startsWith('* ') ? causes.shift() : line)).join('\n');
}

function plain(text: string): string {
  return sortedCauses(text)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\d[T ][\d:.]+( [+-]\d{4})?( [A-Z]+|Z)?/g, '<time>')
    .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]+ \d{4}/g, '<time>')
    .replace(/https:\/\/[\w.:[\]]+/g, '<server>')
    .replace(/127\.0\.0\.1:\d+/g, '<server>')
    .replace(/\b(\d+m)?\d+(ms|s)\b/g, '<age>')
    .replace(/in record \(\d+\)/g, 'in record (<version>)')
    .replace(/ +/g, ' ')
    .trim();
}
