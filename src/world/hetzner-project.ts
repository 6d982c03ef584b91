/** Before the first Hetzner write of a command: the token is for the project that the journal is bound to. */
import type { Journal } from '../engine/journal.js';
import type { Mutation } from '../engine/mutation.js';
import type { HetznerApi } from '../hetzner/api/api.js';
import { findMarkers } from '../hetzner/marker.js';
import { clusterNames } from '../hetzner/names.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import { bindingOf, type HetznerProject, isOfMarker } from './journal/journal-binding.js';

export interface ProjectCheck {
  /** @throws E4034 when the project of the token is not the one of before */
  require(): Promise<void>;
  /** For the gate, before each change: asks Hetzner once per token. @throws E4034 */
  before(mutation: Pick<Mutation, 'target'>): Promise<void>;
  /** For the gate, after each change: binds the journal to a marker that was just made. */
  after(mutation: Pick<Mutation, 'target'>): Promise<void>;
}

export interface ProjectSources {
  hetzner: () => Promise<HetznerApi>;
  fqdn: string;
  /** Undefined as long as nothing is to be written. */
  journal: () => Journal | undefined;
  warn: (text: string) => void;
}

export function checkProject(sources: ProjectSources): ProjectCheck {
  const { hetzner, fqdn, journal, warn } = sources;
  let looked: { api: HetznerApi; result: Promise<void> } | undefined;

  const look = async (api: HetznerApi): Promise<void> => {
    const open = journal();
    if (!open) return;
    const bound = bindingOf(open.entries)?.hetznerProject;
    const markers = (await findMarkers(api, fqdn)).map(({ id }) => id);
    const [marker] = markers;
    if (markers.length > 1) throw ambiguous(fqdn, markers);
    if (marker === undefined || (bound && bound.marker !== marker)) {
      // Deleted by hand: the very token that saw it is for the same project for good, and the cluster step makes another.
      if (bound && !(marker === undefined && bound.token === api.tokenFingerprint)) throw foreign(fqdn, bound, marker);
      return;
    }
    const token = api.tokenFingerprint;
    if (bound?.token === token) return;
    if (!bound && !open.entries.some(({ kind, target }) => kind === 'begin' && isOfMarker(target, fqdn)))
      warn(
        `Assuming that the Hetzner project is that of ${fqdn}: its marker (${marker}) exists, and the journal recorded none.`,
      );
    open.append({ kind: 'bound', inputs: { hetznerProject: { marker, token } } });
  };

  const require = async (): Promise<void> => {
    if (!journal()) return;
    const api = await hetzner();
    if (looked?.api !== api) {
      const mine = { api, result: look(api) };
      looked = mine;
      mine.result.catch(() => {
        if (looked === mine) looked = undefined;
      });
    }
    await looked.result;
  };

  return {
    require,
    async before({ target }) {
      if (target.system === 'hetzner') await require();
    },
    async after({ target }) {
      const open = journal();
      if (!open || !isOfMarker(target, fqdn)) return;
      looked = undefined;
      const sentence = open.entries.findLast((entry) => isOfMarker(entry.target, fqdn))?.inputs?.sentence;
      if (!String(sentence).startsWith('create ')) return;
      await require();
      // A listing may show it a moment later: then the next write looks again.
      if (!bindingOf(open.entries)?.hetznerProject) looked = undefined;
    },
  };
}

function foreign(fqdn: string, bound: HetznerProject, found: number | undefined) {
  const there = found === undefined ? 'no marker of this Sovereign' : `another marker of this Sovereign (${found})`;
  return fail(
    'E4034',
    `The Hetzner token is for another project than that of ${fqdn}: the journal is bound to the marker ${clusterNames(fqdn).marker} (${bound.marker}), and the project has ${there}. Nothing was changed.`,
    {
      actions: [
        command('credentials set', 'hcloud-token'),
        'or, if somebody deleted that placement group by hand: run once more with the token that was used before',
      ],
      data: { bound: bound.marker, found },
    },
  );
}

function ambiguous(fqdn: string, markers: number[]) {
  return fail(
    'E4034',
    `The project has ${markers.length} placement groups with the labels of the marker of ${fqdn}: ${markers.join(', ')}. Nothing was changed.`,
    { actions: ['delete in the Hetzner Console those that catalyst did not make'], data: { found: markers } },
  );
}
