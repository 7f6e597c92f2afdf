#!/usr/bin/env bash
# Brings a tested version to the Swarm, looks whether it answers, and goes back by itself if it does not.
set -euo pipefail
umask 077

help() {
  cat <<'END'
deploy.sh --image PREFIX --tag TAG --secrets DIR --domain DOMAIN [options]

  Deploys docker/stack.yaml on the Swarm that this docker client manages: secrets and configs under the hash of what is
  in them, then `docker stack deploy`, then waits until every service has converged, then asks through Traefik. If
  anything of that fails, every service goes back to what it ran before. Last, secrets and configs of ours that no
  service uses any more are removed.

  --image PREFIX   registry and first part of the images' names: ghcr.io/example/medcost stands for …/medcost-api etc.
  --tag TAG        a commit's SHA: what was tested is what is deployed
  --secrets DIR    what docker/secrets.sh made
  --domain DOMAIN  under which people come
  --api-key FILE   a key of the API: with it, the test makes and erases a prediction
  --address A[:P]  where Traefik is reached from here (127.0.0.1)
  --within SEC     give up waiting for convergence (600)
  --smoke-for SEC  give up asking whether it is ready (60)
  --pause SEC      between two looks at whether services have converged (0.5)
  --stack NAME     (medcost)
  --dry-run        say what would be deployed, and change nothing
  --help

  Where TLS certificates do not come from Let's Encrypt: MEDCOST_ACME=staging, or =files with tls.crt and tls.key in
  DIR/traefik. MEDCOST_CA=FILE holds the authority to believe when asking through Traefik, where this machine does not
  know it: secrets.sh keeps its own in DIR/traefik/ca.crt. Other variables of docker/stack.yaml (MEDCOST_VPN,
  MEDCOST_LOG_FOLDER, PGADMIN_EMAIL …) are passed on.
  Exit status 0 done, 1 failed and went back, 2 wrong usage, 3 failed and could not go back.
END
}

usage() {
  echo "deploy.sh: $1; see deploy.sh --help" >&2
  exit 2
}

say() { echo "deploy.sh: $1" >&2; }

image="" tag="" secrets="" domain="" api_key="" address=127.0.0.1 within=600 smoke_for=60 pause=0.5 stack=medcost dry=""
while [ $# -gt 0 ]; do
  case $1 in
    --image | --tag | --secrets | --domain | --api-key | --address | --within | --smoke-for | --pause | --stack)
      [ $# -ge 2 ] || usage "$1 needs a value"
      case $1 in
        --image) image=$2 ;;
        --tag) tag=$2 ;;
        --secrets) secrets=$2 ;;
        --domain) domain=$2 ;;
        --api-key) api_key=$2 ;;
        --address) address=$2 ;;
        --within) within=$2 ;;
        --smoke-for) smoke_for=$2 ;;
        --pause) pause=$2 ;;
        --stack) stack=$2 ;;
      esac
      shift 2
      ;;
    --dry-run)
      dry=yes
      shift
      ;;
    --help | -h)
      help
      exit 0
      ;;
    *) usage "there is no $1" ;;
  esac
done
[ -n "$image" ] && [ -n "$tag" ] && [ -n "$secrets" ] && [ -n "$domain" ] ||
  usage "--image, --tag, --secrets and --domain are needed"
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || usage "$tag is no tag"
[[ $within =~ ^[0-9]+$ && $smoke_for =~ ^[0-9]+$ && $pause =~ ^[0-9]+(\.[0-9]+)?$ ]] || usage "seconds are a number"
[ -d "$secrets" ] || usage "there is no folder $secrets: run docker/secrets.sh"
[ -z "$api_key" ] || [ -r "$api_key" ] || usage "$api_key cannot be read"

here=$(cd "$(dirname "$0")" && pwd)
secrets=$(cd "$secrets" && pwd)

# of every file in a folder, and its name
hash_of() {
  (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c 1-12
}

# secrets by their folder, for what is in it is renewed together; configs each by itself
name_by_hash() {
  local folder file name
  for folder in "$secrets"/*/; do
    name=$(basename "$folder" | tr 'a-z-' 'A-Z_')
    case $folder in "$secrets"/traefik/) name=TLS ;; esac
    export "HASH_$name=$(hash_of "$folder")"
  done
  for file in "$here"/{postgres,traefik}/{,*/}*; do
    [ -f "$file" ] || continue
    name=$(tr 'a-z/.-' 'A-Z___' <<<"${file#"$here/"}")
    export "HASH_$name=$(sha256sum <"$file" | cut -c 1-12)"
  done
}

export MEDCOST_IMAGE=$image MEDCOST_TAG=$tag MEDCOST_DOMAIN=$domain MEDCOST_SECRETS=$secrets
files=(--compose-file "$here/stack.yaml")
[ "${MEDCOST_ACME:-}" != files ] || files+=(--compose-file "$here/stack.tls.yaml")

# services of ours
services() { docker stack services --format '{{.Name}}' "$stack"; }

