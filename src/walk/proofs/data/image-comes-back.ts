/** #383: what is pushed to Harbor is pulled back by digest, and its blob lies in the Sovereign's own bucket. */
import type { Mutation } from '../../../engine/mutation.js';
import { secretValues } from '../../../kubernetes/secret-values.js';
import { bucketName } from '../../../sovereign/object-storage.js';
import { readOci, writeOci } from '../../../tools/oci/oci.js';
import { disproved, type ProofOf } from '../proof.js';

const repository = 'library/catalyst-probe';
const target = { system: 'registry' as const, kind: 'image', name: repository };
const pushes: Mutation = { target, sentence: `push the probe image ${repository} to Harbor` };
const removes: Mutation = { target, sentence: `remove the probe image ${repository} from Harbor` };

export const imageComesBack: ProofOf = (world) => ({
  plan: () => [pushes, removes],
  async take({ act, undo }) {
    const { fqdn } = world.sovereign.spec;
    const admin = await secretValues(await world.kube(), 'harbor', 'harbor-admin', ['HARBOR_ADMIN_PASSWORD']);
    const registry = {
      origin: `https://harbor.${fqdn}`,
      username: 'admin',
      password: admin.HARBOR_ADMIN_PASSWORD,
      loginRemedy: 'kubectl -n harbor get secret harbor-admin',
    };
    const image = await act(pushes, ({ http }) => writeOci(http, registry).push(repository, 'probe'));
    try {
      const seen = await readOci(world.http, registry).pull(image);
      if (seen.manifest !== image.digest) throw disproved('#383', `the manifest ${image.digest}`, seen.manifest);
      if (seen.layer !== image.layer) throw disproved('#383', `the layer ${image.layer}`, seen.layer);
      const bucket = bucketName(world.sovereign.spec, 'harbor');
      const hash = image.layer.replace('sha256:', '');
      const blobs = await (await world.objectStore()).list(bucket);
      if (!blobs.some((blob) => blob.key.includes(hash)))
        throw disproved('#383', `the blob ${image.layer} in the bucket ${bucket}`, `${blobs.length} other objects`);
      return {
        summary: `an image came back by digest, its blob lies in ${bucket}`,
        facts: { digest: image.digest, bucket },
      };
    } finally {
      await undo.act(removes, ({ http }) => writeOci(http, registry).remove(image));
    }
  },
});
