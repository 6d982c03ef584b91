/** The programs that are real in a cluster of a lab beside its control plane: Flux, and on the Sovereign Gitea. */
import { join } from 'node:path';
import { createRedactor } from '../../support/redact.js';
import { createExec } from '../../tools/exec.js';
import type { RealParts } from '../controllers/start.js';
import { type FluxOptions, fluxPrograms } from './flux-programs.js';
import { localPath, localPathCleaning } from './local-path.js';
import { realGitea } from './real-gitea.js';
import { realSealedSecrets } from './real-sealed-secrets.js';

/** @param name `mother` or `sovereign` */
export async function realParts(name: string, options: FluxOptions): Promise<RealParts> {
  const { engines, directory, plane } = options;
  const gitea =
    name === 'sovereign'
      ? await realGitea({
          exec: createExec(createRedactor()),
          children: plane.children,
          engines,
          directory: join(directory, 'gitea'),
        })
      : undefined;
  const sealing =
    name === 'sovereign'
      ? await realSealedSecrets({
          exec: createExec(createRedactor()),
          plane,
          engines,
          directory: join(directory, 'sealed-secrets'),
        })
      : undefined;
  return {
    rules: [
      localPath,
      localPathCleaning,
      ...(await fluxPrograms(options)),
      ...(gitea ? [gitea.rule] : []),
      ...(sealing ? [sealing.rule] : []),
    ],
    components: [...(gitea ? [gitea.component] : []), ...(sealing ? [sealing.component] : [])],
    opensSealedSecrets: sealing !== undefined,
  };
}
