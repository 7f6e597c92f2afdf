#!/usr/bin/env bash
# Everything that a deployment keeps secret, each process's in a folder of its own. What is there already stays.
set -euo pipefail
umask 077

help() {
  cat <<'END'
secrets.sh --ca DIR --out DIR [--domain DOMAIN] [--owned]

  Makes what is missing: the authority in --ca, certificates of servers and database users, the first passwords of the
  dashboard's admin and of pgAdmin. --out then holds one folder a process, which becomes its /run/secrets:
  postgres-app postgres-mlflow migrate api dashboard model trainer mlflow pgadmin

  --ca DIR         the authority's folder; its key stays there
  --out DIR        what travels to servers, and deploy.sh reads
  --domain DOMAIN  a certificate for the browser too, in traefik/, signed by the same authority: for a first look on
                   one machine, or where Let's Encrypt cannot reach
  --owned          give each folder to the user that its process runs as (as root, for compose.yaml)
  Exit status 0 done, 1 failed, 2 wrong usage.

Renewal is `pki/pki.sh renew --ca DIR --out DIR/NAME`, daily, for each folder.
END
}

usage() {
  echo "secrets.sh: $1; see secrets.sh --help" >&2
  exit 2
}

ca="" out="" domain="" owned=""
while [ $# -gt 0 ]; do
  case $1 in
    --ca | --out | --domain)
      [ $# -ge 2 ] || usage "$1 needs a value"
      case $1 in
        --ca) ca=$2 ;;
        --out) out=$2 ;;
        --domain) domain=$2 ;;
      esac
      shift 2
      ;;
    --owned)
      owned=yes
      shift
      ;;
    --help | -h)
      help
      exit 0
      ;;
    *) usage "there is no $1" ;;
  esac
done
[ -n "$ca" ] && [ -n "$out" ] || usage "--ca and --out are needed"

pki=$(dirname "$0")/pki/pki.sh

server() { # FOLDER NAME HOSTS
  [ -e "$out/$1/$2.crt" ] || "$pki" server "$2" --ca "$ca" --out "$out/$1" --host "$3"
}

client() { # FOLDER USER
  [ -e "$out/$1/$2.crt" ] || "$pki" client "$2" --ca "$ca" --out "$out/$1"
}

password() { # FOLDER NAME
  mkdir -p "$out/$1"
  [ -e "$out/$1/$2" ] || openssl rand -hex 16 >"$out/$1/$2"
}

[ -e "$ca/ca.key" ] || "$pki" ca --ca "$ca"
server postgres-app postgres postgres-app
server postgres-mlflow postgres postgres-mlflow
client migrate migrator
for user in api dashboard model trainer mlflow pgadmin; do client "$user" "$user"; done
client trainer optuna # the tuner's studies are in a database of their own
password dashboard admin_password
password pgadmin pgadmin_password
[ -z "$domain" ] || server traefik tls "$domain,mlflow.$domain,pgadmin.$domain"

if [ -n "$owned" ]; then
  for folder in "$out"/*/; do
    case $(basename "$folder") in
      postgres-*) user=999 ;;  # of the image of PostgreSQL
      pgadmin) user=5050 ;;    # of pgAdmin's
      traefik) user=0 ;;       # without any capability
      *) user=10001 ;;         # of docker/images/Dockerfile
    esac
    chown -R "$user:$user" "$folder"
    chmod 500 "$folder"
  done
fi
