/** What every server of the lab says that it is: one Kubernetes, so that charts render for the one that is asked. */
export const kubernetesVersion = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.4+k3s1',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.25.0',
  compiler: 'gc',
  platform: 'linux/amd64',
};
