/** A complete spec as a person would write it. */
export const specText = `apiVersion: cli.catalyst.openova.io/v1alpha1
kind: Sovereign
metadata:
  name: omantel
spec:
  fqdn: omantel.omani.works
  pool:
    domain: omani.works
    subdomain: omantel
  organization:
    name: Omantel
    email: ops@omantel.om
  hetzner:
    location: fsn1
    controlPlane:
      type: cx43 # smallest that fits
  objectStorage:
    location: fsn1
    bucketPrefix: catalyst-omantel
`;
