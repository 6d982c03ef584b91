/** D3: every source of every kind, by its whole host. */
import { fail, worldsOn } from '../rigged-world.js';
import { onSources } from '../stages/flux-sources.js';

const own = 'GitRepository flux-system/flux-system';

export const worlds = worldsOn(onSources, [
  {
    ...{ id: 'git-host-suffix', item: 'D3', gap: 'a host that begins like the own one' },
    rigged: 'a GitRepository at gitea.<fqdn>.evil.example',
    expected: fail(/reads https:\/\/gitea\.omantel\.omani\.works\.evil\.example/),
    rig: ({ source }) => source('GitRepository', { url: 'https://gitea.omantel.omani.works.evil.example/a/b.git' }),
  },
  {
    ...{ id: 'git-host-path', item: 'D3', gap: 'the own host in the path' },
    rigged: 'a GitRepository whose path contains gitea.<fqdn>',
    expected: fail(/reads https:\/\/github\.com\/gitea/),
    rig: ({ source }) => source('GitRepository', { url: 'https://github.com/gitea.omantel.omani.works/b.git' }),
  },
  {
    ...{ id: 'git-host-userinfo', item: 'D3', gap: 'the own host as a user name' },
    rigged: 'a GitRepository with gitea.<fqdn> in front of an @',
    expected: fail(/@evil\.example/),
    rig: ({ source }) => source('GitRepository', { url: 'https://gitea.omantel.omani.works@evil.example/b.git' }),
  },
  {
    ...{ id: 'git-other-namespace', item: 'D3', gap: 'a source outside of flux-system' },
    rigged: 'a GitRepository at the mother’s Git in namespace tools',
    expected: fail(/GitRepository tools\/mother reads/),
    rig: ({ source }) =>
      source('GitRepository', { url: 'https://git.openova.io/a/b.git' }, { namespace: 'tools', name: 'mother' }),
  },
  {
    ...{ id: 'source-oci', item: 'D3', gap: 'an OCIRepository' },
    rigged: 'an OCIRepository at ghcr.io that the tree does not have',
    expected: fail(/OCIRepository flux-system\/other reads oci:\/\/ghcr\.io/),
    rig: ({ source }) => source('OCIRepository', { url: 'oci://ghcr.io/openova-io/manifests' }),
  },
  {
    ...{ id: 'source-bucket', item: 'D3', gap: 'a Bucket' },
    rigged: 'a Bucket at somebody else’s Object Storage',
    expected: fail(/Bucket flux-system\/other reads s3\.openova\.io/),
    rig: ({ source }) => source('Bucket', { endpoint: 's3.openova.io', bucketName: 'clusters' }),
  },
  {
    ...{ id: 'source-of-tree-changed', item: 'D3', gap: 'a source of the tree that leads elsewhere' },
    rigged: 'the HelmRepository of Valkey leads to the mother’s registry',
    expected: fail(/HelmRepository flux-system\/bp-valkey reads oci:\/\/harbor\.openova\.io/),
    rig: ({ at }) =>
      Object.assign(at('HelmRepository flux-system/bp-valkey').spec, { url: 'oci://harbor.openova.io/charts' }),
  },
  {
    ...{ id: 'git-suspended', item: 'D3', gap: 'suspended' },
    rigged: 'the Sovereign’s own GitRepository is suspended',
    expected: fail(/flux-system\/flux-system is suspended/),
    rig: ({ at }) => Object.assign(at(own).spec, { suspend: true }),
  },
  {
    ...{ id: 'source-suspended', item: 'D3', gap: 'a source of charts that is suspended' },
    rigged: 'the HelmRepository of Valkey is suspended: its charts are those of that day',
    expected: fail(/HelmRepository flux-system\/bp-valkey is suspended/),
    rig: ({ at }) => Object.assign(at('HelmRepository flux-system/bp-valkey').spec, { suspend: true }),
  },
  {
    ...{ id: 'git-no-pivot', item: 'D3', gap: 'no pivot' },
    rigged: 'Flux reads no Git at all',
    expected: fail(/the GitOps pivot has not happened/),
    rig: ({ cluster }) => cluster.objects.delete(own),
  },
]);
