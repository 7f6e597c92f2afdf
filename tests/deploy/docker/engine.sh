#!/usr/bin/env bash
# engine.sh COMMAND …: runs a command where a Docker engine answers. Where none does, it starts one that lasts as long as
# the command, in a network namespace of its own: the machine's addresses, ports and firewall stay as they are, and
# what the engine publishes is found at 127.0.0.1 by the command alone.
# Needs then: root, and Debian's docker.io and slirp4netns. MEDCOST_ENGINE_ROOT names a folder that keeps its images.
set -euo pipefail

say() { echo "engine.sh: $1" >&2; }

if docker info >/dev/null 2>&1; then exec "$@"; fi
for needed in docker dockerd slirp4netns nsenter ip; do
  command -v "$needed" >/dev/null && [ "$(id -u)" = 0 ] && continue
  say "no engine answers, and without root and $needed none can be started"
  exec "$@" # which says what it leaves out, or fails for it
done

here=$(cd "$(dirname "$0")" && pwd)
network="medcost-engine-$$"
root=${MEDCOST_ENGINE_ROOT:-$(mktemp -d /var/tmp/medcost-engine.XXXXXX)}
mkdir -p "$root"
engine="" way_out=""

finish() {
  # as the engine ends, so do its containers, and what they mounted
  for process in $engine $way_out; do kill "$process" 2>/dev/null && wait "$process" || true; done
  ip netns del "$network"
  [ -n "${MEDCOST_ENGINE_ROOT:-}" ] || rm -rf "$root"
}

ip netns add "$network"
trap finish EXIT
ip -n "$network" link set lo up
# the way to package registries, for builds: by this machine's own connections, and to nothing that listens on it
slirp4netns --netns-type=path --configure --mtu=1400 --disable-host-loopback \
  --cidr=198.18.0.0/24 "/run/netns/$network" tap0 \
  >"$root/slirp4netns.log" 2>&1 &
way_out=$!

export DOCKER_HOST="unix://$root/docker.sock"
# not `ip netns exec`, which hides the cgroups. told what docker/host tells a server's
nsenter --net="/run/netns/$network" dockerd --host "$DOCKER_HOST" --data-root "$root/data" --exec-root "$root/run" \
  --pidfile "$root/pid" --config-file "$here/../../../docker/host/docker/daemon.json" >"$root/dockerd.log" 2>&1 &
engine=$!
for _ in {1..300}; do
  docker info >/dev/null 2>&1 && break
  kill -0 "$engine" 2>/dev/null || break
  sleep 0.2
done
docker info >/dev/null 2>&1 || {
  tail -n 20 "$root/dockerd.log" >&2
  exit 1
}
nsenter --net="/run/netns/$network" "$@"
