/** The cluster at Hetzner in sovereign.yaml: where it is, and what its servers are. */
import { z } from 'zod';
import { count, describe, httpUrl, serverType } from '../field-types.js';

export const hetznerSchema = z.strictObject({
  location: describe(
    z.string().regex(/^[a-z]{3}[0-9]?$/, 'a location such as fsn1'),
    'Hetzner location of servers and load balancer.',
  ),
  endpoint: describe(httpUrl.optional(), 'Another address of the Cloud API (HCLOUD_ENDPOINT wins).'),
  network: describe(
    z
      .strictObject({
        cidr: z.string().default('10.0.0.0/16').meta({ description: 'Private network.' }),
        subnet: z.string().default('10.0.1.0/24').meta({ description: 'Subnet of the servers.' }),
      })
      .prefault({}),
    'Private network of the cluster.',
  ),
  controlPlane: describe(
    z
      .strictObject({
        type: describe(
          serverType.optional(),
          'Server type: x86, at least 16 GB of memory; default: the cheapest available one that can run the Blueprints.',
        ),
        count: z
          .union([z.literal(1), z.literal(3)], '1 or 3')
          .default(1)
          .meta({ description: '1 (solo) or 3 (ha).' }),
      })
      .prefault({}),
    'Control-plane servers.',
  ),
  workers: describe(
    z
      .strictObject({
        type: describe(
          serverType.optional(),
          'Server type of the workers: x86, at least 8 GB of memory; default: the cheapest available one that fits.',
        ),
        count: count.min(0).max(50).default(0).meta({ description: 'Number of workers.' }),
      })
      .prefault({}),
    'Worker servers.',
  ),
  loadBalancer: describe(
    z
      .strictObject({
        type: describe(
          z
            .string()
            .regex(/^lb[0-9]+$/, 'a load balancer type such as lb11')
            .optional(),
          'Load balancer type; default: the smallest available one that fits.',
        ),
      })
      .prefault({}),
    'The load balancer in front of the servers.',
  ),
  k3sVersion: z
    .string()
    .regex(/^v\d+\.\d+\.\d+\+k3s\d+$/)
    .default('v1.35.4+k3s1')
    .meta({ description: 'k3s release.' }),
  sshFrom: describe(
    z
      .array(z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/, 'a network such as 198.51.100.7/32'))
      .min(1)
      .optional(),
    'Networks that SSH is allowed from while the cluster is created; default: the public address of this machine.',
  ),
  sshPublicKey: describe(
    z.string().optional(),
    'OpenSSH public key; default: catalyst generates one and keeps it encrypted.',
  ),
});
