/** `--lab NAME`: starts the lab when it is not up and says where it is. The lab is loaded here and nowhere else. */
import type { Redactor } from '../../support/redact/redact.js';

export interface LabAccess {
  name: string;
  /** Its identity, as in everything it serves. */
  id: string;
  /** Path of the lab's sovereign.yaml. */
  spec: string;
  kubeconfigs: { mother?: string; sovereign?: string };
  /** By credential name: hcloud-token, s3-access-key, s3-secret-key … */
  credentials: Readonly<Record<string, string>>;
}

export async function useLab(
  name: string,
  options: {
    engine?: string;
    /** Kubeconfig files of what a lab of the engine `kubeconfig` is made of. */
    clusters?: { mother?: string; sovereign?: string };
    env: Readonly<Record<string, string | undefined>>;
    signal: AbortSignal;
    redactor: Redactor;
    note: (text: string) => void;
  },
): Promise<LabAccess> {
  const { ensureLab } = await import('../../../lab/src/ensure.js');
  const lab = await ensureLab({ name, ...options });
  for (const secret of Object.values(lab.credentials)) options.redactor.register(secret);
  return { name, id: lab.id, spec: lab.spec, kubeconfigs: lab.kubeconfigs, credentials: lab.credentials };
}
