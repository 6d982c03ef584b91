/**
 * Keys that `config.yaml` may have, by command: k3s takes each as the flag of the same name (docs.k3s.io, "k3s server" and "k3s agent";
 * k3s-io/k3s, pkg/cli/cmds/server.go and agent.go). An agent with a flag of the server alone does not start.
 */
const both = [
  ...['token', 'token-file', 'server', 'data-dir', 'debug', 'node-name', 'with-node-id', 'node-label', 'node-taint'],
  ...['node-ip', 'node-external-ip', 'node-internal-dns', 'node-external-dns', 'resolv-conf', 'flannel-iface'],
  ...['kubelet-arg', 'kube-proxy-arg', 'private-registry', 'pause-image', 'snapshotter', 'lb-server-port'],
  ...['protect-kernel-defaults', 'selinux', 'container-runtime-endpoint', 'prefer-bundled-bin', 'vpn-auth-file'],
];
const server = [
  ...['bind-address', 'https-listen-port', 'advertise-address', 'advertise-port', 'tls-san', 'tls-san-security'],
  ...['cluster-cidr', 'service-cidr', 'service-node-port-range', 'cluster-dns', 'cluster-domain', 'cluster-init'],
  ...['flannel-backend', 'egress-selector-mode', 'write-kubeconfig', 'write-kubeconfig-mode', 'agent-token'],
  ...['kube-apiserver-arg', 'etcd-arg', 'kube-controller-manager-arg', 'kube-scheduler-arg', 'secrets-encryption'],
  ...['disable', 'disable-scheduler', 'disable-cloud-controller', 'disable-kube-proxy', 'disable-network-policy'],
  ...['disable-helm-controller', 'disable-apiserver', 'disable-controller-manager', 'disable-etcd'],
  ...['etcd-disable-snapshots', 'etcd-snapshot-name', 'etcd-snapshot-schedule-cron', 'etcd-snapshot-retention'],
  ...['etcd-snapshot-dir', 'etcd-snapshot-compress', 'etcd-s3', 'etcd-s3-endpoint', 'etcd-s3-endpoint-ca'],
  ...['etcd-s3-access-key', 'etcd-s3-secret-key', 'etcd-s3-bucket', 'etcd-s3-bucket-lookup-type', 'etcd-s3-region'],
  ...['etcd-s3-folder', 'etcd-s3-proxy', 'etcd-s3-config-secret', 'etcd-s3-timeout', 'etcd-s3-insecure'],
  ...['default-local-storage-path', 'embedded-registry', 'system-default-registry', 'supervisor-metrics'],
];

export const k3sFlags: Readonly<Record<'server' | 'agent', readonly string[]>> = {
  server: [...both, ...server],
  agent: both,
};
