/** The mother cluster in sovereign.yaml: its names, catalyst-api, DNS, and what is protected beside the built-in set. */
import { z } from 'zod';
import { describe, httpUrl, secretName, serviceName } from '../field-types.js';
import { motherHosts } from '../mother-hosts.js';

const access = z.enum(['auto', 'endpoint', 'serviceProxy']).default('auto');
const accessMeaning =
  "How it is reached: endpoint, serviceProxy (through the mother's API server, past any login), or auto: the endpoint first, then the other.";

export const motherSchema = z
  .strictObject({
    name: z.string().default('contabo').meta({ description: 'Name of the mother cluster.' }),
    kubeconfig: describe(
      z.string().min(1).optional(),
      'Path of the kubeconfig of the mother on this machine; default: KUBECONFIG or ~/.kube/config. --mother-kubeconfig wins.',
    ),
    context: describe(z.string().optional(), 'kubeconfig context of the mother.'),
    hosts: z.array(z.string()).default(motherHosts).meta({
      description:
        'Host names of anything on the mother; the umbilical scan searches for them, and for every other name below the domain of the console.',
    }),
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
          basicAuthSecret: describe(
            secretName.optional(),
            'namespace/name of a Secret on the mother with username and password, if a proxy in front of the API requires a login.',
          ),
          access: access.meta({ description: accessMeaning }),
          service: serviceName.default('openova-system/powerdns:8081').meta({
            description: 'Its Service on the mother, namespace/name:port, for access through the API server.',
          }),
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
          basicAuthSecret: describe(
            secretName.optional(),
            'namespace/name of a Secret on the mother with username and password, if a proxy in front of it requires a login.',
          ),
          access: access.meta({ description: accessMeaning }),
          service: serviceName.default('openova-system/pool-domain-manager:8080').meta({
            description: 'Its Service on the mother, namespace/name:port, for access through the API server.',
          }),
        })
        .prefault({}),
      'The pool-domain-manager on the mother.',
    ),
  })
  .prefault({});
