/** The vendors' endpoint variables win over the spec, for calls and for the tree alike: what was checked is what is deployed. Pure. */
import type { Sovereign } from '../schema.js';

export function overlayEnvironment(own: Sovereign, env: Readonly<Record<string, string | undefined>>): Sovereign {
  const hetzner = env['HCLOUD_ENDPOINT']?.trim();
  const s3 = env['AWS_ENDPOINT_URL_S3']?.trim();
  if (!hetzner && !s3) return own;
  const { spec } = own;
  return {
    ...own,
    spec: {
      ...spec,
      hetzner: { ...spec.hetzner, ...(hetzner ? { endpoint: hetzner } : {}) },
      objectStorage: { ...spec.objectStorage, ...(s3 ? { endpoint: s3 } : {}) },
    },
  };
}
