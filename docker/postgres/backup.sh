#!/usr/bin/env bash
# A database into a file, and back. Runs in the database's container as postgres, on the socket:
#   docker compose exec -u postgres postgres-app \
#     /etc/medcost/backup.sh save medcost /var/lib/postgresql/backup/medcost.dump
set -euo pipefail
umask 077

help() {
  cat <<'END'
backup.sh save DATABASE FILE      a consistent copy, also while the database is in use; makes FILE's folder
backup.sh restore DATABASE FILE   put it in the place of the database; what was there stays as DATABASE_replaced

Restoring goes into a new database first: should it fail, nothing has changed. Predictions that were erased since the
file was made stay erased. The change of names cuts connections; clients of ours connect again by themselves. While there is a DATABASE_replaced, nothing is restored.
Exit status 0 done, 1 failed, 2 wrong usage.
Where the socket is: PGHOST, PGPORT. The roles and their rights on databases: ROLES, a file.
END
}

ROLES=${ROLES:-/docker-entrypoint-initdb.d/roles.sql}

query() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d postgres "$@"; }

fail() {
  echo "backup.sh: $1" >&2
  exit 1
}

save() {
  mkdir -p "$(dirname "$file")"
  pg_dump --format=custom --dbname="$database" --file="$file.part"
  pg_restore --list "$file.part" >/dev/null # it can be read
  sync "$file.part"
  mv "$file.part" "$file"
  echo "$file: $(stat -c %s "$file") bytes of $database"
}

# whatever the names are by then, and however this script ends
reopen() {
  query <<END
SELECT format('ALTER DATABASE %I CONNECTION LIMIT -1', datname) FROM pg_database
WHERE datname IN ('$database', '$old') AND datconnlimit = 0 \gexec
END
}

# What was erased since the file was made stays erased, and its proof stays. Asked when nobody else is in any more.
keep_erased() {
  local proofs
  proofs=$(query -d "$database" -c "SELECT to_regclass('erasures')") || return 1
  [ -n "$proofs" ] || return 0
  query -d "$database" -c "COPY erasures (prediction_id, erased_at, reason) TO STDOUT" |
    query -d "$new" --single-transaction -c "CREATE TEMP TABLE erased (LIKE erasures) ON COMMIT DROP" \
      -c "COPY erased (prediction_id, erased_at, reason) FROM STDIN" \
      -c "INSERT INTO erasures (prediction_id, erased_at, reason) TABLE erased ON CONFLICT DO NOTHING" \
      -c "DELETE FROM predictions USING erased WHERE id = prediction_id" # and by cascade their idempotency keys
}

restore() {
  [ -r "$file" ] || fail "there is no $file"
  new="${database}_restoring" old="${database}_replaced"
  local owner
  owner=$(query -c "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '$database'")
  [ -n "$owner" ] || fail "there is no database $database: run roles.sql first"
  [ -z "$(query -c "SELECT 1 FROM pg_database WHERE datname = '$old'")" ] ||
    fail "$old is still there: once nobody needs it, \`dropdb $old\` and ask again; nothing was changed"
  query -c "DROP DATABASE IF EXISTS $new" -c "CREATE DATABASE $new OWNER $owner TEMPLATE template0"
  pg_restore --exit-on-error --single-transaction --dbname="$new" "$file"
  trap reopen EXIT
  trap 'exit 1' HUP INT TERM # when the command under way has ended
  query -c "ALTER DATABASE $database CONNECTION LIMIT 0" \
    -c "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = '$database'" >/dev/null
  keep_erased || fail "what was erased since $file was made cannot be carried over: nothing was changed"
  query -c "BEGIN" -c "ALTER DATABASE $database RENAME TO $old" -c "ALTER DATABASE $new RENAME TO $database" -c "COMMIT"
  reopen
  query -f "$ROLES"
  echo "$database: restored from $file; what was there is $old"
}

case ${1:-} in
  save | restore)
    [ $# -eq 3 ] && [[ $2 =~ ^[a-z_]+$ ]] || { help >&2 && exit 2; }
    database=$2 file=$3
    "$1"
    ;;
  --help | -h) help ;;
  *)
    help >&2
    exit 2
    ;;
esac
