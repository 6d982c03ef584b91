/** The protocol of NATS (docs.nats.io, "Client Protocol"), as far as a test needs it: log in, publish, ask and be answered. */
import { connect } from 'node:net';

export interface Login {
  user: string;
  pass: string;
}

/** What JetStream answers with: to a question about a stream, or to a message that it keeps. */
export interface JetStreamAnswer {
  error?: { description: string };
  state?: { messages: number };
  config?: { num_replicas: number };
  stream?: string;
  seq?: number;
}

export interface NatsClient {
  /** Resolves once the server has taken it. */
  publish(subject: string, text: string): Promise<void>;
  /** The answer to a request, which is made again and again: who would answer it may not have been elected yet, and is silent then. */
  request(subject: string, body?: object): Promise<JetStreamAnswer>;
  close(): void;
}

const lineEnd = '\r\n';

/** Rejects with the server's own words when it does not let us in; so does each call that it refuses. */
export async function natsClient(port: number, login?: Login): Promise<NatsClient> {
  const socket = connect(port, '127.0.0.1');
  /** The call that waits: for PONG, or for the message that answers it. */
  let call: { wants: 'PONG' | 'MSG'; resolve: (payload: string) => void; reject: (error: Error) => void } | undefined;
  const fail = (words: string) => call?.reject(new Error(words));
  let asked = 0;
  let received = '';
  const takeFrame = (): boolean => {
    const end = received.indexOf(lineEnd);
    if (end < 0) return false;
    const line = received.slice(0, end);
    const message = /^MSG \S+ (\d+) (?:.* )?(\d+)$/.exec(line);
    const size = message ? Number(message[2]) + lineEnd.length : 0;
    const rest = received.slice(end + lineEnd.length);
    if (rest.length < size) return false;
    received = rest.slice(size);
    if (line.startsWith('-ERR ')) fail(line.slice('-ERR '.length));
    else if (line === 'PONG' && call?.wants === 'PONG') call.resolve('');
    // a question asked twice may be answered twice: the second answer is to nothing that waits
    else if (call?.wants === 'MSG' && message?.[1] === `${asked}`) call.resolve(rest.slice(0, size - lineEnd.length));
    return true;
  };
  socket.on('data', (data) => {
    received += data;
    while (takeFrame());
  });
  socket.on('error', (error) => fail(error.message)).on('close', () => fail('the server closed the connection'));
  const send = (wants: 'PONG' | 'MSG', ...lines: string[]) =>
    new Promise<string>((resolve, reject) => {
      call = { wants, resolve, reject };
      socket.write(lines.map((line) => line + lineEnd).join(''));
    });
  const publishing = (to: string, text: string) => [`PUB ${to} ${Buffer.byteLength(text)}`, text];
  await send('PONG', `CONNECT ${JSON.stringify({ verbose: false, ...login })}`, 'PING');
  return {
    publish: async (subject, text) => void (await send('PONG', ...publishing(subject, text), 'PING')),
    async request(subject, body) {
      asked += 1;
      const inbox = `_INBOX.test.${asked}`;
      const question = publishing(`${subject} ${inbox}`, body ? JSON.stringify(body) : '');
      const answer = send('MSG', `SUB ${inbox} ${asked}`, ...question);
      const again = setInterval(() => socket.write(question.map((line) => line + lineEnd).join('')), 1000);
      try {
        return JSON.parse(await answer);
      } finally {
        clearInterval(again);
        socket.write(`UNSUB ${asked}${lineEnd}`);
      }
    },
    close: () => void socket.destroy(),
  };
}
