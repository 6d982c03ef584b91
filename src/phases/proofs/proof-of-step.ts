/** Which proof proves which step that installs a Blueprint. */
import { backupRestores } from './backup-restores.js';
import { cacheAnswers } from './cache-answers.js';
import { certificateWebhookAdmits } from './certificate-webhook-admits.js';
import { claimAdmitted } from './claim-admitted.js';
import { commitComesBack } from './commit-comes-back.js';
import { consoleAnswers } from './console-answers.js';
import { helmControllerMay } from './helm-controller-may.js';
import { imageComesBack } from './image-comes-back.js';
import { imageScanned } from './image-scanned.js';
import { ingressAnswers } from './ingress-answers.js';
import { messageSurvives } from './message-survives.js';
import { nodesReady } from './nodes-ready.js';
import { organizationRenders } from './organization-renders.js';
import { policyRefuses } from './policy-refuses.js';
import { postgresHealthy } from './postgres-healthy.js';
import type { ProofOf } from './proof.js';
import { providerHealthy } from './provider-healthy.js';
import { sealedProbeUnseals } from './sealed-probe-unseals.js';
import { secretMaterialises } from './secret-materialises.js';
import { telemetryFound } from './telemetry-found.js';
import { tokenIssued } from './token-issued.js';
import { unsealsAlone } from './unseals-alone.js';
import { wildcardVerifies } from './wildcard-verifies.js';
import { workloadHasIdentity } from './workload-has-identity.js';
import { zoneAnswers } from './zone-answers.js';

export const proofOfStep: Readonly<Record<string, ProofOf>> = {
  'bp-cilium': nodesReady,
  '#338': helmControllerMay,
  '#372': ingressAnswers,
  'bp-cert-manager': certificateWebhookAdmits,
  'bp-sealed-secrets': sealedProbeUnseals,
  'bp-cnpg': postgresHealthy,
  'bp-valkey': cacheAnswers,
  'bp-vcluster': organizationRenders,
  'bp-powerdns': zoneAnswers,
  '#373': wildcardVerifies,
  '#375': messageSurvives,
  '#376': commitComesBack,
  '#377': tokenIssued,
  '#316': unsealsAlone,
  '#331': secretMaterialises,
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
