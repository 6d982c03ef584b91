/** A real OCI registry with the lab's charts and packages in it, behind a proxy of ours. */
import type { Clock } from 'catalyst/support/clock.js';
import { request as send } from 'undici';
import type { Faults } from '../../requests/faults.js';
import { type LabServer, serve } from '../../requests/http-server.js';
import type { RequestLog } from '../../requests/request-log.js';
import { type ChartArchive, pushChart } from '../../servers/registry/charts.js';
import { type PackageImage, pushPackage } from '../../servers/registry/packages.js';
import type { Engines } from '../build/cache.js';
import { createChildren } from '../children.js';
import { answering, passOn } from '../forwarder.js';
import { freePorts } from '../free-ports.js';

export interface RealRegistryOptions {
  directory: string;
  engines: Engines;
  charts: readonly ChartArchive[];
  /** Repository prefix of the charts. */
  folder: string;
  packages?: readonly PackageImage[];
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  say: (text: string) => void;
}

export async function startRealRegistry(options: RealRegistryOptions): Promise<LabServer> {
  const { directory, engines, charts, folder, packages = [], log, faults, clock, say } = options;
  const [port = 0] = await freePorts(1);
  const children = createChildren({ directory, clock, say });
  children.start('registry', { file: engines.program('registry'), args: ['-port', String(port)] });
  const upstream = `http://localhost:${port}`;
  await answering(`${upstream}/v2/`, [200], clock);
  for (const chart of charts) await pushChart(overHttp(upstream), folder, chart);
  for (const one of packages) await pushPackage(overHttp(upstream), one);
  const proxy = await serve({
    name: 'registry',
    log,
    faults,
    clock,
    handler: (call) => passOn(call, upstream, { host: `localhost:${port}` }),
  });
  return {
    ...proxy,
    async close() {
      await proxy.close();
      await children.stop();
    },
  };
}

/** The two calls of the distribution protocol that a push is made of. */
function overHttp(origin: string): Parameters<typeof pushChart>[0] {
  const put = async (url: string, body: Buffer, type: string) => {
    const answer = await send(url, { method: 'PUT', body, headers: { 'content-type': type } });
    const text = await answer.body.text();
    if (answer.statusCode !== 201) throw new Error(`the registry answered ${answer.statusCode} to ${url}: ${text}`);
  };
  return {
    async putBlob(repository, digest, body) {
      const begun = await send(`${origin}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
      await begun.body.dump();
      const location = new URL(String(begun.headers.location), origin);
      location.searchParams.set('digest', digest);
      await put(location.href, body, 'application/octet-stream');
    },
    putManifest: (repository, reference, _digest, body) =>
      put(`${origin}/v2/${repository}/manifests/${reference}`, body, 'application/vnd.oci.image.manifest.v1+json'),
  };
}
