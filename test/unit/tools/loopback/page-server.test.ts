import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type PageServer, servePage } from '../../../../src/tools/loopback/page-server.js';
import { ownerOfPeer } from '../../../../src/tools/loopback/peer-owner.js';

const open: PageServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function served(
  ownerOf?: Parameters<typeof servePage>[1],
): Promise<{ server: PageServer; port: number; path: string; asked: string[] }> {
  const asked: string[] = [];
  const server = await servePage(
    {
      port: 0,
      file(path) {
        asked.push(path);
        if (path === 'unreadable') throw new Error('no journal');
        if (path === '') return { type: 'text/html', body: '<p>page</p>' };
        return path === 'a b' ? { type: 'application/octet-stream', body: 'tar', download: 'x";y.tar' } : undefined;
      },
      greeting: () => [{ event: 'section', data: '{"id":"head"}' }],
    },
    ownerOf,
  );
  open.push(server);
  const { port, pathname } = new URL(server.address);
  return { server, port: Number(port), path: pathname, asked };
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

function ask(port: number, path: string, { host = `127.0.0.1:${port}`, method = 'GET' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port, path, method, setHost: false, headers: { Host: host } },
      (answer) => {
        let body = '';
        answer.on('data', (data) => (body += data));
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }));
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}

describe('a page on loopback', () => {
  it('is served to who has its address, with a policy under which it can reach nothing else', async () => {
    const { port, path } = await served();
    const { status, headers, body } = await ask(port, path);
    expect([status, body]).toEqual([200, '<p>page</p>']);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; .*connect-src 'self'/);
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect((await ask(port, path, { host: `localhost:${port}` })).status).toBe(200);
  });

  it.each(['/', '/events', '/x/', `/${'a'.repeat(32)}/events`, '//', 'http://127.0.0.1/'])(
    'answers 403 without its token: %s',
    async (path) => {
      const { port, asked } = await served();
      const answer = await ask(port, path);
      expect(answer.status).toBe(403);
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(asked).toEqual([]);
    },
  );

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1.evil.example'])(
    'answers 403 to another host name, with the token: %s',
    async (host) => {
      const { port, path, asked } = await served();
      expect((await ask(port, path, { host })).status).toBe(403);
      expect((await ask(port, `${path}events`, { host })).status).toBe(403);
      expect(asked).toEqual([]);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('takes no %s', async (method) => {
    const { port, path, asked } = await served();
    expect((await ask(port, path, { method })).status).toBe(405);
    expect(asked).toEqual([]);
  });

  it('has files by their exact paths, 404 for others, and names a download safely', async () => {
    const { port, path } = await served();
    const file = await ask(port, `${path}a%20b?x=1`);
    expect([file.status, file.body, file.headers['content-disposition']]).toEqual([
      200,
      'tar',
      'attachment; filename="x__y.tar"',
    ]);
    for (const other of ['..%2f..%2fetc%2fpasswd', '%', 'nothing'])
      expect((await ask(port, path + other)).status).toBe(404);
    expect((await ask(port, path.slice(0, -1))).headers.location).toBe(path);
    expect(await ask(port, path, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('is reached once by an address that others may have read', async () => {
    const { server, port, path } = await served();
    const once = new URL(server.addressForOnce()).pathname;
    expect(once).not.toBe(path);
    expect(await ask(port, once)).toMatchObject({ status: 302, headers: { location: path } });
    expect((await ask(port, once)).status).toBe(403);
  });

  it('leads no other user of the machine there, who may have been faster than the browser', async () => {
    let owner: number | undefined | 'unknown' = process.getuid!() + 1;
    const { server, port, path } = await served(() => owner);
    const once = new URL(server.addressForOnce()).pathname;
    await expect(ask(port, once)).rejects.toThrow(/hang up|ECONNRESET/);
    owner = undefined;
    const unknown = await ask(port, once);
    expect(unknown.status).toBe(403);
    expect(JSON.stringify(unknown)).not.toContain(path);
    owner = process.getuid!();
    expect(await ask(port, once)).toMatchObject({ status: 302, headers: { location: path } });
  });

  it('keeps no connection of another user open', async () => {
    let owner = process.getuid!() + 1;
    const { port, path } = await served(() => owner);
    const ended = await Promise.all(
      Array.from(
        { length: 64 },
        () =>
          new Promise((resolve) =>
            connect(port, '127.0.0.1')
              .on('error', () => undefined)
              .on('close', resolve),
          ),
      ),
    );
    expect(ended).toHaveLength(64);
    owner = process.getuid!();
    expect((await ask(port, path)).status).toBe(200);
  });

  it('leads nobody there by an address that is a minute old', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const { server, port } = await served();
      const once = new URL(server.addressForOnce()).pathname;
      vi.advanceTimersByTime(60_000);
      vi.useRealTimers();
      expect((await ask(port, once)).status).toBe(403);
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes on when something cannot be read', async () => {
    const { port, path } = await served();
    expect(await ask(port, `${path}unreadable`)).toMatchObject({ status: 500, body: 'no journal\n' });
    expect((await ask(port, path)).status).toBe(200);
  });

  it('streams events: first the greeting, then what is sent, each line of it', async () => {
    const { server } = await served();
    const reader = (await fetch(`${server.address}events`)).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (what: string) => {
      while (!text.includes(what)) text += (await reader.read()).value ?? '';
    };
    await until('event: section\ndata: {"id":"head"}\n\n');
    expect(server.readers()).toBe(1);
    server.send({ event: 'title', data: 'one\ntwo' });
    await until('event: title\ndata: one\ndata: two\n\n');
    await server.close();
    open.length = 0;
    expect((await reader.read().catch(() => ({ done: true }))).done).toBe(true);
  });

  it('says which port is in use, and how to take another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(servePage({ port, file: () => undefined, greeting: () => [] })).rejects.toMatchObject({
      code: 'E1205',
      exitCode: 2,
      message: `Port ${port} of 127.0.0.1 is in use by another program.`,
      actions: ['let the system choose a free port: catalyst watch'],
    });
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('the owner of a connection', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   1: 0100007F:1F90 0100007F:ACA1 01 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 20 4 30 10 -1',
    '   2: 0100007F:ACA1 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2 1 0 20 4 30 10 -1',
  ];

  it('is whose end of it is the other one', () => {
    expect(ownerOfPeer({ peer: 0xaca1, own: 0x1f90 }, () => table)).toBe(1001);
    expect(ownerOfPeer({ peer: 0xaca2, own: 0x1f90 }, () => table)).toBeUndefined();
    expect(ownerOfPeer({ peer: 0xaca1, own: 0x1f90 }, () => undefined)).toBe('unknown');
  });
});
