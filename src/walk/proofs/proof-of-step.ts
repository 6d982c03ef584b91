/**
 * Which proof proves which step that installs a Blueprint. The key is the step's id: its ticket, or the Blueprint where the WBS has no
 * ticket for it. To add a proof, write a file beside these that exports a `ProofOf` (`proof.ts`), and add its line here.
 */
import { claimAdmitted } from './cluster/claim-admitted.js';
import { helmControllerMay } from './cluster/helm-controller-may.js';
import { nodesReady } from './cluster/nodes-ready.js';
import { organizationRenders } from './cluster/organization-renders.js';
import { providerHealthy } from './cluster/provider-healthy.js';
import { backupRestores } from './data/backup-restores.js';
import { cacheAnswers } from './data/cache-answers.js';
import { commitComesBack } from './data/commit-comes-back.js';
import { imageComesBack } from './data/image-comes-back.js';
import { messageSurvives } from './data/message-survives.js';
import { postgresRestores } from './data/postgres-restores.js';
import { telemetryFound } from './data/telemetry-found.js';
import { certificateWebhookAdmits } from './network/certificate-webhook-admits.js';
import { consoleAnswers } from './network/console-answers.js';
import { ingressAnswers } from './network/ingress-answers.js';
import { wildcardVerifies } from './network/wildcard-verifies.js';
import { zoneAnswers } from './network/zone-answers.js';
import type { ProofOf } from './proof.js';
import { imageScanned } from './security/image-scanned.js';
import { policyRefuses } from './security/policy-refuses.js';
import { sealedProbeUnseals } from './security/sealed-probe-unseals.js';
import { secretMaterializes } from './security/secret-materializes.js';
import { tokenIssued } from './security/token-issued.js';
import { unsealsAlone } from './security/unseals-alone.js';
import { workloadHasIdentity } from './security/workload-has-identity.js';

export const proofOfStep: Readonly<Record<string, ProofOf>> = {
  'bp-cilium': nodesReady,
  '#338': helmControllerMay,
  '#372': ingressAnswers,
  'bp-cert-manager': certificateWebhookAdmits,
  'bp-sealed-secrets': sealedProbeUnseals,
  'bp-cnpg': postgresRestores,
  'bp-valkey': cacheAnswers,
  'bp-vcluster': organizationRenders,
  'bp-powerdns': zoneAnswers,
  '#373': wildcardVerifies,
  '#375': messageSurvives,
  '#376': commitComesBack,
  '#377': tokenIssued,
  '#316': unsealsAlone,
  '#331': secretMaterializes,
  '#378': providerHealthy,
  '#327': claimAdmitted,
  '#383': imageComesBack,
  '#384': backupRestores,
  '#379': policyRefuses,
  '#380': imageScanned,
  '#381': telemetryFound,
  '#382': workloadHasIdentity,
  '#385': consoleAnswers,
};
