/** The programs that are real in a cluster of a lab beside its control plane: Flux, scripts of Jobs, and on the Sovereign Gitea and more. */
import { join } from 'node:path';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import type { Component } from '../components/component.js';
import type { Rule } from '../controllers/reconciler.js';
import type { RealParts } from '../controllers/start.js';
import type { Engines } from './build/cache.js';
import { type FluxOptions, fluxPrograms } from './build/flux-programs.js';
import { localPath, localPathCleaning } from './pods/local-path.js';
import { canMount } from './pods/pod-root.js';
import { hasTools, podScripts } from './pods/pod-scripts.js';
import { realCertManager } from './programs/real-cert-manager.js';
import { realCrossplane } from './programs/real-crossplane.js';
import { realExternalSecrets } from './programs/real-external-secrets.js';
import { realFunction } from './programs/real-function.js';
import { realGitea } from './programs/real-gitea.js';
import { hasPowerDns, realPowerDns } from './programs/real-powerdns.js';
import { realSealedSecrets } from './programs/real-sealed-secrets.js';
import { realTraefik } from './programs/real-traefik.js';

/** A program that is real in a cluster. */
export interface RealPart {
  rule: Rule;
  /** What it answers behind its Services. */
  component?: Component;
  /** See `RealParts`. */
  lead?: RealParts['lead'];
}

/** Whether certificates come from an ACME authority, by the real cert-manager. */
export const hasCertificates = (engines: Engines): boolean => engines.has('cert-manager') && engines.has('pebble');

/** Whether claims are composed by the real Crossplane: it calls a function, which is a program of its own. */
export const hasClaims = (engines: Engines): boolean =>
  engines.has('crossplane') && engines.has('function-patch-and-transform');

export interface RealPartsOptions extends FluxOptions {
  /** Whether the API server has a way to Services, for webhooks and aggregated APIs. */
  reachesServices: boolean;
}

/** @param name `mother` or `sovereign` */
export async function realParts(name: string, options: RealPartsOptions): Promise<RealParts> {
  const { engines, directory, plane } = options;
  const exec = createExec(createRedactor());
  const isSovereign = name === 'sovereign';
  const apart = await canMount(exec);
  const gitea = isSovereign
    ? await realGitea({ exec, children: plane.children, engines, directory: join(directory, 'gitea') })
    : undefined;
  const sealing =
    isSovereign && apart && engines.has('sealed-secrets')
      ? await realSealedSecrets({ plane, engines, directory: join(directory, 'sealed-secrets') })
      : undefined;
  const external = isSovereign && engines.has('external-secrets') ? await realExternalSecrets(options) : undefined;
  const traefik = isSovereign && engines.has('traefik') ? await realTraefik(options) : undefined;
  const crossplane =
    isSovereign && hasClaims(engines)
      ? [...(await realCrossplane({ ...options, exec })), await realFunction(options)]
      : undefined;
  const scripts = apart && hasTools() ? podScripts(options) : undefined;
  // its zone is written by a script, which asks its API
  const powerDns =
    isSovereign && scripts && hasPowerDns()
      ? await realPowerDns({ children: plane.children, directory: join(directory, 'powerdns') })
      : undefined;
  const issues = isSovereign && options.reachesServices && hasCertificates(engines);
  const certificates = issues ? await realCertManager(options) : undefined;
  const parts: RealPart[] = [gitea, sealing, powerDns, external, traefik, certificates, crossplane].flatMap(
    (part) => part ?? [],
  );
  return {
    rules: [
      ...[localPath, localPathCleaning],
      ...(await fluxPrograms(options)),
      ...parts.map(({ rule }) => rule),
      ...(scripts ? [scripts.rule] : []),
    ],
    components: parts.flatMap(({ component }) => component ?? []),
    operators: {
      sealedSecrets: sealing !== undefined,
      externalSecrets: external !== undefined,
      certManager: issues,
      crossplane: crossplane !== undefined,
    },
    ingress: traefik?.ingress,
    lead: (...of) => parts.map(({ lead }) => lead?.(...of)).find((port) => port !== undefined),
    script: (pod, lab) => scripts?.run(pod, lab),
  };
}
