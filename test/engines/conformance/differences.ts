/** Where an emulated server answers otherwise than the real one, on purpose; each with the reason why that is left so. */
export interface Difference {
  talk: string;
  turn: string;
  reason: string;
}

/** Of the API server. */
export const differences: readonly Difference[] = [
  {
    talk: 'discovery',
    turn: 'explain a field',
    reason:
      'The OpenAPI documents of the lab hold the schemas of added kinds only; those of built-in kinds would be megabytes that kubectl fetches on every apply.',
  },
  {
    talk: 'discovery',
    turn: 'version',
    reason:
      'The lab emulates the k3s that the templates install, which is of the minor version before the one the real server is built from.',
  },
  {
    talk: 'watches',
    turn: 'the same in its newer group',
    reason:
      'The lab keeps the events of the older and the newer group apart; Flux and kubectl write and read the older one.',
  },
];

/** Of Object Storage: the lab emulates Hetzner's, which is Ceph; the real one here is versitygw. */
export const objectStorageDifferences: readonly Difference[] = [
  {
    talk: 'keys',
    turn: 'no such form of signature',
    reason: 'versitygw takes a header of another scheme for none; the lab says that it is malformed.',
  },
  {
    talk: 'lists',
    turn: 'keys encoded',
    reason: 'versitygw does not encode keys though asked to; S3 and Ceph do.',
  },
  {
    talk: 'lists',
    turn: 'many removed quietly',
    reason: 'versitygw names what it removed though asked not to.',
  },
  {
    talk: 'lists',
    turn: 'many removed that is no XML',
    reason: 'S3 documents MalformedXML; versitygw answers InvalidRequest.',
  },
  {
    talk: 'versions',
    turn: 'put while off',
    reason: 'S3 documents the version "null" for a bucket whose versioning was suspended; versitygw names none.',
  },
  {
    talk: 'versions',
    turn: 'put if there is none but a marker',
    reason: 'A removed key is there no more: S3 and Ceph write it. versitygw counts the marker as an object.',
  },
];

/** Of the OCI registry; the real one is go-containerregistry's. */
export const registryDifferences: readonly Omit<Difference, 'talk'>[] = [
  { turn: 'is it one', reason: 'The lab answers an empty object, as distribution and Harbor do; this one nothing.' },
  { turn: 'nothing in it', reason: 'This one says null for no repositories; distribution and Harbor an empty list.' },
  {
    turn: 'manifest of none',
    reason:
      'The protocol leaves it open which of the two is unknown: distribution says the manifest, this one the name.',
  },
  {
    turn: 'a blob of another repository',
    reason: 'The lab mounts it, as distribution and Harbor do; this one begins an upload, which the protocol allows.',
  },
  {
    turn: 'manifest whose layer is not there',
    reason:
      'The lab refuses, as distribution and Harbor do: a push in the wrong order must show. This one does not look.',
  },
  {
    turn: 'manifest under another digest',
    reason: 'The lab refuses, as the protocol demands; this one does not look.',
  },
  {
    turn: 'manifest that is no JSON',
    reason: 'The lab refuses, as distribution and Harbor do; this one does not look.',
  },
  {
    turn: 'what is in it',
    reason: 'Follows from what each of them took: a mounted blob makes a repository, so does a manifest that is none.',
  },
  { turn: 'a way that is none', reason: 'Of the two codes none is in the protocol for a path that it does not know.' },
];

/** Of Gitea. */
export const giteaDifferences: readonly Omit<Difference, 'talk'>[] = [];

/** Of PowerDNS. */
export const powerDnsDifferences: readonly Omit<Difference, 'talk'>[] = [];

/** Of the ingress: the lab emulates Traefik. */
export const ingressDifferences: readonly Omit<Difference, 'talk'>[] = [
  {
    turn: 'tree: no name for the certificate',
    reason:
      "To who names no host a server of Node shows the certificate that it began with, which is Traefik's own; Traefik looks for the store's each time.",
  },
];
