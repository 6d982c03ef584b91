/** Programs that report to their makers, ask them for news or fetch parts from them while they run: each is told not to. */
import { expect, it } from 'vitest';
import { isMap } from '../../../src/blueprints/render/merge.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { blueprints, omantel } from './rig.js';

const told: readonly (readonly [release: string, path: readonly string[], value: boolean])[] = [
  // reports of use, once in four hours by default
  ['bp-grafana-mimir', ['mimir', 'structuredConfig', 'usage_stats', 'enabled'], false],
  ['bp-grafana-loki', ['loki', 'analytics', 'reporting_enabled'], false],
  ['bp-grafana-tempo', ['tempo', 'reportingEnabled'], false],
  ['bp-grafana-alloy', ['alloy', 'enableReporting'], false],
  ['bp-grafana', ['grafana.ini', 'analytics', 'reporting_enabled'], false],
  ['bp-traefik', ['global', 'sendAnonymousUsage'], false],
  ['bp-trivy', ['trivy', 'configFile', 'scan', 'disable-telemetry'], true],
  ['bp-trivy', ['trivy', 'configFile', 'scan', 'skip-version-check'], true],
  // looks for newer versions, and news of the maker
  ['bp-traefik', ['global', 'checkNewVersion'], false],
  ['bp-gitea', ['gitea', 'config', 'cron.update_checker', 'ENABLED'], false],
  ['bp-grafana', ['grafana.ini', 'analytics', 'check_for_updates'], false],
  ['bp-grafana', ['grafana.ini', 'analytics', 'check_for_plugin_updates'], false],
  ['bp-grafana', ['grafana.ini', 'news', 'news_feed_enabled'], false],
  // code and keys of grafana.com that no image of the tree holds
  ['bp-grafana', ['grafana.ini', 'plugins', 'preinstall_disabled'], true],
  ['bp-grafana', ['grafana.ini', 'plugins', 'public_key_retrieval_disabled'], true],
];

it.each(told)('%s has %j: %j', async (release, path, value) => {
  const objects = renderTree(omantel(), await blueprints())
    .folders.flatMap(({ files }) => files)
    .flatMap((file) => file.objects);
  const found = objects.find(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name === release);
  const at = path.reduce<unknown>((below, key) => (isMap(below) ? below[key] : undefined), found?.spec?.values);
  expect(at).toBe(value);
});
