import { joinAccepted } from '../independence.js';
import type { Sovereign } from '../schema.js';

/**
 * The spec with every endpoint of the lab's: what a person's own spec says about the Sovereign stays, and nothing but the
 * lab can be reached with it.
 */
export function overlayLab(own: Sovereign, lab: Sovereign): Sovereign {
  return {
    ...own,
    spec: {
      ...own.spec,
      // A lab is reached from this machine, whatever address it has in the real world.
      hetzner: { ...own.spec.hetzner, endpoint: lab.spec.hetzner.endpoint, sshFrom: lab.spec.hetzner.sshFrom },
      objectStorage: { ...own.spec.objectStorage, endpoint: lab.spec.objectStorage.endpoint },
      mother: {
        ...lab.spec.mother,
        protected: {
          namespaces: [...lab.spec.mother.protected.namespaces, ...own.spec.mother.protected.namespaces],
          pages: lab.spec.mother.protected.pages,
        },
      },
      parentZone: lab.spec.parentZone,
      charts: lab.spec.charts,
      independence: {
        ...own.spec.independence,
        accepted: joinAccepted(own.spec.independence.accepted, lab.spec.independence.accepted),
      },
      acme: lab.spec.acme,
      access: lab.spec.access,
    },
  };
}
