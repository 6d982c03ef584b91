/** The shape of sovereign.yaml. Descriptions feed `catalyst explain` and the published JSON Schema (schema/). */
import { z } from 'zod';
import { specApiVersion } from './api-version.js';
import { describe, dnsLabel, email, fqdn, httpUrl } from './field-types.js';
import { accessSchema, acmeSchema, type connectToSchema } from './sections/access.js';
import { alertsSchema } from './sections/alerts.js';
import { blueprintsSchema, chartsSchema } from './sections/charts.js';
import { hetznerSchema } from './sections/hetzner.js';
import { independenceSchema } from './sections/independence.js';
import { motherSchema } from './sections/mother.js';

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
  hetzner: describe(hetznerSchema, 'The cluster at Hetzner.'),
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
  charts: describe(chartsSchema, 'Where charts come from.'),
  independence: describe(independenceSchema, 'How independent the Sovereign has to be, and what may still be open.'),
  alerts: describe(alertsSchema.optional(), 'Where verify round sends what it finds.'),
  profile: z
    .enum(['solo', 'ha'])
    .optional()
    .meta({ description: 'Replica profile; default: by the number of control planes.' }),
  blueprints: describe(blueprintsSchema, 'Overrides per Blueprint, by name (bp-harbor …).'),
  acme: describe(acmeSchema, 'Certificate authority for the public names.'),
  access: describe(accessSchema, 'How to reach components before their public names work.'),
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
