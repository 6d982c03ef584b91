/** The Sovereign's PowerDNS runs with what the tree says: of our own it has only where it listens and where it stores. */
import { expect, test } from 'vitest';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { objectsOf } from '../../../src/walk/install/apply-folder.js';
import { blueprints, omantel } from '../../../test/unit/blueprints/rig.js';
import { powerDnsSettings } from '../../src/engines/programs/real-powerdns.js';

const at = { directory: '/state', apiKey: 'key', ports: { dns: 1053, api: 8081 } };

test('has every setting of the release, for its own database, and none that the release lacks', async () => {
  const release = objectsOf(renderTree(omantel(), await blueprints()).folder('bp-powerdns')).find(
    ({ kind }) => kind === 'HelmRelease',
  );
  const additional = String(release!['spec'].values.powerdns.additionalConfig);
  const alone = Object.keys(powerDnsSettings({ ...at, additional: '' }));
  const settings = powerDnsSettings({ ...at, additional }) as Record<string, unknown>;
  const lines = Object.entries(settings)
    .filter(([key]) => !alone.includes(key))
    .map(([key, value]) => `${key}=${value}`);
  expect(lines).toEqual(additional.trim().replaceAll('gpgsql-', 'gsqlite3-').split('\n'));
  expect(lines).toContain('zone-cache-refresh-interval=10');
  expect(alone.filter((key) => !/^(launch|gsqlite3-|socket-dir|local-|api|webserver)/.test(key))).toEqual([]);
});

test('the other servers of a lab keep nothing', () => {
  expect(powerDnsSettings(at)).toMatchObject({ 'cache-ttl': 0, 'zone-cache-refresh-interval': 0 });
});
