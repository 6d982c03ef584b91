/** What catalyst-api retains of earlier deployments (facts/platform.md §2.5): two of the Sovereign, one of another. */
import { claimName } from './catalyst.js';
import type { Claims } from './claims.js';

export interface DeploymentRecord {
  id: string;
  status: string;
  startedAt: string;
  finishedAt: string;
  request: { orgName: string; orgEmail: string; sovereignFQDN: string; hetznerToken: string; region: string };
  result?: { sovereignFQDN: string; loadBalancerIP: string; consoleURL: string; kubeconfigPath?: string };
  error?: string;
  events: { time: string; phase: string; level: string; message: string; component?: string }[];
}

/** Ids of the two deployments of the Sovereign, and one of a Sovereign that must stay as it is. */
export const recordIds = { ours: ['5cd1bceaaacb71f6', '6274daeb7a9873cd'], other: 'ce476aaf80731a46' } as const;

function record(id: string, fqdn: string, status: 'ready' | 'failed', startedAt: string): DeploymentRecord {
  const finishedAt = new Date(Date.parse(startedAt) + 14 * 60_000).toISOString();
  const event = (phase: string, message: string, component?: string) => ({
    time: startedAt,
    phase,
    level: 'info',
    message,
    ...(component ? { component } : {}),
  });
  return {
    id,
    status,
    startedAt,
    finishedAt,
    request: {
      orgName: 'Omantel',
      orgEmail: 'platform@omantel.om',
      sovereignFQDN: fqdn,
      hetznerToken: '<redacted>',
      region: 'fsn1',
    },
    ...(status === 'ready'
      ? {
          result: {
            sovereignFQDN: fqdn,
            loadBalancerIP: '203.0.113.77',
            consoleURL: `https://console.${fqdn}`,
            kubeconfigPath: `/var/lib/catalyst/kubeconfigs/${id}.yaml`,
          },
        }
      : { error: 'tofu apply: exit status 1' }),
    events: [event('tofu-apply', 'Apply complete!'), event('component', 'installed', 'cilium')],
  };
}

/** Writes records, kubeconfigs, executions, workdirs and a leftover of an interrupted write onto the claim. */
export function writeRecords(claims: Claims, fqdn: string): void {
  const put = (path: string, content: string) => claims.write('catalyst', claimName, path, content);
  const kubeconfig = (name: string) =>
    `apiVersion: v1\nkind: Config\nclusters:\n  - name: ${name}\n    cluster:\n      server: https://203.0.113.77:6443\nusers:\n  - name: admin\n    user:\n      token: lab-old-admin-token-0123456789\n`;
  const deployments: [string, string, 'ready' | 'failed', string][] = [
    [recordIds.ours[0], fqdn, 'failed', '2026-04-28T09:12:00.000Z'],
    [recordIds.ours[1], fqdn, 'ready', '2026-04-29T17:40:00.000Z'],
    [recordIds.other, 'otech.omani.works', 'ready', '2026-04-30T06:05:00.000Z'],
  ];
  for (const [id, name, status, at] of deployments) {
    put(`deployments/${id}.json`, JSON.stringify(record(id, name, status, at), null, 2));
    if (status === 'ready') put(`kubeconfigs/${id}.yaml`, kubeconfig(name));
    put(
      `executions/${id}/index.json`,
      JSON.stringify([{ id: 'exec-1', job: `${id}:install-cilium`, status: 'succeeded' }]),
    );
    put(`executions/${id}/exec-1.log`, `Release "cilium" has been installed on ${name}\n`);
  }
  put(`deployments/.${recordIds.ours[1]}.1714412400.json.tmp`, JSON.stringify({ id: recordIds.ours[1] }));
  const work = `tofu/${fqdn.replaceAll('.', '-')}`;
  put(
    `${work}/tofu.auto.tfvars.json`,
    JSON.stringify({ sovereign_fqdn: fqdn, hcloud_token: 'lab-old-hcloud-token-0123456789' }),
  );
  put(`${work}/terraform.tfstate`, JSON.stringify({ version: 4, serial: 12, resources: [{ type: 'hcloud_server' }] }));
}