# a line for each of them: name, version, `job` or `service`, and what it says of its change
inspect() {
  [ $# = 0 ] || docker service inspect --format \
    '{{.Spec.Name}} {{.Version.Index}} {{with .Spec.Mode.ReplicatedJob}}job{{else}}service{{end}} {{with .UpdateStatus}}{{.State}}{{end}}' "$@"
}

# Until every service has all its processes and none is being changed. `docker stack deploy --detach=false` looks at one
# service after another, the minute of `monitor` at each. A change that was just asked for may not show yet: so several
# looks in a row must be good. $1: states in which waiting is useless.
settle() {
  local looks=0 until=$((SECONDS + within)) waiting="" told states service replicas state
  while [ "$looks" -lt 4 ]; do
    [ "$SECONDS" -lt "$until" ] || {
      say "not done after $within s: $waiting"
      return 1
    }
    sleep "$pause"
    looks=$((looks + 1)) waiting=""
    # who hears nothing knows nothing: that is no good look
    told=$(docker stack services --format '{{.Name}} {{.Replicas}}' "$stack") && [ -n "$told" ] ||
      waiting="docker names no services "
    while read -r service replicas; do
      # 2/2, and 0/1 (1/1 completed) of a job
      replicas=${replicas##*(} replicas=${replicas%% *}
      [ "${replicas%/*}" = "${replicas#*/}" ] || waiting+="$service $replicas "
    done <<<"$told"
    # shellcheck disable=SC2046 # names have no spaces
    states=$(inspect $(cut -d " " -f 1 <<<"$told")) || waiting+="docker does not say how services are "
    while read -r service _ _ state; do
      [[ ! $state =~ $1 ]] || {
        say "$service: $state"
        return 1
      }
      case $state in *ing | *_started) waiting+="$service " ;; esac
    done <<<"$states"
    [ -z "$waiting" ] || looks=0
  done
}

# a service that goes back by itself has failed
converge() {
  docker stack deploy --detach=true --with-registry-auth --prune --resolve-image=always "${files[@]}" "$stack" >&2 &&
    settle 'paused|rollback'
}

# as people come: by name, TLS and Traefik. Keys travel in a file, not on the command line.
ask() {
  local host=${address%%:*} port=443
  case $address in *:*) port=${address##*:} ;; esac
  curl --silent --show-error --fail --max-time 20 --resolve "$domain:$port:$host" \
    ${MEDCOST_CA:+--cacert "$MEDCOST_CA"} "$@"
}

base() {
  case $address in
    *:*) echo "https://$domain:${address##*:}" ;;
    *) echo "https://$domain" ;;
  esac
}

smoke_test() {
  local made id
  # ready: a known prediction was made by the model, and the database answered with the schema of this version
  ask --retry 1000 --retry-max-time "$smoke_for" --retry-delay 1 --retry-all-errors "$(base)/api/v1/health/ready" >/dev/null || return 1
  ask "$(base)/" >/dev/null || return 1
  [ -n "$api_key" ] || return 0
  local person='{"age":40,"sex":"female","bmi":27.5,"children":1,"smoker":false,"region":"northeast"}'
  made=$(ask --header @<(printf 'X-API-Key: %s\n' "$(<"$api_key")") --json "$person" "$(base)/api/v1/predictions") ||
    return 1
  id=$(sed -E 's/.*"id": *"([0-9a-f-]{36})".*/\1/' <<<"$made")
  ask --header @<(printf 'X-API-Key: %s\n' "$(<"$api_key")") --request DELETE "$(base)/api/v1/predictions/$id"
}

# each service that this deployment changed, back to its former self; a job's work is not undone
go_back() {
  local all found service job version state
  all=$(services) || return 3
  if [ -z "$all" ]; then # where nothing was, nothing is to come back
    [ "${#before[@]}" = 0 ]
    return
  fi
  # shellcheck disable=SC2086 # names have no spaces
  found=$(inspect $all) || return 3
  while read -r service version job state; do
    if [ "$job" = job ] || [ "${before[$service]:-}" = "$version" ]; then continue; fi
    if [ -z "${before[$service]:-}" ]; then
      say "$service is new: it stays, to be looked into"
      continue
    fi
    # some do so by themselves
    case $state in rollback_*) continue ;; esac
    say "$service goes back"
    docker service rollback --detach=true --quiet "$service" </dev/null >&2 || return 3
  done <<<"$found"
  settle paused
}

# what docker refuses to remove is in use
sweep() {
  local kind name
  for kind in secret config; do
    for name in $(docker "$kind" ls --filter "label=com.docker.stack.namespace=$stack" --format '{{.Name}}'); do
      case " $wanted " in *" $name "*) continue ;; esac
      docker "$kind" rm "$name" >/dev/null 2>&1 && say "$kind $name is used no more: removed"
    done
  done
  return 0
}

name_by_hash
rendered=$(docker stack config "${files[@]}")
# names of secrets and configs as deployed; a `wanted` one is never swept
wanted=$(sed -n -E 's/^    name: (medcost_[A-Za-z0-9_]+)$/\1/p' <<<"$rendered" | tr '\n' ' ')

if [ -n "$dry" ]; then
  echo "$rendered"
  exit 0
fi

[ "$(docker node ls --quiet --filter node.label=medcost=home | wc -l)" = 1 ] || {
  say "one node must be labelled: docker node update --label-add medcost=home NODE"
  exit 1
}

# no reason to stop: what is deployed may be needed more than a certificate
"$here/pki/pki.sh" check --out "$secrets" >/dev/null || say "renew in time: docs/deploy.md, Certificates"

declare -A before=()
# of a stack that is new, docker says that nothing was found, which is no failure
# shellcheck disable=SC2086 # names have no spaces
found=$(names=$(services) && inspect $names) || {
  say "docker does not say what runs: nothing was changed"
  exit 1
}
while read -r service version _; do [ -z "$service" ] || before[$service]=$version; done <<<"$found"

if converge && smoke_test; then
  sweep
  say "$tag is deployed, and answers"
  exit 0
fi
say "$tag failed: going back"
go_back || {
  say "could not go back: look at \`docker stack ps $stack\`"
  exit 3
}
exit 1
