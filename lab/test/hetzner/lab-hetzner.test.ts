import { afterEach, describe, expect, it } from 'vitest';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { hetznerCode } from '../../../src/hetzner/api/errors.js';
import type { Server } from '../../../src/hetzner/api/types.js';
import { isCatalystError } from '../../../src/support/errors/errors.js';
import { hurriedClock } from '../../../test/fakes/hurried-clock.js';
import { createHetznerLab, type HetznerLab, type HetznerLabOptions } from '../../src/hetzner/lab-hetzner.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';

const labs: HetznerLab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close();
});

async function started(options: Partial<HetznerLabOptions> = {}) {
  const faults = createFaults();
  const lab = await createHetznerLab({ log: createRequestLog(), faults, actionMs: 5, ...options });
  labs.push(lab);
  const signal = new AbortController().signal;
  const clock = hurriedClock();
  const api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
  return { lab, api, faults, clock };
}

const empty = () => undefined;
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error) => hetznerCode(error) ?? error.code,
  );

describe('the lab project', () => {
  it('boots a server, tells so with its cloud-init, and takes its address away with it', async () => {
    const booted: [Server, string][] = [];
    const { api } = await started({ fixtures: empty, onServerRunning: (server, data) => booted.push([server, data]) });
    const { resource, actions } = await api.create('server', {
      name: 'one',
      server_type: 'cx53',
      image: 'ubuntu-24.04',
      location: 'fsn1',
      user_data: '#cloud-config\n',
    });
    await api.settle(actions);
    expect((await api.get('server', resource.id))?.status).toBe('running');
    expect(booted.map(([server, data]) => [server.name, data])).toEqual([['one', '#cloud-config\n']]);
    expect(await api.list('primary_ip')).toHaveLength(2);
    const { actions: deleting } = await api.delete('server', resource.id);
    await api.settle(deleting);
    expect(await api.get('server', resource.id)).toBeUndefined();
    await expect.poll(() => api.list('primary_ip')).toHaveLength(0);
  });

  it('writes IPv6 networks as Hetzner does, without leading zeros', async () => {
    const { api } = await started({ fixtures: empty });
    const { resource } = await api.create('primary_ip', { name: 'six', type: 'ipv6', location: 'fsn1' });
    const written = String(resource['ip']).replace('/64', '');
    expect(new URL(`http://[${written}]/`).hostname).toBe(`[${written}]`);
  });

  it('reboots a server: it is silent from the first moment on, and back once it has booted', async () => {
    const told: string[] = [];
    const { api, lab } = await started({
      fixtures: empty,
      onServerRunning: () => told.push('up'),
      onServerStopped: () => told.push('down'),
    });
    const order = { name: 'one', server_type: 'cx53', image: 'ubuntu-24.04', location: 'fsn1' };
    const { resource, actions } = await api.create('server', order);
    await api.settle(actions);
    const act = async (name: string) => {
      const url = `${lab.endpoint}/servers/${resource.id}/actions/${name}`;
      const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${lab.token}` } });
      expect(answer.status).toBe(201);
    };
    await act('reboot');
    expect(told).toEqual(['up', 'down']);
    expect((await api.get('server', resource.id))?.status).toBe('running');
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(['up', 'down', 'up']);
    await act('poweroff');
    await expect.poll(async () => (await api.get('server', resource.id))?.status).toBe('off');
    expect(told).toEqual(['up', 'down', 'up', 'down']);
    await act('poweron');
    await expect.poll(() => told, { timeout: 10_000 }).toEqual(['up', 'down', 'up', 'down', 'up']);
  });

  it('pages, selects by label and never mixes up names that begin alike', async () => {
    const { api } = await started({ fixtures: empty, serverLimit: 200 });
    for (let n = 0; n < 120; n++) await api.create('ssh_key', sshKey(n));
    expect(await api.list('ssh_key')).toHaveLength(120);
    expect(await api.list('ssh_key', { labelSelector: 'n in (3,5),even!=yes' })).toHaveLength(2);
    expect(await api.list('ssh_key', { labelSelector: '!n' })).toHaveLength(0);
    expect(await api.list('ssh_key', { name: 'key-1' })).toHaveLength(1);
  });

  it('refuses as Hetzner does', async () => {
    const { api, lab, clock } = await started();
    const [network] = await api.list('network', { name: 'catalyst-omantel-omani-works-net' });
    const [firewall] = await api.list('firewall', { name: 'catalyst-omantel-omani-works-fw' });
    const [volume] = await api.list('volume', { name: 'orders-db-data' });
    const [guarded] = await api.list('server', { name: 'catalyst-omantel-omani-works-dev-cp1' });
    expect(await code(api.create('network', { name: network!.name, ip_range: '10.1.0.0/16' }))).toBe(
      'uniqueness_error',
    );
    expect(await code(api.delete('firewall', firewall!.id))).toBe('resource_in_use');
    expect(await code(api.delete('server', guarded!.id))).toBe('protected');
    expect(await code(api.delete('volume', volume!.id))).toBe('locked');
    const order = { name: 'x', image: 'ubuntu-24.04', location: 'nbg1' };
    expect(await code(api.create('server', { ...order, server_type: 'cpx62' }))).toBe('resource_unavailable');
    expect(await code(api.create('server', { ...order, server_type: 'cx42' }))).toBe('invalid_input');
    const signal = new AbortController().signal;
    const reader = createHetznerApi({ token: lab.readOnlyToken, endpoint: lab.endpoint, signal, clock });
    expect(await reader.list('server')).not.toHaveLength(0);
    await expect(reader.delete('server', 1)).rejects.toMatchObject({ code: 'E2003', exitCode: 4 });
    const stranger = createHetznerApi({ token: 'x'.repeat(64), endpoint: lab.endpoint, signal, clock });
    await expect(stranger.list('server')).rejects.toMatchObject({ code: 'E2003' });
  });
});

describe('the typed layer', () => {
  it('repeats what may be repeated and says when it cannot know', async () => {
    const { api, faults } = await started({ fixtures: empty });
    faults.add({
      server: 'hetzner',
      method: 'GET',
      fault: { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' },
      count: 2,
    });
    expect(await api.list('server')).toEqual([]);
    faults.add({ server: 'hetzner', method: 'GET', fault: { kind: 'reset' }, count: 1 });
    expect(await api.list('server')).toEqual([]);
    faults.add({
      server: 'hetzner',
      method: 'POST',
      fault: { kind: 'status', status: 429, body: '{"error":{"code":"rate_limit_exceeded","message":"slow"}}' },
      count: 1,
    });
    await api.create('ssh_key', sshKey(1));
    faults.add({ server: 'hetzner', method: 'POST', fault: { kind: 'truncate' }, count: 1 });
    const lost = await api.create('ssh_key', sshKey(2)).catch((error: unknown) => error);
    expect(isCatalystError(lost, 'E2004')).toBe(true);
    expect(await api.list('ssh_key')).toHaveLength(2);
  });

  it('does not wait for ever on an action that hangs, and tells of one that failed', async () => {
    const { api, faults } = await started({ fixtures: empty });
    faults.add({ target: 'create_volume', fault: { kind: 'stuck-action' }, count: 1 });
    const stuck = await api.create('volume', { name: 'v', size: 10, location: 'fsn1' });
    await expect(api.settle(stuck.actions, { timeoutMs: 60 })).rejects.toMatchObject({ code: 'E4003', exitCode: 8 });
    faults.add({ target: 'create_volume', fault: { kind: 'failed-action' }, count: 1 });
    const failed = await api.create('volume', { name: 'w', size: 10, location: 'fsn1' });
    await expect(api.settle(failed.actions)).rejects.toMatchObject({ code: 'E2001' });
  });

  it('refuses a token that cannot be one before it is sent to Hetzner', () => {
    const signal = new AbortController().signal;
    for (const token of ['', 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(63)} `]) {
      expect(() => createHetznerApi({ token, signal })).toThrow(/token/);
    }
    expect(createHetznerApi({ token: 'a'.repeat(64), signal }).tokenFingerprint).not.toContain('aaaa');
  });
});

function sshKey(n: number) {
  const blob = Buffer.from(`key number ${n}`).toString('base64');
  return {
    name: `key-${n}`,
    public_key: `ssh-ed25519 ${blob}`,
    labels: { n: String(n), ...(n % 2 ? {} : { even: 'yes' }) },
  };
}
