/** What provider-opentofu's providers do at Hetzner and in Object Storage, over their APIs and with the credentials they were given. */
import { setTimeout } from 'node:timers/promises';
import { ownAgent } from '../../../requests/request-log.js';
import type { ObjectStorage } from '../../world.js';
import type { Body } from './opentofu-module.js';

export interface Provider {
  /** With /v1. */
  hetzner: string;
  objectStorage: ObjectStorage | undefined;
  /** What the ProviderConfig's credentials hold, by variable. */
  credentials: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface Made {
  address: string;
  type: string;
  attributes: Body;
}

type Attributes = Promise<Body>;

/** How often a provider asks whether an action has ended. */
const actionPollMs = 50;

/** What `data` blocks look up by name. Kinds and arguments: terraform-provider-hcloud 1.54, docs/data-sources. */
export async function lookUp(provider: Provider, type: string, { name }: Body): Attributes {
  const collection = { hcloud_network: 'networks', hcloud_firewall: 'firewalls', hcloud_ssh_key: 'ssh_keys' }[type];
  if (!collection) throw new Error(`no data source ${type}`);
  const found = await cloud(provider, 'GET', `/${collection}?name=${encodeURIComponent(String(name))}`);
  const [one] = found[collection] as Body[];
  if (!one) throw new Error(`${type}: no ${collection} with name ${name}`);
  return one;
}

/** Arguments: terraform-provider-hcloud 1.54 docs/resources; terraform-provider-minio 3.3 docs/resources. */
export async function create(provider: Provider, type: string, body: Body): Attributes {
  switch (type) {
    case 'hcloud_server':
      return createServer(provider, body);
    case 'hcloud_load_balancer': {
      const { load_balancer } = await cloud(provider, 'POST', '/load_balancers', {
        ...{ name: body['name'], load_balancer_type: body['load_balancer_type'], location: body['location'] },
        ...{ labels: body['labels'], algorithm: { type: 'round_robin' } },
      });
      const { id, public_net } = load_balancer as { id: number; public_net: { ipv4: { ip: string } } };
      return { id, ipv4: public_net.ipv4.ip };
    }
    case 'hcloud_load_balancer_network':
      return act(provider, body, 'attach_to_network', { network: body['network_id'] });
    case 'hcloud_load_balancer_service':
      return act(provider, body, 'add_service', {
        ...{ protocol: body['protocol'], proxyprotocol: false },
        ...{ listen_port: Number(body['listen_port']), destination_port: Number(body['destination_port']) },
        health_check: {
          ...{ protocol: 'tcp', port: Number(body['destination_port']), interval: 15, timeout: 10, retries: 3 },
        },
      });
    case 'hcloud_load_balancer_target':
      return act(provider, body, 'add_target', {
        ...{ type: body['type'], use_private_ip: body['use_private_ip'] },
        label_selector: { selector: body['label_selector'] },
      });
    case 'minio_s3_bucket':
    case 'minio_s3_object':
      return storage(provider, type, body, 'create');
    default:
      throw new Error(`Invalid resource type "${type}"`);
  }
}

/** Of a load balancer's parts nothing is left once it has gone. */
export async function destroy(provider: Provider, { type, attributes }: Made): Promise<void> {
  if (type === 'hcloud_server') await ended(provider, await cloud(provider, 'DELETE', `/servers/${attributes['id']}`));
  if (type === 'hcloud_load_balancer') await cloud(provider, 'DELETE', `/load_balancers/${attributes['id']}`);
  if (type.startsWith('minio_')) await storage(provider, type, attributes, 'destroy');
}

/** Hetzner deletes a server by an action, and the provider returns when that has ended. */
async function ended(provider: Provider, { action }: Body): Promise<void> {
  let seen = action as { id: number; status: string } | undefined;
  while (seen?.status === 'running') {
    await setTimeout(actionPollMs, undefined, { signal: provider.signal });
    seen = (await cloud(provider, 'GET', `/actions/${seen.id}`))['action'] as typeof seen;
  }
}

async function createServer(provider: Provider, body: Body): Attributes {
  const list = (name: string) => (body[name] ?? []) as unknown[];
  const { server } = await cloud(provider, 'POST', '/servers', {
    ...{ name: body['name'], server_type: body['server_type'], image: body['image'], location: body['location'] },
    ...{ labels: body['labels'], user_data: body['user_data'], start_after_create: true },
    ssh_keys: list('ssh_keys'),
    firewalls: list('firewall_ids').map((firewall) => ({ firewall })),
    networks: (list('network') as Body[]).map(({ network_id }) => network_id),
  });
  const { id, public_net } = server as { id: number; public_net: { ipv4: { ip: string } | null } };
  return { id, ipv4_address: public_net.ipv4?.ip ?? '' };
}

async function act(provider: Provider, { load_balancer_id }: Body, action: string, body: object): Attributes {
  await cloud(provider, 'POST', `/load_balancers/${load_balancer_id}/actions/${action}`, body);
  return { id: load_balancer_id };
}

async function cloud(provider: Provider, method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${provider.hetzner}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${provider.credentials['hcloud_token']}`,
      'content-type': 'application/json',
      'user-agent': `${ownAgent}opentofu`,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: provider.signal,
  });
  const answer = (await response.json().catch(() => ({}))) as Body & { error?: { code: string; message: string } };
  // what is gone already is destroyed
  if (response.ok || (method === 'DELETE' && response.status === 404)) return answer;
  throw new Error(`${answer.error?.message ?? response.statusText} (${answer.error?.code ?? response.status})`);
}

async function storage({ objectStorage, credentials }: Provider, type: string, body: Body, verb: 'create' | 'destroy') {
  if (!objectStorage) throw new Error('there is no Object Storage here');
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...{ endpoint: objectStorage.endpoint, region: objectStorage.region, forcePathStyle: true },
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    credentials: {
      ...{ accessKeyId: `${credentials['s3_access_key']}`, secretAccessKey: `${credentials['s3_secret_key']}` },
    },
  });
  const at = { Bucket: String(body['bucket_name'] ?? body['bucket']), Key: String(body['object_name']) };
  if (type === 'minio_s3_bucket')
    await client.send(verb === 'create' ? new sdk.CreateBucketCommand(at) : (new sdk.DeleteBucketCommand(at) as never));
  else if (verb === 'create') await client.send(new sdk.PutObjectCommand({ ...at, Body: String(body['content']) }));
  else await client.send(new sdk.DeleteObjectCommand(at));
  return body;
}
