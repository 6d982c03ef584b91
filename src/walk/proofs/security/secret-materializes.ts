/** #331: the store is Ready, and a value written to OpenBao materializes as a Secret through an ExternalSecret. */

import { randomBytes } from 'node:crypto';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { isTrue } from '../cluster/provider-healthy.js';
import { holdsValue } from '../holds-value.js';
import type { ProofOf } from '../proof.js';

const apiVersion = 'external-secrets.io/v1';
const path = 'catalyst-probes/value';

/** Logs in with its own ServiceAccount token (role `catalyst-probe` of the tree) and writes one value. */
const write: ProbeJob = {
  name: 'openbao-write',
  image: probeImages.shell,
  serviceAccountName: 'catalyst-probe',
  env: { BAO_ADDR: 'http://openbao.openbao.svc.cluster.local:8200', PATH_: path },
  secretEnv: { VALUE: { secret: 'catalyst-probe-value', key: 'value' } },
  script: `set -e
jwt=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)
token=$(curl -fsS "$BAO_ADDR/v1/auth/kubernetes/login" -d "{\\"role\\":\\"catalyst-probe\\",\\"jwt\\":\\"$jwt\\"}" | sed -n 's/.*"client_token":"\\([^"]*\\)".*/\\1/p')
curl -fsS -H "X-Vault-Token: $token" "$BAO_ADDR/v1/secret/data/$PATH_" -d "{\\"data\\":{\\"value\\":\\"$VALUE\\"}}" > /dev/null
printf '{"written":"%s"}' "$PATH_" > /dev/termination-log`,
};

const valueSecret = (value: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'catalyst-probe-value', namespace: probeNamespace },
  stringData: { value },
});

const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'catalyst-probe', namespace: probeNamespace },
};

const externalSecret: KubeObject = {
  apiVersion,
  kind: 'ExternalSecret',
  metadata: { name: 'probe-external', namespace: probeNamespace },
  spec: {
    refreshInterval: '10s',
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'openbao' },
    target: { name: 'probe-external' },
    data: [{ secretKey: 'value', remoteRef: { key: path, property: 'value' } }],
  },
};

export const secretMaterializes: ProofOf = (world) => {
  const around = (value: string) => [probeNamespaceObject(), account, valueSecret(value)];
  return {
    plan: () => {
      const outer = probeMutations(around(''));
      return [
        ...outer.slice(0, 3),
        ...probeJobMutations(write),
        ...probeMutations([externalSecret]),
        ...outer.slice(3),
      ];
    },
    async take(context) {
      const kube = await world.kube();
      await kube.waitFor<true>(
        { apiVersion, kind: 'ClusterSecretStore', name: 'openbao' },
        {
          reason: 'ClusterSecretStore openbao Ready',
          timeoutMs: 180_000,
          look: (store) =>
            isTrue(store, 'Ready')
              ? { done: true }
              : { pending: store ? 'the store is not Ready yet' : 'no ClusterSecretStore openbao yet' },
        },
      );
      const value = randomBytes(12).toString('hex');
      world.redactor.register(value);
      await withProbes(kube, context, around(value), async () => {
        await runProbe(kube, context, write);
        await withProbes(kube, context, [externalSecret], () => materialized(value));
      });
      return { summary: 'a value written to OpenBao materialized as a Secret', facts: { store: 'openbao', path } };
    },
  };

  async function materialized(value: string): Promise<true> {
    const kube = await world.kube();
    return kube.waitFor<true>(
      { ...refOfObject(externalSecret), apiVersion: 'v1', kind: 'Secret' },
      {
        reason: 'the Secret of ExternalSecret catalyst-probes/probe-external',
        timeoutMs: 180_000,
        look: (secret) => holdsValue(secret, value),
      },
    );
  }
};
