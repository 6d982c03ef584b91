/** The shape of sovereign.yaml. Descriptions feed `catalyst explain` and the published JSON Schema (schema/). */
import { z } from 'zod';
import { specApiVersion } from './api-version.js';
import {
  connectTarget,
  count,
  describe,
  dnsLabel,
  email,
  fqdn,
  hostPort,
  httpUrl,
  imageName,
  serverType,
} from './field-types.js';
import { motherSchema } from './mother-schema.js';

export const connectToSchema = z.strictObject({
  host: describe(
    z.string().optional(),
    'Host name, address or network in CIDR form that this rule applies to; default: every host.',
  ),
  port: describe(
    count.min(1).max(65535).optional(),
    'The port that would be dialed; only a rule with a SOCKS proxy can leave it out.',
  ),
  to: describe(
    connectTarget,
    'Where to connect instead (host:port), or the SOCKS proxy to connect through (socks5://host:port); TLS name and Host header stay those of the original.',
  ),
});

export const specSchema = z.strictObject({
  fqdn: describe(fqdn, 'The public name of the Sovereign, such as omantel.omani.works.'),
  pool: describe(
    z
      .strictObject({
        domain: describe(fqdn, 'The parent zone that the mother cluster serves, such as omani.works.'),
        subdomain: describe(dnsLabel, 'The label below it, such as omantel.'),
      })
      .optional(),
    'Set if the name is in a domain from which the mother assigns names.',
  ),
  organization: describe(
    z.strictObject({
      name: describe(z.string().min(1).max(120), 'The Organization that owns the Sovereign.'),
      email: describe(email, 'E-mail address for ACME and for the first administrator.'),
    }),
    'Who the Sovereign belongs to.',
  ),
  hetzner: describe(
    z.strictObject({
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
              'Server type: x86, at least 16 GB of memory; default: the cheapest on sale that carries the Blueprints.',
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
              'Server type of the workers: x86, at least 8 GB of memory; default: the cheapest on sale that fits.',
            ),
            count: count.min(0).max(50).default(0).meta({ description: 'How many workers.' }),
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
              'Load balancer type; default: the smallest on sale that fits.',
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
    }),
    'The cluster at Hetzner.',
  ),
  objectStorage: describe(
    z.strictObject({
      location: describe(
        z.string().regex(/^[a-z0-9-]{3,20}$/),
        'Object Storage location, also the S3 region: fsn1, nbg1 or hel1.',
      ),
      endpoint: describe(
        httpUrl.optional(),
        'Another S3 address (AWS_ENDPOINT_URL_S3 wins); default https://<location>.your-objectstorage.com.',
      ),
      bucketPrefix: describe(
        z
          .string()
          .min(3)
          .max(40)
          .regex(/^[a-z0-9][a-z0-9-]*[a-z0-9]$/),
        'Buckets are named <prefix>-<consumer>.',
      ),
    }),
    'Where Harbor, Velero, Loki, Mimir, Tempo and the OpenBao audit log write.',
  ),
  mother: describe(
    motherSchema,
    'The mother cluster. Object names are defaults; catalyst discovers the actual objects.',
  ),
  parentZone: describe(
    z
      .strictObject({
        provider: z
          .enum(['powerdns', 'dynadot'])
          .default('powerdns')
          .meta({ description: 'Who serves the parent zone.' }),
        zone: describe(fqdn.optional(), 'The parent zone; default: pool.domain, or the FQDN without its first label.'),
      })
      .prefault({}),
    'Where the NS delegation (#374) is written.',
  ),
  gitops: describe(
    z
      .strictObject({
        organization: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]*$/)
          .default('sovereign')
          .meta({ description: "Organization in the Sovereign's Gitea." }),
        repository: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]*$/)
          .default('fleet')
          .meta({ description: 'Repository in it.' }),
        branch: z
          .string()
          .regex(/^[a-zA-Z0-9][a-zA-Z0-9/._-]*$/)
          .default('main')
          .meta({ description: 'Branch that Flux reads.' }),
      })
      .prefault({}),
    'The GitOps repository that the Sovereign reads after the handover.',
  ),
  charts: describe(
    z
      .strictObject({
        mirror: describe(
          z
            .string()
            .regex(/^(oci|https?):\/\/[^\s]+$/)
            .optional(),
          'Registry to pull all charts from, such as oci://harbor.example.org/charts.',
        ),
        insecure: z.boolean().default(false).meta({ description: 'The mirror speaks plain HTTP (a lab).' }),
        secretRef: describe(
          z
            .strictObject({
              name: describe(dnsLabel, 'Name of the Secret, in every namespace of the tree.'),
              hosts: describe(
                z.array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, 'a host such as ghcr.io')).min(1),
                'Registries that need the login, such as ghcr.io.',
              ),
              username: z
                .string()
                .regex(/^[^:\s]+$/, 'a name without colon or blank')
                .default('catalyst')
                .meta({ description: 'User name that goes with the token; ghcr.io takes any.' }),
            })
            .optional(),
          'Login for private registries, for Flux and every Pod; its value is the credential registry-token: a token, or a docker config.',
        ),
        tokenService: describe(
          z
            .string()
            .regex(/^[a-z0-9.-]+$/)
            .optional(),
          "Host of a registry's token service that receives the registry's login, if it is not the registry itself.",
        ),
      })
      .prefault({}),
    'Where charts come from.',
  ),
  independence: describe(
    z
      .strictObject({
        grade: z.enum(['L1', 'L2', 'L3']).default('L1').meta({
          description:
            'What the verdict must prove that nothing reaches: L1 the mother, L2 OpenOva as well, L3 any public source of what runs.',
        }),
        accepted: z
          .array(
            z.strictObject({
              what: describe(z.string().min(1), 'Id of a finding of verify umbilical, or the place it is in, exactly.'),
              why: describe(z.string().min(1), 'Why it may stay, and what will end it.'),
              until: describe(
                z.union(
                  [z.iso.date(), z.string().regex(/^\d+[dh]$/)],
                  'a date such as 2027-03-01, or a span from the handover such as 90d',
                ),
                'Until when: a date such as 2027-03-01, or a span from the handover such as 90d. Later the finding is open again.',
              ),
            }),
          )
          .default([])
          .meta({ description: 'Findings of the umbilical scan that may stay for a while.' }),
      })
      .prefault({}),
    'How independent the Sovereign has to be, and what may still be open.',
  ),
  alerts: describe(
    z
      .strictObject({
        webhook: z.boolean().default(false).meta({
          description: 'To the webhook whose address is the credential alert-webhook.',
        }),
        flux: z.boolean().default(false).meta({
          description:
            "As an event of GitRepository flux-system/flux-system, which an Alert of the Sovereign's own Flux forwards.",
        }),
      })
      .optional(),
    'Where verify round sends what it finds.',
  ),
  profile: z
    .enum(['solo', 'ha'])
    .optional()
    .meta({ description: 'Replica profile; default: by the number of control planes.' }),
  blueprints: describe(
    z
      .record(
        z.string(),
        z.strictObject({
          version: describe(z.string().optional(), 'A chart version other than the pinned one.'),
          source: describe(
            z
              .string()
              .regex(/^(oci|https):\/\/[^\s]+$/, 'an oci:// or https:// address without the name of the chart')
              .optional(),
            'Another place for its charts, before charts.mirror: oci://… or https://…, without the name of the chart.',
          ),
          values: describe(z.record(z.string(), z.unknown()).optional(), 'Values merged over those of the Blueprint.'),
          images: describe(
            z.record(z.string(), imageName).optional(),
            'Where to pull its images from instead: name without tag → mirrored name, by digest. Written by blueprint mirror --images --write.',
          ),
        }),
      )
      .default({}),
    'Overrides per Blueprint, by name (bp-harbor …).',
  ),
  acme: describe(
    z
      .strictObject({
        server: httpUrl
          .default('https://acme-v02.api.letsencrypt.org/directory')
          .meta({ description: 'ACME directory.' }),
      })
      .prefault({}),
    'Certificate authority for the public names.',
  ),
  access: describe(
    z
      .strictObject({
        connectTo: z
          .array(connectToSchema)
          .default([])
          .meta({ description: 'Rules in order; the first that matches a host and port determines where to connect.' }),
        resolver: describe(
          hostPort.optional(),
          "Recursive DNS server (address:port) that resolves the names catalyst dials; default: this machine's resolver. With it and a rule for a network in connectTo, no proxy of the environment is used: such a rule needs the address, and a proxy would be given the name.",
        ),
        caBundle: describe(z.string().optional(), 'PEM of certificate authorities trusted beside the public ones.'),
      })
      .prefault({}),
    'How to reach components before their public names work.',
  ),
});

export const sovereignSchema = z.strictObject({
  apiVersion: describe(z.literal(specApiVersion), 'Version of this format.'),
  kind: describe(z.literal('Sovereign'), 'Always Sovereign.'),
  metadata: describe(
    z.strictObject({ name: describe(dnsLabel, 'Short name: a DNS label such as omantel.') }),
    'Identity.',
  ),
  spec: specSchema.meta({ description: 'The desired Sovereign.' }),
});

/** A parsed spec: every default filled in. */
export type Sovereign = z.output<typeof sovereignSchema>;
export type Spec = Sovereign['spec'];
export type ConnectTo = z.output<typeof connectToSchema>;
