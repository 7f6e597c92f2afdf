#!/usr/bin/env bash
# `traefik healthcheck` and `traefik --ping` alike: as in the official image.
set -euo pipefail

case ${1:-} in
  traefik) ;;
  *) set -- traefik "$@" ;;
esac
exec "$@"
