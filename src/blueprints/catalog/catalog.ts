/**
 * The 24 Blueprints of WBS §2, in its order, and why others are out of scope (§7). To add one, add its name here and a folder of that
 * name to `templates/blueprints` (copy a small one, such as bp-valkey), its step to `src/walk/wbs.ts`, and its proof to
 * `src/walk/proofs/proof-of-step.ts`; then run `npm run golden`.
 */
import { closest } from 'fastest-levenshtein';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Blueprint, BlueprintName } from './blueprint.js';

export const blueprintNames: readonly BlueprintName[] = [
  'bp-cilium',
  'bp-flux',
  'bp-traefik',
  'bp-cert-manager',
  'bp-cert-manager-powerdns-webhook',
  'bp-sealed-secrets',
  'bp-openbao',
  'bp-external-secrets',
  'bp-cnpg',
  'bp-valkey',
  'bp-nats-jetstream',
  'bp-vcluster',
  'bp-powerdns',
  'bp-gitea',
  'bp-keycloak',
  'bp-spire',
  'bp-crossplane',
  'bp-crossplane-claims',
  'bp-harbor',
  'bp-velero',
  'bp-kyverno',
  'bp-trivy',
  'bp-grafana',
  'bp-catalyst-platform',
];

const reasons: Record<string, string> = {
  'bp-knative': 'bp-knative belongs to the W2.K4 batch (#264), which is post-MVP work (WBS §7).',
  'bp-kserve': 'bp-kserve belongs to the W2.K4 batch (#265), which is post-MVP work (WBS §7).',
  'bp-seaweedfs':
    'SeaweedFS is not in the minimal set: no POSIX-only writer is selected, and S3-aware Blueprints write to Object Storage directly (WBS §3).',
  'bp-guacamole': 'Guacamole is not selected for a minimal Sovereign (WBS §3).',
};

/** The Blueprint of that name. Throws E3201 (refused) with the reason that the WBS gives when it is not one of the 24. */
export function requireBlueprint(blueprints: readonly Blueprint[], asked: string): Blueprint {
  const name = asked.startsWith('bp-') ? asked : `bp-${asked}`;
  const found = blueprints.find((blueprint) => blueprint.name === name);
  if (found) return found;
  const reason =
    reasons[name] ??
    `${name} is out of scope: every Blueprint that is not in the list of 24 (WBS §2) is post-MVP (§7).`;
  throw fail('E3201', reason, {
    actions: [command('blueprint list'), command('blueprint show', closest(name, [...blueprintNames]))],
    data: { blueprint: name },
  });
}

/** Overrides in the spec must name one of the 24. Throws E3201. */
export function checkOverrides(sovereign: Sovereign): void {
  for (const name of Object.keys(sovereign.spec.blueprints)) {
    if (!blueprintNames.includes(name as BlueprintName)) requireBlueprint([], name);
  }
}
