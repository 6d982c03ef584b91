/** The lab's OCI registry, filled with charts at its start. */
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import type { Faults } from '../../requests/faults.js';
import { type LabServer, serve } from '../../requests/http-server.js';
import type { RequestLog } from '../../requests/request-log.js';
import { type ChartArchive, pushChart } from './charts.js';
import { type RegistryOptions, registryHandler } from './handler.js';
import { type PackageImage, pushPackage } from './packages.js';
import { memoryBlobs, type RegistryStorage, registryStorage } from './storage.js';

export interface Registry extends LabServer {
  storage: RegistryStorage;
}

export async function startRegistry(options: {
  log: RequestLog;
  faults: Faults;
  clock?: Clock;
  charts: readonly ChartArchive[];
  /** Repository prefix of the charts. */
  folder: string;
  packages?: readonly PackageImage[];
  authorize?: RegistryOptions['authorize'];
}): Promise<Registry> {
  const { log, faults, clock = systemClock, charts, folder, packages = [], authorize } = options;
  const storage = registryStorage(memoryBlobs());
  for (const chart of charts) await pushChart(storage, folder, chart);
  for (const one of packages) await pushPackage(storage, one);
  const server = await serve({
    name: 'registry',
    log,
    faults,
    clock,
    handler: registryHandler({ storage, authorize }),
  });
  return { ...server, storage };
}
