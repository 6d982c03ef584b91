/** The lab's Hetzner with a project of mixed resources, in a process of its own: neither its work nor its memory is catalyst's. */
import { join } from 'node:path';

const [fqdn, count, actionMs] = process.argv.slice(2);
const dist = join(import.meta.dirname, '../dist/src');
const { createHetznerApi } = await import(join(dist, 'hetzner/api/create-api.js'));
const { createHetznerLab } = await import(join(dist, '../lab/src/hetzner/lab-hetzner.js'));
const { createFaults } = await import(join(dist, '../lab/src/requests/faults.js'));
const { createRequestLog } = await import(join(dist, '../lab/src/requests/request-log.js'));

const faults = createFaults();
const { endpoint, token } = await createHetznerLab({
  log: createRequestLog(),
  faults,
  actionMs: Number(actionMs),
  serverLimit: 10_000,
  rateLimit: 10_000_000,
  fixtures: () => undefined,
});

/** Of ten: one network, two servers in it, two volumes on them, a load balancer, a placement group, a firewall, two keys. */
async function fill(api) {
  const labels = { 'catalyst.openova.io/sovereign': fqdn };
  const each = Math.floor(count / 10);
  const times = (n, make) => Promise.all(Array.from({ length: n }, (_, index) => make(index)));
  const create = (type, body) => api.create(type, { labels, ...body });
  const networks = await times(each, (n) =>
    create('network', { name: `n${n}`, ip_range: '10.0.0.0/16', subnets: [{ type: 'cloud', ip_range: '10.0.1.0/24', network_zone: 'eu-central' }] }),
  );
  const servers = await times(each * 2, (n) =>
    create('server', { name: `s${n}`, server_type: 'cx43', image: 'ubuntu-24.04', location: 'fsn1', networks: [networks[n % each].resource.id], public_net: { enable_ipv4: false, enable_ipv6: false } }),
  );
  const rest = await Promise.all([
    times(each * 2, (n) => create('volume', { name: `v${n}`, size: 10, server: servers[n].resource.id })),
    times(each, (n) => create('load_balancer', { name: `l${n}`, load_balancer_type: 'lb11', location: 'fsn1' })),
    times(each, (n) => create('placement_group', { name: `g${n}`, type: 'spread' })),
    times(each, (n) => create('firewall', { name: `f${n}` })),
    times(each * 2, (n) => create('ssh_key', { name: `k${n}`, public_key: `ssh-ed25519 ${Buffer.from(`key ${n}`).toString('base64')}` })),
  ]);
  await api.settle([...servers, ...rest.flat()].flatMap(({ actions }) => actions));
}

await fill(createHetznerApi({ token, endpoint, signal: new AbortController().signal }));
process.on('message', ({ delayMs }) => {
  faults.add({ server: 'hetzner', fault: { kind: 'delay', ms: delayMs } });
  process.send({ delayMs });
});
process.on('disconnect', () => process.exit(0));
process.send({ endpoint, token });
