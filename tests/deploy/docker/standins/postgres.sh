#!/bin/sh
# As far as our files rely on it, what the entrypoint of PostgreSQL's official image does for a user that is not root.
set -eu

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  [ "$POSTGRES_HOST_AUTH_METHOD" = trust ]
  # shellcheck disable=SC2086  # several arguments
  initdb --username=postgres $POSTGRES_INITDB_ARGS
  # for those who are inside alone, while what is in the folder runs
  shift
  pg_ctl --wait --options="-c listen_addresses='' $*" start
  for file in /docker-entrypoint-initdb.d/*.sql; do
    psql --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres --file="$file"
  done
  pg_ctl --wait --mode=fast stop
  set -- postgres "$@"
fi
exec "$@"
