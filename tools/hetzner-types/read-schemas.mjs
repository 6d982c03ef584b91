/** What catalyst reads of Hetzner's description: one schema for each kind of thing, without the words for people. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** By the folder of `src/hetzner/api/generated` that it belongs to: the path whose answer has it, and its key there. */
const asked = {
  project: {
    Action: ['/actions/{id}', 'action'],
    Certificate: ['/certificates/{id}', 'certificate'],
    Firewall: ['/firewalls/{id}', 'firewall'],
    FloatingIp: ['/floating_ips/{id}', 'floating_ip'],
    Image: ['/images/{id}', 'image'],
    LoadBalancer: ['/load_balancers/{id}', 'load_balancer'],
    Network: ['/networks/{id}', 'network'],
    PlacementGroup: ['/placement_groups/{id}', 'placement_group'],
    PrimaryIp: ['/primary_ips/{id}', 'primary_ip'],
    Server: ['/servers/{id}', 'server'],
    SshKey: ['/ssh_keys/{id}', 'ssh_key'],
    Volume: ['/volumes/{id}', 'volume'],
    Zone: ['/zones/{id_or_name}', 'zone'],
  },
  offerings: {
    LoadBalancerType: ['/load_balancer_types/{id}', 'load_balancer_type'],
    Location: ['/locations/{id}', 'location'],
    Pricing: ['/pricing', 'pricing'],
    ServerType: ['/server_types/{id}', 'server_type'],
  },
};

/** Keywords that make no type. A property may bear the same name; its value is then a schema, and it stays. */
const words = ['description', 'title', 'example', 'examples', 'default', 'format', 'pattern', 'minimum', 'maximum'];

/**
 * @param {string} file the description
 * @returns {{ folder: string, name: string, schemas: Record<string, object>, hash: string }[]} for each thing its schema
 * and those that this one refers to, and a hash that changes when its type may
 */
export function readSchemas(file) {
  const { paths, components } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(asked).flatMap(([folder, things]) =>
    Object.entries(things).map(([name, [path, key]]) => {
      const schemas = { [name]: paths[path].get.responses['200'].content['application/json'].schema.properties[key] };
      addReferenced(schemas, components.schemas);
      const typed = without(schemas, true);
      return { folder, name, schemas: typed, hash: createHash('sha256').update(JSON.stringify(typed)).digest('hex') };
    }),
  );
}

/** `LoadBalancer` → `load-balancer`, the file of its type. */
export const fileOf = (name) => name.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase();

/** Adds what the schemas refer to, and what that refers to. */
function addReferenced(schemas, all) {
  const missing = [...JSON.stringify(schemas).matchAll(/"#\/components\/schemas\/(\w+)"/g)]
    .map((match) => match[1])
    .filter((name) => !(name in schemas));
  for (const name of missing) schemas[name] = all[name];
  if (missing.length > 0) addReferenced(schemas, all);
}

/** @param {boolean} named the keys are names and not keywords */
function without(value, named) {
  if (Array.isArray(value)) return value.map((one) => without(one, false));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => named || !words.includes(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, without(one, !named && key === 'properties')]));
}
