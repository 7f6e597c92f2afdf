#!/usr/bin/env bash
# Certificates for the databases: our own CA, servers, and one client for each database user. Needs openssl 3.
set -euo pipefail
umask 077

readonly DAYS_CA=3650 DAYS=90 WITHIN=30
readonly CURVE=prime256v1 # P-256

help() {
  cat <<'END'
pki.sh: certificates for the databases

  pki.sh ca           --ca DIR                             make the authority: DIR/ca.key and DIR/ca.crt
  pki.sh server NAME  --ca DIR --out DIR --host H[,H...]   a server's, for these names and addresses
  pki.sh client USER  --ca DIR --out DIR                   a database user's (CN = USER)
  pki.sh renew        --ca DIR --out DIR [--within DAYS]   new keys and certificates where less than DAYS are left;
                                                           what another authority signed is left alone
  pki.sh check        --out DIR [--within DAYS]            what is in DIR or a folder of it, and until when; fails if
                                                           less than DAYS are left of any
  pki.sh --help

  --ca DIR       the authority's folder. It stays on the machine where this runs, best one without a network.
  --out DIR      gets NAME.crt, NAME.key and ca.crt; never the authority's key. This is what travels to a server.
  --days DAYS    how long a certificate holds (90)
  --within DAYS  renew, or complain of, only what expires within so many days (30)

  Exit status 0 done, 1 failed, 2 wrong usage. `renew` may run daily: it replaces each file at once, PostgreSQL takes
  a new certificate when it is told to reload, and clients of ours read theirs whenever they connect.
END
}

fail() {
  echo "pki.sh: $1" >&2
  exit "${2:-1}"
}

usage() { fail "$1; see pki.sh --help" 2; }

ca="" out="" hosts="" days=$DAYS within=$WITHIN name=""

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --ca | --out | --host | --days | --within)
        [ $# -ge 2 ] || usage "$1 needs a value"
        case $1 in
          --ca) ca=$2 ;;
          --out) out=$2 ;;
          --host) hosts=$2 ;;
          --days) days=$2 ;;
          --within) within=$2 ;;
        esac
        shift 2
        ;;
      -*) usage "there is no $1" ;;
      *)
        [ -z "$name" ] || usage "$1 is one name too many"
        name=$1
        shift
        ;;
    esac
  done
  [[ $days =~ ^[0-9]+$ && $within =~ ^[0-9]+$ ]] || usage "days are a number"
  days=$((10#$days)) within=$((10#$within)) # 08 is eight, also to openssl
}

need_ca() { [ -n "$ca" ] || usage "--ca is missing"; }

# what is made for a server never lies where the authority's key lies
need_out() {
  need_ca
  [ -n "$out" ] || usage "--out is missing"
  [ -f "$ca/ca.key" ] || fail "there is no authority in $ca: run pki.sh ca --ca $ca"
  local theirs ours
  theirs=$(realpath "$ca")/ ours=$(realpath -m "$out")/
  case $ours in "$theirs"*) fail "--out must not lie in the authority's folder" 2 ;; esac
  case $theirs in "$ours"*) fail "the authority's folder must not lie in --out" 2 ;; esac
  mkdir -p "$out"
}

need_name() {
  [[ $name =~ ^[a-z0-9][a-z0-9_.-]*$ && $name != ca ]] || usage "$1 is missing, or no plain lower-case name"
}

make_ca() {
  need_ca
  [ -z "$name" ] || usage "$name is one name too many"
  [ ! -e "$ca/ca.key" ] || fail "there is an authority in $ca already: nothing was changed"
  mkdir -p "$ca"
  [ -z "$(ls -A "$ca")" ] || fail "$ca holds other things: give the authority a folder of its own"
  chmod 700 "$ca"
  openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:$CURVE -noenc -sha256 -days $DAYS_CA \
    -subj "/CN=Medcost databases" -keyout "$ca/ca.key.new" -out "$ca/ca.crt" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    2>/dev/null || { rm -f "$ca/ca.key.new" "$ca/ca.crt" && fail "openssl could not make the authority"; }
  mv "$ca/ca.key.new" "$ca/ca.key"
  chmod 644 "$ca/ca.crt"
  echo "authority: $ca (its key never leaves this folder)"
}

