/** The mother cluster in sovereign.yaml: its names, catalyst-api, DNS, and what is protected beside the built-in set. */
import { z } from 'zod';
import { describe, httpUrl } from './field-types.js';

export const motherSchema = z
  .strictObject({
    name: z.string().default('contabo').meta({ description: 'Name of the mother cluster.' }),
    context: describe(z.string().optional(), 'kubeconfig context of the mother.'),
    hosts: z
      .array(z.string())
      .default([
        'console.openova.io',
        'marketplace.openova.io',
        'admin.openova.io',
        'pdns.openova.io',
        'pool.openova.io',
        'harbor.openova.io',
        'ns1.openova.io',
        'ns2.openova.io',
        'ns3.openova.io',
      ])
      .meta({ description: 'Host names of anything on the mother; the umbilical scan searches for them.' }),
    addresses: z
      .array(z.string())
      .default([])
      .meta({ description: 'Public addresses of the mother, beside those its names resolve to.' }),
    catalyst: describe(
      z
        .strictObject({
          namespace: z.string().default('catalyst').meta({ description: 'Namespace of catalyst-api.' }),
          deployment: z.string().default('catalyst-api').meta({ description: 'Its Deployment.' }),
          claim: z
            .string()
            .default('catalyst-api-deployments')
            .meta({ description: 'PersistentVolumeClaim that holds the deployment records.' }),
          kustomization: describe(
            z.string().optional(),
            'Flux Kustomization (namespace/name) that owns it; discovered when left out.',
          ),
          consoleUrl: httpUrl
            .default('https://console.openova.io')
            .meta({ description: 'Public console; /sovereign below it.' }),
        })
        .prefault({}),
      'catalyst-api on the mother.',
    ),
    protected: describe(
      z
        .strictObject({
          namespaces: z
            .array(z.string())
            .default([])
            .meta({ description: 'Namespaces added to the built-in protected set.' }),
          pages: z.array(httpUrl).default([]).meta({ description: 'Pages added to those that must keep responding.' }),
        })
        .prefault({}),
      'Additions to the protected set; it can grow, never shrink.',
    ),
    powerdns: describe(
      z
        .strictObject({
          endpoint: httpUrl.default('https://pdns.openova.io').meta({ description: 'PowerDNS API of the mother.' }),
          nameservers: z
            .array(z.string())
            .default(['ns1.openova.io', 'ns2.openova.io', 'ns3.openova.io'])
            .meta({ description: 'Authoritative servers of the parent zone.' }),
          secret: z
            .string()
            .default('openova-system/powerdns-api-credentials')
            .meta({ description: 'namespace/name of the Secret with key api-key.' }),
        })
        .prefault({}),
      'PowerDNS on the mother.',
    ),
    poolDomainManager: describe(
      z
        .strictObject({
          endpoint: httpUrl
            .default('https://pool.openova.io')
            .meta({ description: 'Address of the pool-domain-manager.' }),
        })
        .prefault({}),
      'The pool-domain-manager on the mother.',
    ),
  })
  .prefault({});
