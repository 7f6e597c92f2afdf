#!/usr/bin/env bash
# build.sh TREE PYTHON: images that stand in for the stock ones where no registry has them to give, as
# medcost-standin/python, postgres, traefik and pgadmin. Debian's packages and PyPI's, on a root made by debootstrap.
# PYTHON is that of the environment of the tests, which has Traefik.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$1
traefik=$(dirname "$2")/traefik
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/log" || {
  tail -n 20 "$work/log" >&2
  exit 1
}
# this machine's own way to registries may have an authority that only it knows
cp /usr/local/share/ca-certificates/*.crt "$work/root/usr/local/share/ca-certificates/" 2>/dev/null || true
chroot "$work/root" update-ca-certificates >"$work/log" 2>&1
rm -rf "$work"/root/var/cache/apt/* "$work"/root/var/lib/apt/lists/*
tar --create --directory "$work/root" . | docker import --change "CMD bash" - medcost-standin/debian >/dev/null

# what builders get to see
mkdir "$work/context"
cp "$here"/*.sh "$traefik" "$work/context"
version=$(sed -n -E 's/^ARG PGADMIN_IMAGE=.*:(.*)$/\1/p' "$tree/docker/images/pgadmin/Dockerfile")
for image in python postgres traefik pgadmin; do
  docker build --quiet --file "$here/Dockerfile" --target "$image" --build-arg "PGADMIN=$version" \
    --tag "medcost-standin/$image" "$work/context"
done
