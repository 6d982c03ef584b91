import type { ServerType } from '../../../hetzner/api/offerings.js';
import { memoryFloor } from '../../../hetzner/cluster/capacity.js';
import { lookAtCapacity, lookAtToken } from './looks.js';
import { type Choice, type Question, typed } from './question.js';

/** Token, location, size and SSH key. */
export const hetznerQuestions: readonly Question[] = [
  {
    id: 'hcloud-token',
    kind: 'secret',
    message: 'Hetzner Cloud token with Read & Write (Console: Security, API tokens)',
    help: 'Hetzner token',
    variable: 'HCLOUD_TOKEN',
    check: (answer) => answer.length > 0 || 'A token is needed.',
    look: lookAtToken,
  },
  {
    id: 'location',
    kind: 'choice',
    message: 'Location of the servers',
    help: 'Hetzner location of servers and load balancer',
    variable: 'CATALYST_LOCATION',
    path: 'spec.hetzner.location',
    initial: () => 'fsn1',
    check: (answer) => /^[a-z]{3}[0-9]?$/.test(answer) || 'A location such as fsn1.',
    async choices(_answers, lookUps) {
      const api = await lookUps.hetzner();
      const [locations, types] = api ? await Promise.all([api.locations(), api.serverTypes()]) : [[], []];
      return locations.map(({ name, city, country }) => {
        const stocked = types.filter((type) => fits(type) && inStock(type, name)).length;
        return {
          value: name,
          name: `${name}  ${city}, ${country}  ${stocked > 0 ? `${stocked} fitting types` : 'no stock'}`,
        };
      });
    },
  },
  {
    id: 'control-plane-count',
    kind: 'choice',
    message: 'Size',
    help: 'control-plane servers: 1 (solo) or 3 (ha)',
    variable: 'CATALYST_CONTROL_PLANE_COUNT',
    path: 'spec.hetzner.controlPlane.count',
    number: true,
    options: ['1', '3'],
    initial: () => '1',
    choices: async () => [
      { value: '1', name: 'solo  one control-plane server' },
      { value: '3', name: 'ha    three control-plane servers' },
    ],
  },
  {
    id: 'control-plane-type',
    kind: 'choice',
    message: 'Server type of the control plane',
    help: 'server type of the control plane: x86, at least 16 GB of memory',
    variable: 'CATALYST_CONTROL_PLANE_TYPE',
    path: 'spec.hetzner.controlPlane.type',
    initial: () => 'cx43',
    check: (answer) => /^[a-z]+[0-9]+$/.test(answer) || 'A server type such as cx43.',
    async choices({ location = '' }, lookUps) {
      const api = await lookUps.hetzner();
      return (api ? await api.serverTypes() : []).filter(fits).sort(byPrice(location)).map(typeChoice(location));
    },
    look: lookAtCapacity,
  },
  {
    id: 'worker-count',
    kind: 'text',
    message: 'Worker servers',
    help: 'how many workers',
    variable: 'CATALYST_WORKER_COUNT',
    path: 'spec.hetzner.workers.count',
    number: true,
    initial: () => '0',
    check: (answer) => (/^\d{1,2}$/.test(answer) && Number(answer) <= 50) || 'A number from 0 to 50.',
  },
  {
    id: 'worker-type',
    kind: 'text',
    message: 'Server type of the workers',
    help: 'server type of the workers',
    variable: 'CATALYST_WORKER_TYPE',
    path: 'spec.hetzner.workers.type',
    unless: (answers) => (answers['worker-count'] ?? '0') === '0',
    initial: (answers) => answers['control-plane-type'],
    check: (answer) => /^[a-z]+[0-9]+$/.test(answer) || 'A server type such as cx43.',
  },
  {
    id: 'ssh-public-key',
    kind: 'choice',
    message: 'SSH public key',
    help: 'OpenSSH public key for the servers; default: catalyst generates one',
    variable: 'CATALYST_SSH_PUBLIC_KEY',
    path: 'spec.hetzner.sshPublicKey',
    optional: true,
    async choices(_answers, lookUps) {
      const keys = await lookUps.publicKeys();
      return [
        { value: '', name: 'generate an ed25519 key and keep it encrypted' },
        ...keys.map(({ from, line }) => ({ value: line, name: `${from}  ${shortened(line)}` })),
        { value: typed, name: 'paste one' },
      ];
    },
    check: (answer) => answer === '' || isPublicKey(answer) || 'One line: type, key and comment, as in a .pub file.',
  },
];

/** Parsed, not matched by pattern: the blob must begin with its own type. */
export function isPublicKey(line: string): boolean {
  const [type = '', blob = ''] = line.trim().split(/\s+/);
  const data = Buffer.from(blob, 'base64');
  if (data.length < 4) return false;
  const length = data.readUInt32BE(0);
  return length > 0 && length < 64 && data.length > 4 + length && data.subarray(4, 4 + length).toString() === type;
}

/** Type, the end of the blob and the comment. */
function shortened(line: string): string {
  const [type = '', blob = '', ...comment] = line.split(' ');
  return `${type} …${blob.slice(-12)} ${comment.join(' ')}`.trim();
}

function fits(type: ServerType): boolean {
  return type.architecture === 'x86' && type.memory >= memoryFloor;
}

function inStock(type: ServerType, location: string): boolean {
  return type.locations.some((one) => one.name === location && one.available && !one.deprecation);
}

function monthly(type: ServerType, location: string): number {
  return Number(type.prices.find((price) => price.location === location)?.price_monthly.gross ?? 0);
}

const byPrice = (location: string) => (a: ServerType, b: ServerType) => monthly(a, location) - monthly(b, location);

const typeChoice =
  (location: string) =>
  (type: ServerType): Choice => ({
    value: type.name,
    name: `${type.name}  ${type.cores} vCPU  ${type.memory} GB  ${monthly(type, location).toFixed(2)} € a month`,
    ...(inStock(type, location) ? {} : { disabled: 'out of stock' }),
  });
