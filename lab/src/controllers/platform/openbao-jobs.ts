/** Jobs of the tree that speak to OpenBao: policies and roles from Git, and the sealing keys of Sealed Secrets. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { OpenBao } from '../../components/openbao.js';
import type { Program, ProgramCall } from '../workloads/programs/programs.js';

const SEALING_KEY = 'sealedsecrets.bitnami.com/sealed-secrets-key';

export function openBaoJobs(openbao: OpenBao): Record<string, Program> {
  return {
    'openbao-policies': async (call) => {
      const { lab, pod } = call;
      const namespace = `${pod.metadata.namespace}`;
      openbao.admit(lab, { role: 'catalyst-admin', ...accountOf(pod) });
      const files = lab.store.get('v1/ConfigMap', namespace, 'openbao-policies')?.data ?? {};
      for (const [file, text] of Object.entries(files as Record<string, string>)) {
        const [, kind, name = ''] = /^(policy|role)\.(.+)\.(hcl|json)$/.exec(file) ?? [];
        if (kind === 'policy') openbao.learnPolicy(name, text);
        if (kind === 'role') openbao.learnRole(name, JSON.parse(text));
      }
      await lab.kube.patch(mapRef(namespace, 'openbao-initialization'), { data: { state: 'done', repair: null } });
      return { files: Object.keys(files) };
    },
    'sealing-keys': async (call) => {
      const { lab, pod } = call;
      const kept: Record<string, string> = {};
      for (const key of sealingKeys(call)) {
        const { name, creationTimestamp = '' } = key.metadata;
        const path = `catalyst/sealing-keys/${name}`;
        openbao.authorize(lab, { role: 'sealing-keys', path, capability: 'create', ...accountOf(pod) });
        await openbao.write(lab, path, key.data);
        kept[name] = creationTimestamp;
      }
      await lab.kube.patch(mapRef(`${pod.metadata.namespace}`, 'sealing-keys'), { data: kept });
      return { kept: Object.keys(kept) };
    },
  };
}

const accountOf = ({ spec, metadata }: KubeObject) => ({
  account: String(spec.serviceAccountName),
  namespace: `${metadata.namespace}`,
});

const mapRef = (namespace: string, name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });

const sealingKeys = ({ lab }: ProgramCall): KubeObject[] =>
  lab.store.list('v1/Secret', 'kube-system').filter(({ metadata }) => metadata.labels?.[SEALING_KEY]);
