/**
 * The user data of a server: SSH host key put on it (so that it can be pinned), k3s with its flags, joined to the
 * running control planes when it is not the first. Flags after facts of live runs: Cilium brings the network and its policies,
 * Traefik and the load balancer of k3s stay off, local-path stays on, and kube-proxy too (Cilium runs beside it).
 */
import { fail } from '../../../support/errors/errors.js';
import { toYaml } from '../../../support/yaml/write-yaml.js';
import type { K3sInstaller } from './k3s-installer.js';

/** Hetzner's limit for user data, in bytes. */
export const userDataLimit = 32 * 1024;

export type NodeRole = 'first' | 'control-plane' | 'worker';

export interface NodeBoot {
  role: NodeRole;
  fqdn: string;
  k3sVersion: string;
  installer: K3sInstaller;
  token: string;
  /**
   * Where a running control plane answers; needed by every role but `first`. k3s takes it to register, and as the last resort of the
   * local balancer (127.0.0.1:6444) when all control planes that it has learned of are gone: so it is no control plane's own.
   */
  joinAddress?: string;
  /** Names and addresses the API server's certificate is for, beside those of the server itself. */
  tlsSans: readonly string[];
  /** OpenSSH private key and its public half, for sshd; without it sshd makes its own, and nobody can know it beforehand. */
  hostKey?: { privateKey: string; publicKey: string };
  /** Public keys of persons who may log in as root, beside the key of catalyst. */
  authorizedKeys: readonly string[];
}

/** Throws E2005 when it would not fit. */
export function cloudInit(boot: NodeBoot): string {
  if (boot.role !== 'first' && !boot.joinAddress) throw fail('E9001', `A ${boot.role} needs an address to join.`);
  const text = `#cloud-config\n${toYaml({
    ssh_deletekeys: true,
    ...(boot.hostKey
      ? { ssh_keys: { ed25519_private: boot.hostKey.privateKey, ed25519_public: boot.hostKey.publicKey } }
      : {}),
    ssh_pwauth: false,
    disable_root: false,
    ...(boot.authorizedKeys.length > 0 ? { ssh_authorized_keys: [...boot.authorizedKeys] } : {}),
    write_files: [
      { path: '/etc/rancher/k3s/config.yaml', permissions: '0600', content: toYaml(k3sConfig(boot)) },
      { path: '/etc/sysctl.d/90-catalyst.conf', permissions: '0644', content: sysctl },
      { path: '/etc/ssh/sshd_config.d/10-catalyst.conf', permissions: '0644', content: sshd },
      { path: '/usr/local/sbin/catalyst-boot', permissions: '0700', content: bootScript(boot) },
    ],
    runcmd: [['/usr/local/sbin/catalyst-boot']],
  })}`;
  const size = Buffer.byteLength(text);
  if (size > userDataLimit) {
    throw fail('E2005', `The user data of a ${boot.role} would have ${size} bytes; Hetzner takes ${userDataLimit}.`, {
      actions: ['Shorten spec.hetzner.sshPublicKey'],
    });
  }
  return text;
}

function k3sConfig(boot: NodeBoot): Record<string, unknown> {
  const node = {
    token: boot.token,
    ...(boot.role === 'first' ? {} : { server: `https://${boot.joinAddress}:6443` }),
    'node-label': [`catalyst.openova.io/role=${boot.role === 'worker' ? 'worker' : 'control-plane'}`],
    // Nothing may be scheduled before the network is there; Cilium takes the taint away.
    'node-taint': ['node.cilium.io/agent-not-ready=true:NoExecute'],
  };
  if (boot.role === 'worker') return { ...node, 'kubelet-arg': [...kubelet, ...imageCollection] };
  return {
    ...(boot.role === 'first' ? { 'cluster-init': true } : {}),
    ...node,
    'flannel-backend': 'none',
    'disable-network-policy': true,
    disable: ['traefik', 'servicelb'],
    'cluster-cidr': '10.42.0.0/16',
    'service-cidr': '10.96.0.0/16',
    'secrets-encryption': true,
    'write-kubeconfig-mode': '0600',
    'tls-san': [...boot.tlsSans],
    // Keys and bucket are in the Secret, never in user data. No other etcd-s3 option may be set, or k3s ignores it (k3s v1.35, pkg/etcd/s3).
    'etcd-s3': true,
    'etcd-s3-config-secret': etcdSnapshotSecret,
    'etcd-snapshot-schedule-cron': `0 */${etcdSnapshotHours} * * *`,
    'kubelet-arg': kubelet,
  };
}

