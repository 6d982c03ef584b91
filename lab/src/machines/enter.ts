/**
 * What a test server is made of, as the shell script that becomes its systemd: namespaces of its own (mounts, processes, network,
 * host name, cgroups), the root file system below an overlay in memory, and nothing of this machine that it could change:
 * `/sys` and all of `/proc/sys` but the network's are read-only, `swapoff` finds no swap, and the capabilities that reach the
 * kernel itself are dropped. Whatever it writes goes with its namespaces.
 */

/** Settings of the kernel that user-data writes and that are the whole machine's: files take their place, which `sysctl` writes and reads. */
const settings = ['fs/inotify/max_user_instances', 'fs/inotify/max_user_watches'];

/** Loading programs into the kernel, its clock, its memory, its log, and device nodes. */
const dropped = ['sys_module', 'sys_time', 'sys_rawio', 'syslog', 'mknod'].map((name) => `-${name}`).join(',');

/** $1 root file system, $2 folder (`files` is laid over the root, `share` is seen as /share), $3 host name, $4 private address/prefix. */
const boot = `umask 022
root=$1 folder=$2 name=$3 address=$4
memory="$folder/memory"
mount -t tmpfs -o mode=755 tmpfs "$memory"
mkdir "$memory/upper" "$memory/work" "$memory/root"
cp -R "$folder/files/." "$memory/upper/"
find "$memory/upper" -type d -exec chmod 755 {} +
mount -t overlay -o "lowerdir=$root,upperdir=$memory/upper,workdir=$memory/work" overlay "$memory/root"
cd "$memory/root"
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for each in null zero full random urandom tty; do : > "dev/$each"; mount --bind "/dev/$each" "dev/$each"; done
mkdir dev/pts dev/shm share
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s null dev/kmsg
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount --bind "$folder/share" share
for each in kernel vm fs; do
  mount --bind "proc/sys/$each" "proc/sys/$each"
  mount -o remount,ro,bind "proc/sys/$each"
done
for each in ${settings.join(' ')}; do
  file="run/$(echo "$each" | tr / .)"
  cat "proc/sys/$each" > "$file"
  mount --bind "$file" "proc/sys/$each"
done
echo 'Filename Type Size Used Priority' > run/swaps
mount --bind run/swaps proc/swaps
hostname "$name"
ip link set lo up
ip link add eth0 type veth peer name eth0-peer
ip addr add "$address" dev eth0
ip link set eth0 up
ip link set eth0-peer up
mkdir .host
pivot_root . .host
cd /
umount -l /.host
rmdir /.host
mount --make-rshared /
exec env -i container=catalyst PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
  setpriv --bounding-set=${dropped} -- /sbin/init < /dev/null`;

/** $1 cgroup; then what `boot` takes. The group is entered before it becomes the root of a namespace. */
const enter = `set -e
mount --make-rprivate /
echo 0 > "$1/cgroup.procs"
shift
exec unshare --cgroup -- sh -ec "$0" boot "$@"`;

export interface Place {
  root: string;
  folder: string;
  group: string;
  name: string;
  /** With its prefix length. */
  address: string;
}

/** Command that becomes the server; it ignores SIGTERM, and what runs inside ends with it. */
export const enterMachine = ({ root, folder, group, name, address }: Place): { file: string; args: string[] } => ({
  file: '/usr/bin/unshare',
  args: [
    ...['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child'],
    ...['--', 'sh', '-c', enter, boot, group, root, folder, name, address],
  ],
});
