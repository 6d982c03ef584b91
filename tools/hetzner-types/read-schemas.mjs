/** What catalyst reads of Hetzner's description: one schema for each kind of thing, without the words for people. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** By the path whose answer has it, and its key there. */
const described = {
  Action: ['/actions/{id}', 'action'],
  Certificate: ['/certificates/{id}', 'certificate'],
  Firewall: ['/firewalls/{id}', 'firewall'],
  FloatingIp: ['/floating_ips/{id}', 'floating_ip'],
  Image: ['/images/{id}', 'image'],
  LoadBalancer: ['/load_balancers/{id}', 'load_balancer'],
  LoadBalancerType: ['/load_balancer_types/{id}', 'load_balancer_type'],
  Location: ['/locations/{id}', 'location'],
  Network: ['/networks/{id}', 'network'],
  PlacementGroup: ['/placement_groups/{id}', 'placement_group'],
  Pricing: ['/pricing', 'pricing'],
  PrimaryIp: ['/primary_ips/{id}', 'primary_ip'],
  Server: ['/servers/{id}', 'server'],
  ServerType: ['/server_types/{id}', 'server_type'],
  SshKey: ['/ssh_keys/{id}', 'ssh_key'],
  Volume: ['/volumes/{id}', 'volume'],
  Zone: ['/zones/{id_or_name}', 'zone'],
};

/** Keywords that make no type. A property may bear the same name; its value is then a schema, and it stays. */
const words = ['description', 'title', 'example', 'examples', 'default', 'format', 'pattern', 'minimum', 'maximum'];

/** @param {string} file the description @returns schemas by name, and a hash of them that changes when a type may */
export function readSchemas(file) {
  const { paths, components } = JSON.parse(readFileSync(file, 'utf8'));
  const schemas = { ...components.schemas };
  for (const [name, [path, key]] of Object.entries(described))
    schemas[name] = paths[path].get.responses['200'].content['application/json'].schema.properties[key];
  const typed = without(schemas, true);
  return { schemas: typed, hash: createHash('sha256').update(JSON.stringify(typed)).digest('hex') };
}

/** @param {boolean} named the keys are names and not keywords */
function without(value, named) {
  if (Array.isArray(value)) return value.map((one) => without(one, false));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => named || !words.includes(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, without(one, !named && key === 'properties')]));
}
