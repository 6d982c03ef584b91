/** The shape of templates/blueprints/<bp>/blueprint.yaml. Strict: a mistyped key is an error, not a silent nothing. */
import { z } from 'zod';
import type { WorkloadRef } from '../../kubernetes/rollout.js';
import type { CrdShape } from './blueprint.js';

const chart = z.strictObject({
  source: z.string().regex(/^((https|oci):\/\/\S+|tree)$/),
  name: z.string(),
  version: z.string(),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  kubernetes: z
    .string()
    .regex(/^>=\d+\.\d+\.\d+$/)
    .optional(),
});

/** `Deployment traefik/traefik` */
const workload = z.string().transform((text, context): WorkloadRef => {
  const match = /^(Deployment|StatefulSet|DaemonSet) ([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(text);
  if (match) return { kind: match[1] as WorkloadRef['kind'], namespace: match[2]!, name: match[3]! };
  context.addIssue(`"${text}" is not of the form "Deployment namespace/name"`);
  return z.NEVER;
});

/** `IngressRoute ingressroutes.traefik.io v1alpha1` with `Cluster` behind it when cluster-scoped. */
const crd = z.string().transform((text, context): CrdShape => {
  const match = /^([A-Za-z0-9]+) ([a-z0-9]+\.[a-z0-9.-]+) ([a-z0-9,]+)( Cluster)?$/.exec(text);
  if (match) {
    const scope = match[4] ? ('Cluster' as const) : ('Namespaced' as const);
    return { kind: match[1]!, name: match[2]!, versions: match[3]!.split(','), scope };
  }
  context.addIssue(`"${text}" is not of the form "Kind plural.group version[ Cluster]"`);
  return z.NEVER;
});

const service = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  type: z.enum(['ClusterIP', 'NodePort']).optional(),
  headless: z.boolean().optional(),
  workload: z.string().optional(),
  ports: z.array(
    z.strictObject({
      name: z.string(),
      port: z.number().int(),
      nodePort: z.number().int().optional(),
      protocol: z.enum(['TCP', 'UDP']).optional(),
    }),
  ),
});

const recipe = z.union([
  z.strictObject({ generate: z.enum(['password', 'hex32', 'base64key', 'alnum16']), as: z.string().optional() }),
  z.strictObject({ value: z.string() }),
  z.strictObject({ credential: z.string() }),
  z.strictObject({ text: z.string() }),
  z.strictObject({ htpasswd: z.string(), of: z.string() }),
]);

const secret = z
  .strictObject({
    namespace: z.string(),
    name: z.string(),
    maker: z.string(),
    type: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    /** Key → recipe for our own; a list of names for what others make. */
    keys: z.union([z.array(z.string()), z.record(z.string(), recipe)]),
  })
  .refine((need) => need.maker !== 'catalyst' || !Array.isArray(need.keys), 'each key needs a recipe');

const release = {
  chart,
  releaseName: z.string(),
  namespace: z.string(),
  workloads: z.array(workload).default([]),
  crds: z.array(crd).default([]),
  services: z.array(service).default([]),
  /** What the chart's Pods run at this version and with our values, as helm renders it: `blueprint lint --charts` compares. */
  runsImages: z.array(z.string().regex(/^[a-z0-9][\w./:-]*:[\w.-]+(@sha256:[0-9a-f]{64})?$/)).default([]),
  startsImages: z
    .array(
      z.strictObject({
        image: z.string(),
        registry: z.string().optional(),
        repository: z.string(),
        tag: z.string(),
      }),
    )
    .default([]),
  /** Helm waits for the workloads; off where something outside the release must happen first. */
  wait: z.boolean().default(true),
  timeout: z
    .string()
    .regex(/^\d+m$/)
    .default('15m'),
};

export const metadataSchema = z.strictObject({
  name: z.templateLiteral(['bp-', z.string()]),
  title: z.string(),
  role: z.string(),
  phase: z.number().int().min(1).max(6),
  ticket: z
    .string()
    .regex(/^#\d+$/)
    .optional(),
  dependsOn: z.array(z.string()).default([]),
  ...release,
  /** Installed once per Organization, not by the tree. */
  perOrganization: z.boolean().default(false),
  crdsAtRuntime: z.boolean().default(false),
  needsCrds: z.array(z.string()).default([]),
  namespaceLabels: z.record(z.string(), z.string()).default({}),
  releases: z.array(z.strictObject({ ...release, before: z.boolean().default(true), values: z.string() })).default([]),
  secrets: z.array(secret).default([]),
  configMaps: z.array(z.strictObject({ namespace: z.string(), name: z.string(), maker: z.string() })).default([]),
  hosts: z.array(z.string()).default([]),
  /** Values that the chart hands to the application as they are; their keys are not the chart's. */
  freeForm: z.array(z.string()).default([]),
  proof: z.string(),
  egress: z.array(z.string()).default([]),
});

export type Metadata = z.output<typeof metadataSchema>;
