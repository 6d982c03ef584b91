/** The spec that this invocation works on: the one that was just written, or the one that flags, lab or folder lead to. */
import type { LoadedSpec } from '../../../sovereign/spec/load-spec.js';
import { overlayEnvironment } from '../../../sovereign/spec/overlays/overlay-environment.js';
import { overlayLab } from '../../../sovereign/spec/overlays/overlay-lab.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { once } from '../../command/once.js';
import type { Opening } from '../opening.js';

export interface ChosenSpec {
  /** As it is in its file. */
  written(): Promise<LoadedSpec>;
  /** With the endpoints that the environment names. */
  spec(): Promise<LoadedSpec>;
  fqdn(): Promise<string>;
  /** Of the newest spec that was asked for. */
  knownFqdn(): string | undefined;
  use(loaded: LoadedSpec): void;
  /** A spec that is still being answered, with the endpoints of the lab or the environment. */
  drafted(sovereign: Sovereign): Promise<Sovereign>;
}

export function createChosenSpec({ flags, request: { env }, lab, output }: Opening): ChosenSpec {
  let chosen: LoadedSpec | undefined;
  let known: string | undefined;
  const findOwn = once(async () => {
    const { findSpec } = await import('./find-spec.js');
    const loaded = findSpec(flags, env, (await lab())?.spec);
    for (const warning of loaded.warnings ?? []) output.warn(warning);
    return loaded;
  });
  const written = async () => chosen ?? (await findOwn());
  // A lab has endpoints of its own.
  const reached = (sovereign: Sovereign) => (flags.lab === undefined ? overlayEnvironment(sovereign, env) : sovereign);
  const spec = async () => {
    const loaded = await written();
    known = loaded.sovereign.spec.fqdn;
    return { ...loaded, sovereign: reached(loaded.sovereign) };
  };
  return {
    written,
    spec,
    fqdn: async () => (await spec()).sovereign.spec.fqdn,
    knownFqdn: () => known,
    use(loaded) {
      chosen = loaded;
    },
    async drafted(sovereign) {
      const labSpec = (await lab())?.spec;
      if (labSpec === undefined) return reached(sovereign);
      const { loadSpec } = await import('../../../sovereign/spec/load-spec.js');
      return overlayLab(sovereign, loadSpec(labSpec).sovereign);
    },
  };
}