# sign NAME PURPOSE [ALTERNATIVE NAMES]
sign() {
  local draft file subject=$1 purpose=$2 names=${3:-}
  draft=$(mktemp -d "$out/.new.XXXXXX")
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$purpose"
    [ -z "$names" ] || echo "subjectAltName=$names"
  } >"$draft/extensions"
  if ! {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:$CURVE -noenc -sha256 -subj "/CN=$subject" \
      -keyout "$draft/key" -out "$draft/request" &&
      openssl x509 -req -sha256 -days "$days" -in "$draft/request" -extfile "$draft/extensions" \
        -CA "$ca/ca.crt" -CAkey "$ca/ca.key" -set_serial "0x$(openssl rand -hex 16 | sed 's/^./4/')" \
        -out "$draft/crt"
  } >"$draft/said" 2>&1; then
    cat "$draft/said" >&2
    rm -r "$draft"
    fail "openssl could not make $subject"
  fi
  install -m 644 "$ca/ca.crt" "$draft/ca.crt"
  chmod 644 "$draft/crt"
  mv "$draft/key" "$draft/$subject.key"
  mv "$draft/crt" "$draft/$subject.crt"
  # root renews what a process reads as its own user: whose it was, theirs it stays
  for file in ca.crt "$subject.key" "$subject.crt"; do
    [ ! -e "$out/$file" ] || chown --reference="$out/$file" "$draft/$file" || {
      rm -r "$draft"
      fail "$out/$file belongs to somebody else, who could not read a new one: nothing was changed"
    }
  done
  # key and certificate right after each other: whoever reads them in between finds no match, and reads again
  mv -f "$draft/ca.crt" "$draft/$subject.key" "$draft/$subject.crt" "$out"
  rm -r "$draft"
  echo "$subject: until $(expiry "$out/$subject.crt")"
}

expiry() { openssl x509 -in "$1" -noout -enddate | sed 's/^notAfter=//'; }

# until when it holds; fails where less than $within days are left
still() {
  local told
  told=$(openssl x509 -in "$1" -noout -enddate -checkend $((within * 86400))) || return 1
  told=${told#notAfter=}
  echo "${told%%$'\n'*}"
}

alternative_names() {
  local host IFS=, all=()
  for host in $1; do
    if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then all+=("IP:$host"); else all+=("DNS:$host"); fi
  done
  echo "${all[*]}"
}

# whether this authority signed it, be it expired
ours() { openssl verify -CAfile "$ca/ca.crt" -no-CApath -no-CAstore -no_check_time "$1" >/dev/null 2>&1; }

renew() {
  local certificate subject purpose names until
  [ -z "$name" ] || usage "$name is one name too many"
  for certificate in "$out"/*.crt; do
    subject=$(basename "$certificate" .crt)
    [ "$subject" != ca ] && [ -f "$certificate" ] || continue
    if ! ours "$certificate"; then
      echo "$subject: left alone, another authority signed it"
      continue
    fi
    if until=$(still "$certificate"); then
      echo "$subject: still until $until"
      continue
    fi
    # the same again: purpose, and names if it has any
    case $(openssl x509 -in "$certificate" -noout -ext extendedKeyUsage) in
      *Server*) purpose=serverAuth ;;
      *) purpose=clientAuth ;;
    esac
    names=$(openssl x509 -in "$certificate" -noout -ext subjectAltName 2>/dev/null | sed -n '2{s/ //g;s/IPAddress:/IP:/g;p}')
    sign "$subject" "$purpose" "$names"
  done
}

# needs no authority: servers can be asked what they hold
check() {
  local certificate until late="" found=""
  [ -z "$name" ] || usage "$name is one name too many"
  [ -d "$out" ] || usage "--out is no folder"
  for certificate in "$out"/*.crt "$out"/*/*.crt; do
    [ -f "$certificate" ] || continue
    found=yes
    if until=$(still "$certificate"); then
      echo "$certificate: until $until"
    else
      late+=" $certificate"
    fi
  done
  [ -n "$found" ] || fail "there is no certificate in $out"
  [ -z "$late" ] || fail "less than $within days are left of$late"
}

[ $# -gt 0 ] || usage "a command is missing"
command=$1
shift
case $command in
  --help | -h | help)
    help
    exit 0
    ;;
  ca)
    read_arguments "$@"
    make_ca
    ;;
  server)
    read_arguments "$@"
    need_name "the server's NAME"
    [ -n "$hosts" ] || usage "--host is missing"
    need_out
    sign "$name" serverAuth "$(alternative_names "$hosts")"
    ;;
  client)
    read_arguments "$@"
    need_name "the database USER"
    need_out
    sign "$name" clientAuth
    ;;
  renew)
    read_arguments "$@"
    need_out
    renew
    ;;
  check)
    read_arguments "$@"
    check
    ;;
  *) usage "there is no command $command" ;;
esac
