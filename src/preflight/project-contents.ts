/** Who else is in the Hetzner project and in its Object Storage: catalyst leaves them alone, and they use up the same limits. */
import type { HetznerApi } from '../hetzner/api/api.js';
import { isExactName, sovereignLabel } from '../hetzner/names.js';
import { bucketConsumers, bucketName } from '../sovereign/object-storage.js';
import type { Spec } from '../sovereign/spec/schema.js';
import { fail } from '../support/errors/errors.js';
import type { ObjectStore } from '../tools/s3/s3.js';
import type { Check } from './check.js';

/** docs.hetzner.com, Object Storage, limits: buckets of a customer altogether. */
const mostBuckets = 100;
const shown = 5;

export function projectContents(options: {
  spec: Spec;
  hetzner: () => Promise<Pick<HetznerApi, 'list'>>;
  objectStore: () => Promise<Pick<ObjectStore, 'listBuckets'>>;
}): Check[] {
  const { spec, hetzner, objectStore } = options;
  return [
    {
      id: 'other-servers',
      title: 'the Hetzner project contains only this Sovereign',
      async look() {
        const servers = await (await hetzner()).list('server');
        const others = servers.filter(
          ({ name, labels }) => labels?.[sovereignLabel] !== spec.fqdn && !isExactName(spec.fqdn, 'server', name),
        );
        if (others.length === 0) return `${servers.length} servers, all of ${spec.fqdn}`;
        return {
          warn: `${others.length} of ${servers.length} servers belong to others and are left alone: ${namesOf(others)}. They count toward the limits of the project.`,
          remedy: ['if in doubt, use a separate project: Hetzner Console, New project, and a token made there'],
        };
      },
    },
    {
      id: 'bucket-count',
      title: 'there is room for the buckets',
      async look() {
        const present = await (await objectStore()).listBuckets();
        const missing = bucketConsumers
          .map((consumer) => bucketName(spec, consumer))
          .filter((name) => !present.includes(name));
        const told = `${present.length} buckets seen with these keys, ${missing.length} more are needed, ${mostBuckets} are allowed`;
        if (present.length + missing.length <= mostBuckets) return told;
        throw fail('E2002', `${told}.`, {
          actions: [
            'delete buckets that nobody needs: Hetzner Console, Object Storage',
            'or ask Hetzner to raise the limit',
          ],
        });
      },
    },
  ];
}

function namesOf(servers: readonly { name: string }[]): string {
  const names = servers.map(({ name }) => name).sort();
  return names.length > shown
    ? `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
    : names.join(', ');
}