/** Between two snapshots of a server. */
export const etcdSnapshotHours = 6;
/** In kube-system, made with bp-flux. Until it is there, k3s keeps its snapshots on the node alone. */
export const etcdSnapshotSecret = 'etcd-snapshots-object-storage';
const kubelet = ['max-pods=220'];
/** Disk pressure would throw away the images of the Sovereign's own registry; collect early and leave young ones alone. */
const imageCollection = ['image-gc-high-threshold=70', 'image-gc-low-threshold=60', 'minimum-image-ttl-duration=2h'];

const sysctl = `fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 1048576
`;

const sshd = `PasswordAuthentication no
PermitRootLogin prohibit-password
MaxAuthTries 3
`;

/** Each stage is told in a file, so that a silent failure of cloud-init has a name; network steps are tried five times. */
function bootScript({ role, k3sVersion, installer }: NodeBoot): string {
  return `#!/bin/bash
set -uo pipefail
install -d -m 0700 /var/lib/catalyst
stage() { echo "$1" > /var/lib/catalyst/stage; }
die() { echo "failed: $1" > /var/lib/catalyst/stage; echo "catalyst: $1" >&2; exit 91; }
retry() { for n in 1 2 3 4 5; do "$@" && return 0; sleep $((n * 5)); done; return 1; }
meta() { curl -sf --max-time 5 "http://169.254.169.254/hetzner/v1/metadata/$1"; }

stage network
swapoff -a
sed -i '/\\sswap\\s/d' /etc/fstab
sysctl -q --system
systemctl restart ssh || systemctl restart sshd || true
private=
for n in $(seq 60); do
  private=$(meta private-networks | sed -n 's/^ *-* *ip: *//p' | head -n1)
  [ -n "$private" ] && ip -4 -o addr show | grep -q " $private/" && break
  private=
  sleep 2
done
[ -n "$private" ] || die "no address in the private network after 120 s"
public=$(meta public-ipv4) || die "no public address in the metadata"

stage configure
cat >> /etc/rancher/k3s/config.yaml <<END
node-ip: $private
node-external-ip: $public
END
${role === 'worker' ? '' : `echo "advertise-address: $private" >> /etc/rancher/k3s/config.yaml\nsed -i "s/^tls-san:$/tls-san:\\n  - $private\\n  - $public/" /etc/rancher/k3s/config.yaml\n`}
stage install
retry curl -sfL --proto =https --proto-redir =https --max-time 60 -o /var/lib/catalyst/k3s-install '${installer.url}' || die "the k3s installer cannot be fetched from ${installer.url}"
sum=$(sha256sum < /var/lib/catalyst/k3s-install | cut -d ' ' -f 1)
[ "$sum" = '${installer.sha256}' ] || die "the k3s installer was not run: its sha256 is $sum, pinned is ${installer.sha256}"
export INSTALL_K3S_VERSION='${k3sVersion}' INSTALL_K3S_EXEC='${role === 'worker' ? 'agent' : 'server'}'
retry sh /var/lib/catalyst/k3s-install || die "k3s cannot be installed or does not start"
${
  role === 'worker'
    ? ''
    : `
stage api
for n in $(seq 120); do
  k3s kubectl get --raw /readyz > /dev/null 2>&1 && break
  [ "$n" = 120 ] && die "the API server is not ready after 240 s"
  sleep 2
done
`
}stage ready
`;
}
