import type { HetznerApi } from '../../../hetzner/api/api.js';
import type { ServerType } from '../../../hetzner/api/offerings.js';
import { monthlyOf, saleOfServer } from '../../../hetzner/cluster/capacity/on-sale.js';
import { controlPlaneFloor } from '../../../hetzner/cluster/capacity/requirements.js';
import { systemClock } from '../../../support/clock.js';
import { lookAtCapacity, lookAtToken } from './looks.js';
import { type Choice, type Question, typed } from './question.js';

/** Token, location, size and SSH key. */
export const hetznerQuestions: readonly Question[] = [
  {
    id: 'hcloud-token',
    kind: 'secret',
    message: 'Hetzner Cloud token with Read & Write (Console: Security, API tokens)',
    short: 'Hetzner Cloud token',
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
        const stocked = types.filter((type) => fits(type) && inStock(type, name)).sort(byPrice(name));
        const least = stocked[0] && monthlyOf(stocked[0], name);
        const from = least ? `, from ${least.toFixed(2)} €/month` : '';
        return {
          value: name,
          name: `${name}  ${city}, ${country}${stocked.length > 0 ? `  ${stocked.length} types that fit${from}` : ''}`,
          ...(types.length > 0 && stocked.length === 0 ? { disabled: 'nothing that fits is in stock' } : {}),
        };
      });
    },
  },
  {
    id: 'control-plane-count',
    kind: 'choice',
    message: 'Size of the control plane',
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
    short: 'Control plane type',
    help: 'server type of the control plane: x86, at least 16 GB of memory; default: the cheapest available one that fits',
    variable: 'CATALYST_CONTROL_PLANE_TYPE',
    path: 'spec.hetzner.controlPlane.type',
    optional: true,
    initial: () => '',
    check: (answer) => /^[a-z]+[0-9]+$/.test(answer) || 'A server type such as cpx62.',
    empty: 'the cheapest available one that fits',
    choices: async ({ location = '' }, lookUps) => typeChoices(await lookUps.hetzner(), location, fits),
  },
  {
    id: 'worker-count',
    kind: 'text',
    message: 'Worker servers',
    help: 'number of workers',
    variable: 'CATALYST_WORKER_COUNT',
    path: 'spec.hetzner.workers.count',
    number: true,
    initial: () => '0',
    check: (answer) => (/^\d{1,2}$/.test(answer) && Number(answer) <= 50) || 'A number from 0 to 50.',
    look: async (world, answers) => (answers['worker-count'] === '0' ? lookAtCapacity(world) : ''),
  },
  {
    id: 'worker-type',
    kind: 'choice',
    message: 'Server type of the workers',
    help: 'server type of the workers; default: the cheapest available one that fits',
    variable: 'CATALYST_WORKER_TYPE',
    path: 'spec.hetzner.workers.type',
    optional: true,
    unless: (answers) => (answers['worker-count'] ?? '0') === '0',
    initial: () => '',
    check: (answer) => /^[a-z]+[0-9]+$/.test(answer) || 'A server type such as cpx42.',
    empty: 'the cheapest available one that fits',
    choices: async ({ location = '' }, lookUps) => typeChoices(await lookUps.hetzner(), location, isX86),
    look: lookAtCapacity,
  },
  {
    id: 'ssh-public-key',
    kind: 'choice',
    message: 'SSH public key',
    help: 'OpenSSH public key for the servers; default: catalyst generates one',
    variable: 'CATALYST_SSH_PUBLIC_KEY',
    path: 'spec.hetzner.sshPublicKey',
    optional: true,
    empty: 'generated, kept encrypted',
    async choices(_answers, lookUps) {
      const keys = await lookUps.publicKeys();
      return [
        { value: '', name: 'generate an ed25519 key and keep it encrypted' },
        ...keys.map(({ from, line }) => ({ value: line, name: `${from}  ${shortened(line)}` })),
        { value: typed, name: 'paste a key' },
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

const isX86 = (type: ServerType) => type.architecture === 'x86';

function fits(type: ServerType): boolean {
  return isX86(type) && type.memory >= controlPlaneFloor;
}

const saleOf = (type: ServerType, location: string) => saleOfServer(type, location, systemClock.now());

const inStock = (type: ServerType, location: string) => saleOf(type, location).state === 'on-sale';

const byPrice = (location: string) => (a: ServerType, b: ServerType) =>
  monthlyOf(a, location) - monthlyOf(b, location) || a.name.localeCompare(b.name);

/** The cheapest first; what cannot be bought there comes last and cannot be chosen. */
async function typeChoices(
  api: HetznerApi | undefined,
  location: string,
  suits: (type: ServerType) => boolean,
): Promise<Choice[]> {
  const types = (api ? await api.serverTypes() : []).filter(suits).sort(byPrice(location));
  const choices = types.map(typeChoice(location));
  const open = choices.filter(({ disabled }) => !disabled);
  return types.length === 0 ? [] : [cheapest, ...open, ...choices.filter(({ disabled }) => disabled)];
}

/** No type in the spec: it is chosen when the plan is made. */
const cheapest: Choice = { value: '', name: 'the cheapest available one that fits, when the plan is made' };

const typeChoice =
  (location: string) =>
  (type: ServerType): Choice => {
    const sale = saleOf(type, location);
    const price = monthlyOf(type, location);
    const cost = Number.isFinite(price) && price > 0 ? `  ${price.toFixed(2)} €/month` : '';
    const ends = sale.state === 'on-sale' && sale.lastDay ? `  sold until ${sale.lastDay}` : '';
    return {
      value: type.name,
      name: `${type.name}  ${type.cores} vCPU  ${type.memory} GB${cost}${ends}`,
      ...(sale.state === 'on-sale' ? {} : { disabled: sale.state === 'out' ? 'out of stock' : 'not sold there' }),
    };
  };
