/** `--lab NAME`: starts the lab when it is not up and the command acts, and reports where it is. The lab is a package of its own, loaded here and by oclif. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../../support/package-root.js';
import type { Redactor } from '../../../support/redact/redact.js';

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

export interface LabOptions {
  engine?: string;
  /** Kubeconfig files of what a lab of the engine `kubeconfig` is made of. */
  clusters?: { mother?: string; sovereign?: string };
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  /** Whether this command starts one that is not up. */
  start: boolean;
  redactor: Redactor;
  note: (text: string) => void;
}

/** What the package of the lab provides. */
interface LabPackage {
  ensureLab(options: LabOptions & { name: string }): Promise<Omit<LabAccess, 'name'>>;
}

const loadLab = () => createRequire(join(packageRoot, 'package.json'))('catalyst-lab') as LabPackage;

export async function useLab(name: string, options: LabOptions): Promise<LabAccess> {
  const lab = await loadLab().ensureLab({ name, ...options });
  for (const secret of Object.values(lab.credentials)) options.redactor.register(secret);
  return { name, id: lab.id, spec: lab.spec, kubeconfigs: lab.kubeconfigs, credentials: lab.credentials };
}
