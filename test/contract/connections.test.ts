/** Who may open connections or start programs at all: a door that is not on this list is one that knows no proxy and no deadline. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** By what each of them needs it for. The lab is a network of its own. */
const doors: Record<string, RegExp> = {
  'src/tools/dialer/dialer.ts': /node:(https?|net|tls)/,
  // a connection by the rules of the spec, through the proxy that one of them names, to the addresses that a name has
  'src/tools/dialer/open-connection.ts': /node:net/,
  'src/tools/dialer/socks.ts': /node:net/,
  // the one HTTP client; what asks over HTTP asks by it, or is an SDK that takes the dialer's agents
  'src/tools/http/send.ts': /node:https?/,
  // which is a server to git and helm
  'src/tools/dialer/connect-proxy.ts': /node:(http|net)/,
  // which is a server to the browser on this machine, and asks nobody
  'src/tools/loopback/page-server.ts': /node:(http|net)/,
  // how TLS to an API server is spoken
  'src/kubernetes/client/kube-transport.ts': /node:tls/,
  'src/tools/dialer/authorities.ts': /node:tls/,
  // questions to one name server, which no proxy carries
  'src/tools/dns/dns-client.ts': /node:(dgram|net|dns)/,
};
const network = /(?:from |import\()'(node:(?:https?|http2|net|tls|dgram)|undici|axios|ws|got|node-fetch)'/g;
/** Names that open nothing. */
const harmless =
  /import (?:type )?\{ ?(?:isIPv4|isIPv6|isIP|BlockList|rootCertificates|, )+ ?\} from 'node:(?:net|tls)';|import type [^;]*;/g;

const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((file) => !file.startsWith('lab/src/'));

it('connections are opened by the dialer and by those who take its agents', () => {
  const found = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(harmless, '');
    const named = [...text.matchAll(network)].map(([, module]) => module ?? '');
    return named.filter((module) => !doors[file]?.test(module)).map((module) => `${file}: ${module}`);
  });
  expect(found).toEqual([]);
});

it('a User-Agent has one home, with the version of package.json', async () => {
  const { userAgent } = await import('../../src/support/user-agent.js');
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(userAgent).toBe(`${name}/${version}`);
  const copies = files.filter((file) => readFileSync(join(root, file), 'utf8').includes(`'${name}/${version}'`));
  expect(copies).toEqual(['src/support/user-agent.ts']);
});

it('agents are made by the dialer alone', () => {
  const makers = files.filter((file) =>
    /new \w*Agent\(|createSecureContext\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(makers.sort()).toEqual(['src/kubernetes/client/kube-transport.ts', 'src/tools/dialer/dialer.ts']);
});

it('one client speaks the protocol of registries', () => {
  const speakers = files.filter((file) => /\/(?:blobs|manifests)\//.test(readFileSync(join(root, file), 'utf8')));
  expect(speakers).toEqual(['src/tools/oci/registry-client.ts']);
});
