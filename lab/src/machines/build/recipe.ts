/** What the root file system of a test server is made of: one Debian suite, a list of packages, and how they are put together. */
import { createHash } from 'node:crypto';

/** Its cloud-init (25.1) is of the line that Hetzner's Ubuntu image has, and refuses what older ones let pass. */
export const suite = 'trixie';

/** What the user-data and cloud-init's own modules call, as a server image has it; shellcheck reads the boot script in place. */
export const packages = [
  ...['systemd', 'systemd-sysv', 'cloud-init', 'openssh-server', 'openssh-client'],
  ...['ca-certificates', 'curl', 'iproute2', 'procps', 'shellcheck'],
] as const;

/**
 * $1 root, $2 mirror, $3 folder of the unpacked debootstrap. The minimal base alone: debootstrap cannot choose between packages
 * that provide the same (cloud-init needs one), apt can. Mounts are seen by this script alone.
 */
export const base = `set -e
mount --make-rprivate /
export DEBOOTSTRAP_DIR="$3/usr/share/debootstrap"
"$3/usr/sbin/debootstrap" --variant=minbase --include=ca-certificates ${suite} "$1" "$2"`;

/**
 * $1 root. apt inside of it; nothing is started (policy-rc.d), and what one server alone may have is taken out: host keys and the
 * identity of the system.
 */
const installing = (names: readonly string[]) => `set -e
root=$1
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\\nexit 101\\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
chroot "$root" sh -ec '
  export DEBIAN_FRONTEND=noninteractive LC_ALL=C
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends ${names.join(' ')}
  apt-get clean
  rm -rf /var/lib/apt/lists/* /usr/sbin/policy-rc.d /etc/ssh/ssh_host_* /etc/machine-id /etc/resolv.conf
'`;

export const install = installing(packages);

/** Programs of the name servers, in a layer above that root file system: Debian's stable of a year ago has no dnsdist that reads our configuration. */
export const dnsPackages = ['dnsdist', 'pdns-server', 'pdns-backend-sqlite3'] as const;

/** $1 where both are seen together, $2 root file system, $3 the layer, $4 an empty folder beside it. */
export const see = `set -e
mount --make-rprivate /
mount -t overlay -o "lowerdir=$2,upperdir=$3,workdir=$4" overlay "$1"
`;

/** As `see`. */
export const installDns = `${see}${installing(dnsPackages)}`;

/** $1 root: name and version of each package, one a line. */
export const list = `chroot "$1" dpkg-query -W -f '\${Package} \${Version}\\n'`;

/** Name of the folder up to the versions found: the same recipe always gives the same. */
export function recipeKey(): string {
  const hash = createHash('sha256').update(JSON.stringify([suite, packages, base, install]));
  return `debian-${suite}-${hash.digest('hex').slice(0, 16)}`;
}

/** The same of the layer above the root file system in the folder of that name. */
export function dnsRecipeKey(below: string): string {
  return `dns-${createHash('sha256')
    .update(JSON.stringify([below, installDns]))
    .digest('hex')
    .slice(0, 16)}`;
}
