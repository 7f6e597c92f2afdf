#!/usr/bin/env bash
# boot.sh ROOT: boots the Debian in the folder ROOT with systemd as its first process, in namespaces of its own, until
# it shuts down or this process is killed. ROOT is its disk: what it writes is there at the next boot. As root.
# Its kernel is this machine's, so what is not a network's own is kept from it: settings of the kernel are files that
# nobody else reads, and there is no /dev but what every program needs.
set -euo pipefail

readonly GLOBAL="kernel/kptr_restrict kernel/dmesg_restrict kernel/unprivileged_bpf_disabled"

if [ "${2:-}" != inside ]; then
  tree=/sys/fs/cgroup
  [ ! -d $tree/unified ] || tree=$tree/unified
  group=$tree/medcost-host-$$
  mkdir "$group"
  trap 'find "$group" -depth -type d -exec rmdir {} +' EXIT
  # the namespace of cgroups begins where whoever makes it is
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec unshare --net --mount --pid --ipc --uts --cgroup --fork --kill-child "$BASH" "$0" "$1" inside
  ) &
  machine=$!
  # it is gone when its first process is, and with that all others
  trap 'kill -KILL $(<"/proc/$machine/task/$machine/children")' TERM
  while [ -d "/proc/$machine" ]; do wait $machine 2>/dev/null || true; done
  exit
fi

mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup sys/fs/cgroup
mount -t tmpfs -o mode=755 run run
mount -t tmpfs -o mode=755 dev dev
mkdir dev/pts dev/shm dev/net
for device in null zero full random urandom tty net/tun; do
  [ ! -e "/dev/$device" ] || cp -a "/dev/$device" "dev/$device"
done
cp -a /dev/null dev/console
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "dev/${number#*:}"; done

mkdir -p run/kernel/core
for name in $GLOBAL; do cat "proc/sys/$name" >"run/kernel/${name##*/}"; done
for file in proc/sys/net/core/*; do cat "$file" >"run/kernel/core/${file##*/}"; done
echo 0 >run/kernel/core/bpf_jit_harden # which is there in a machine's first network only
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
for name in $GLOBAL; do mount --bind "run/kernel/${name##*/}" "proc/sys/$name"; done
mount --bind run/kernel/core proc/sys/net/core

mkdir run/outside
pivot_root . run/outside
umount -l /run/outside
ip link set lo up
exec env -i container=medcost /sbin/init systemd.mask=console-getty.service </dev/null >/dev/null 2>&1
