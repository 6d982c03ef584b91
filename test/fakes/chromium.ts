/** A headless Chromium of this machine, by its DevTools protocol: enough to see a page at a width. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Path of the program; undefined where there is none (`apt-get install chromium`). */
export function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // the next name
    }
  return undefined;
}

export interface Tab {
  /** Addresses that the page has asked for. */
  readonly asked: readonly string[];
  /** What its console, its policy and its script have complained of. */
  readonly complaints: readonly string[];
  /** Value of an expression in the page, awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves when an expression of the page is true. */
  until(expression: string): Promise<void>;
  screenshot(path: string): Promise<void>;
  pdf(path: string): Promise<void>;
}

export interface Browser {
  open(address: string, size: { width: number; height: number }): Promise<Tab>;
  close(): Promise<void>;
}

type Message = {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: never;
  result?: never;
  error?: { message: string };
};

export async function startChromium(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'catalyst-chromium-'));
  const child = spawn(
    program,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--no-first-run',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const socket = new WebSocket(await endpointOf(child));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const pending = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  const listeners = new Map<string, (message: Message) => void>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    const waiting = message.id === undefined ? undefined : pending.get(message.id);
    if (!waiting) return listeners.get(message.sessionId ?? '')?.(message);
    pending.delete(message.id!);
    if (message.error) waiting.reject(new Error(message.error.message));
    else waiting.resolve(message.result as never);
  });
  const call = <T>(method: string, params: object = {}, sessionId?: string): Promise<T> =>
    new Promise((resolve, reject) => {
      last += 1;
      pending.set(last, { resolve: resolve as (value: never) => void, reject });
      socket.send(JSON.stringify({ id: last, method, params, ...(sessionId && { sessionId }) }));
    });
  return {
    async open(address, { width, height }) {
      const { targetId } = await call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await call<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
      const tab = <T>(method: string, params: object = {}) => call<T>(method, params, sessionId);
      const asked: string[] = [];
      const complaints: string[] = [];
      const loaded = Promise.withResolvers<void>();
      listeners.set(sessionId, ({ method, params = {} as never }) => {
        const given = params as Record<string, { url?: string; text?: string; type?: string }> & { type?: string };
        if (method === 'Page.loadEventFired') loaded.resolve();
        if (method === 'Network.requestWillBeSent') asked.push(given['request']!.url!);
        if (method === 'Log.entryAdded') complaints.push(given['entry']!.text!);
        if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(given));
      });
      await Promise.all(['Network', 'Log', 'Runtime', 'Page'].map((domain) => tab(`${domain}.enable`)));
      await tab('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await tab('Page.navigate', { url: address });
      await loaded.promise;
      const evaluate = async <T>(expression: string) => {
        const { result, exceptionDetails } = await tab<{ result: { value: T }; exceptionDetails?: object }>(
          'Runtime.evaluate',
          { expression, awaitPromise: true, returnByValue: true },
        );
        if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
        return result.value;
      };
      const keep =
        (path: string) =>
        ({ data }: { data: string }) =>
          writeFileSync(path, Buffer.from(data, 'base64'));
      return {
        asked,
        complaints,
        evaluate,
        until: (expression) =>
          evaluate(
            `new Promise((resolve) => { const look = () => (${expression}) ? resolve(true) : requestAnimationFrame(look); look(); })`,
          ),
        async screenshot(path) {
          const tall = await evaluate<number>('document.documentElement.scrollHeight');
          const clip = { x: 0, y: 0, width, height: tall, scale: 1 };
          keep(path)(await tab('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip }));
        },
        pdf: async (path) =>
          keep(path)(await tab('Page.printToPDF', { printBackground: true, paperWidth: 8.27, paperHeight: 11.69 })),
      };
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr!.on('data', (data) => {
      text += data;
      const [, address] = /DevTools listening on (ws:\S+)/.exec(text) ?? [];
      if (address) resolve(address);
    });
    child.once('close', () => reject(new Error(`Chromium has ended: ${text}`)));
    child.once('error', reject);
  });
}
