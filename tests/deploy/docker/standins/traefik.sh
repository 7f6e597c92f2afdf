#!/bin/sh
# `traefik healthcheck` and `traefik --ping` alike: as in the official image.
set -eu

case ${1:-} in
  traefik) ;;
  *) set -- traefik "$@" ;;
esac
exec "$@"
