#!/usr/bin/env bash
# Makes a bare Debian a host of Medcost: firewall, VPN, SSH, bans, updates. Run it as often as you like.
set -euo pipefail
umask 022

help() {
  cat <<'END'
bootstrap.sh: make a bare Debian 12 or 13 a host of Medcost

  bootstrap.sh --endpoint NAME --admin USER [options]      as root, from a copy of this folder
  bootstrap.sh --dry-run ...                               name everything, change nothing

  --endpoint NAME            what VPN clients call: a name or an address of this machine
  --admin USER               who administers: made if missing, gets root's authorised keys if they have none
  --ssh-port N               2222; not 22
  --vpn-port N               51820
  --vpn-network NETWORK      10.13.13.0/24
  --cluster-interface NAME   the private network of a swarm's nodes, and
  --nodes A[,A...]           their addresses in it (none: this machine is alone)
  --reboot-at HH:MM          04:00; when a new kernel is started. Another hour for each node
  --yes                      ask nothing (root's session must survive by itself: for a first run, better be asked)
  --help

  What was said once is kept in /etc/medcost/host.env and need not be said again.
  Exit status 0 done, 1 failed or refused, 2 wrong usage.
END
}

fail() {
  echo "bootstrap.sh: $1" >&2
  exit "${2:-1}"
}

usage() { fail "$1; see bootstrap.sh --help" 2; }

readonly SETTINGS=/etc/medcost/host.env
# dbus: without it no restart can be planned, and unattended-upgrades never makes one
readonly PACKAGES="dbus nftables wireguard-tools qrencode fail2ban python3-systemd openssh-server sudo unattended-upgrades logrotate"

# what goes where: mode, file of this folder, place
readonly FILES="
0644 nftables/firewall.nft                   /etc/medcost/firewall.nft
0644 systemd/medcost-firewall.service        /etc/systemd/system/medcost-firewall.service
0644 systemd/medcost-monitor.service         /etc/systemd/system/medcost-monitor.service
0644 systemd/medcost-monitor.timer           /etc/systemd/system/medcost-monitor.timer
0644 systemd/medcost-retrain.service         /etc/systemd/system/medcost-retrain.service
0644 systemd/medcost-retrain.timer           /etc/systemd/system/medcost-retrain.timer
0755 medcost-vpn                             /usr/local/sbin/medcost-vpn
0644 wireguard/server.conf                   /etc/medcost/wireguard/server.conf
0644 wireguard/peer.conf                     /etc/medcost/wireguard/peer.conf
0644 wireguard/client.conf                   /etc/medcost/wireguard/client.conf
0644 fail2ban/action.d/medcost.conf          /etc/fail2ban/action.d/medcost.conf
0644 fail2ban/filter.d/medcost-traefik.conf  /etc/fail2ban/filter.d/medcost-traefik.conf
0644 fail2ban/jail.d/medcost.conf            /etc/fail2ban/jail.d/medcost.conf
0644 fail2ban/service.conf                   /etc/systemd/system/fail2ban.service.d/medcost.conf
0644 ssh/medcost.conf                        /etc/ssh/sshd_config.d/10-medcost.conf
0440 sudoers/medcost                         /etc/sudoers.d/medcost
0644 apt/52medcost                           /etc/apt/apt.conf.d/52medcost
0644 sysctl/medcost.conf                     /etc/sysctl.d/60-medcost.conf
0644 logrotate/medcost                       /etc/logrotate.d/medcost
0644 docker/daemon.json                      /etc/docker/daemon.json
"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dry="" yes="" refused="" firewall="" ssh="" docker="" changed=""

SSH_PORT=2222 VPN_PORT=51820 VPN_NETWORK=10.13.13.0/24 ENDPOINT="" ADMIN="" REBOOT_AT=04:00
CLUSTER_INTERFACE=lo NODES=127.0.0.1 # alone: nobody but this machine itself

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --dry-run) dry=yes ;;
      --yes) yes=yes ;;
      --endpoint | --admin | --ssh-port | --vpn-port | --vpn-network | --cluster-interface | --nodes | --reboot-at)
        [ $# -ge 2 ] || usage "$1 needs a value"
        case $1 in
          --endpoint) ENDPOINT=$2 ;;
          --admin) ADMIN=$2 ;;
          --ssh-port) SSH_PORT=$2 ;;
          --vpn-port) VPN_PORT=$2 ;;
          --vpn-network) VPN_NETWORK=$2 ;;
          --cluster-interface) CLUSTER_INTERFACE=$2 ;;
          --nodes) NODES=$2 ;;
          --reboot-at) REBOOT_AT=$2 ;;
        esac
        shift
        ;;
      --help | -h)
        help
        exit 0
        ;;
      *) usage "there is no $1" ;;
    esac
    shift
  done
}

is_port() { [[ $1 =~ ^[1-9][0-9]{0,4}$ ]] && [ "$1" -le 65535 ]; }

# every value goes into a file that root reads: nothing but what it should look like
check_arguments() {
  local part='(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])'
  local address="$part(\.$part){3}"
  [ -n "$ENDPOINT" ] || usage "--endpoint is missing"
  [ -n "$ADMIN" ] || usage "--admin is missing"
  [[ $ENDPOINT =~ ^[A-Za-z0-9][A-Za-z0-9.-]*$ || $ENDPOINT =~ ^\[[0-9a-fA-F:]+\]$ ]] || usage "--endpoint is no name or address"
  [[ $ADMIN =~ ^[a-z_][a-z0-9_-]{0,31}$ && $ADMIN != root ]] || usage "--admin is no user's name, or root"
  is_port "$SSH_PORT" && [[ $SSH_PORT != 22 && $SSH_PORT != 80 && $SSH_PORT != 443 ]] || usage "--ssh-port is a port, but not 22, 80 or 443"
  is_port "$VPN_PORT" || usage "--vpn-port is a port"
  [[ $VPN_NETWORK =~ ^$address/(1[6-9]|2[0-9]|30)$ ]] || usage "--vpn-network is an IPv4 network such as 10.13.13.0/24"
  [[ $CLUSTER_INTERFACE =~ ^[A-Za-z0-9_.-]{1,15}$ ]] || usage "--cluster-interface is no interface's name"
  [[ $NODES =~ ^$address(,$address)*$ ]] || usage "--nodes are IPv4 addresses with commas between"
  [[ $REBOOT_AT =~ ^([01][0-9]|2[0-3]):[0-5][0-9]$ ]] || usage "--reboot-at is an hour such as 04:00"
}

# in a dry run, what would be refused is named, and the rest too
refuse() {
  [ -n "$dry" ] || fail "$1"
  echo "would refuse: $1"
  refused=yes
}

# with systemd, and not in a container or a chroot without
booted() { [ -d /run/systemd/system ]; }

check_machine() {
  [ "$(id -u)" = 0 ] || fail "run it as root"
  (
    # shellcheck source=/dev/null
    . /etc/os-release
    [ "$ID" = debian ] && [[ ${VERSION_ID:-} =~ ^1[23]$ ]]
  ) || refuse "this is not Debian 12 or 13"
  ! booted || ! systemctl is-enabled --quiet nftables.service 2>/dev/null ||
    refuse "nftables.service is on, and flushes all tables when it starts or stops: systemctl disable nftables.service"
  ! booted || ! systemctl is-active --quiet ssh.socket ||
    refuse "ssh.socket listens, whatever sshd's Port says: systemctl disable --now ssh.socket && systemctl enable ssh.service"
}

# a user's keys, as ssh-keygen understands them
keys_of() {
  local home
  home=$(getent passwd "$1" | cut -d: -f6)
  [ -n "$home" ] && [ -s "$home/.ssh/authorized_keys" ] && ssh-keygen -l -f "$home/.ssh/authorized_keys" >/dev/null 2>&1 &&
    echo "$home/.ssh/authorized_keys"
}

# soon only keys are taken, and not root's
check_keys() {
  keys_of "$ADMIN" >/dev/null || keys_of root >/dev/null ||
    refuse "neither $ADMIN nor root has an authorised key: nobody could log in any more"
}

make_admin() {
  if ! getent passwd "$ADMIN" >/dev/null; then
    act "make the user $ADMIN" useradd --create-home --shell /bin/bash "$ADMIN"
  fi
  case " $(id -nG "$ADMIN" 2>/dev/null) " in *" sudo "*) ;; *)
    act "put $ADMIN into the group sudo" usermod --append --groups sudo "$ADMIN"
    ;;
  esac
  if ! keys_of "$ADMIN" >/dev/null; then
    act "give $ADMIN root's authorised keys" copy_keys
  fi
}

copy_keys() {
  local home
  home=$(getent passwd "$ADMIN" | cut -d: -f6)
  install -d -m 0700 -o "$ADMIN" -g "$(id -g "$ADMIN")" "$home/.ssh"
  install -m 0600 -o "$ADMIN" -g "$(id -g "$ADMIN")" "$(keys_of root)" "$home/.ssh/authorized_keys"
}

# act WHAT COMMAND...: says it, and does it unless this is a dry run
act() {
  local what=$1
  shift
  if [ -n "$dry" ]; then
    echo "would $what"
  else
    echo "$what" || true # who is cut off hears nothing any more
    "$@"
  fi
}

installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

install_packages() {
  local package missing=()
  for package in $PACKAGES; do installed "$package" || missing+=("$package"); done
  [ "${#missing[@]}" = 0 ] || act "install ${missing[*]}" apt_install "${missing[@]}"
}

apt_install() {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# every file as it is to be, under a folder that goes away again
stage() {
  local mode source place text name
  while read -r mode source place; do
    [ -n "$mode" ] || continue
    text=$(<"$here/$source")
    for name in SSH_PORT VPN_PORT VPN_NETWORK CLUSTER_INTERFACE NODES REBOOT_AT; do
      text=${text//@$name@/"${!name}"}
    done
    mkdir -p "$staged$(dirname "$place")"
    printf '%s\n' "$text" >"$staged$place"
    chmod "$mode" "$staged$place"
  done <<<"$FILES"
  for name in SSH_PORT VPN_PORT VPN_NETWORK ENDPOINT ADMIN CLUSTER_INTERFACE NODES REBOOT_AT; do
    echo "$name=${!name}"
  done >"$staged$SETTINGS"
}

# by the programs that will read them; before anything is where they read it
check_files() {
  local said
  if installed nftables; then
    said=$(nft --check -f "$staged/etc/medcost/firewall.nft" 2>&1) || refuse "nft does not take the firewall: $said"
  fi
  if installed openssh-server; then
    grep -qiE '^Include\s+/etc/ssh/sshd_config\.d/\*\.conf' /etc/ssh/sshd_config ||
      refuse "/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf"
    cat "$staged/etc/ssh/sshd_config.d/10-medcost.conf" /etc/ssh/sshd_config >"$staged/sshd_config"
    said=$(sshd -t -f "$staged/sshd_config" 2>&1) || refuse "sshd does not take its configuration: $said"
  fi
  if installed sudo; then
    said=$(visudo -cqf "$staged/etc/sudoers.d/medcost" 2>&1) || refuse "sudo does not take its rule: $said"
  fi
  check_docker
  if [ -n "$dry" ]; then
    for said in nftables openssh-server sudo; do
      installed "$said" || echo "would check the files of $said once it is installed"
    done
  fi
}

# What administrators told Docker themselves is never written over: it stays if it holds what ours does.
check_docker() {
  local place=/etc/docker/daemon.json
  [ -e "$place" ] && ! cmp -s "$staged$place" "$place" || return 0
  rm "$staged$place"
  if grep -Eq '"no-new-privileges"\s*:\s*true' "$place"; then
    echo "${dry:+would }keep $place, which is not ours and says no-new-privileges too"
  else
    refuse "$place is not ours: put \"no-new-privileges\": true into it, then systemctl restart docker"
  fi
}

put_files() {
  local file place
  while read -r file; do
    place=${file#"$staged"}
    ! cmp -s "$file" "$place" || [ "$(stat -c %a "$file")" != "$(stat -c %a "$place")" ] || continue
    act "write $place" install -D -m "$(stat -c %a "$file")" "$file" "$place"
    changed=yes
    case $place in
      /etc/medcost/firewall.nft) firewall=yes ;;
      /etc/ssh/*) ssh=yes ;;
      /etc/docker/*) docker=yes ;;
    esac
  done < <(find "$staged/etc" "$staged/usr" -type f | sort)
  # fail2ban wants to find the file that Traefik will write
  [ -e /var/log/traefik/access.json ] || act "make /var/log/traefik/access.json" make_log
}

make_log() {
  install -d -m 0750 /var/log/traefik
  install -m 0640 /dev/null /var/log/traefik/access.json
}

# ask QUESTION: within two minutes; who is cut off meanwhile has not said yes
ask() {
  local answer=""
  [ -z "$yes" ] || return 0
  read -r -t 120 -p "$1 [yes/N] " answer || true
  [ "$answer" = yes ]
}

start() {
  if ! booted && [ -z "$dry" ]; then
    echo "systemd does not run here: nothing was started"
    return
  fi
  trap '' HUP PIPE # who is cut off from here on needs us to the end
  act "apply /etc/sysctl.d/60-medcost.conf" sysctl -q -p /etc/sysctl.d/60-medcost.conf
  act "read units anew" systemctl daemon-reload
  act "start dbus" systemctl start dbus.socket # else, freshly installed, not before the next boot
  # it reads its file when it starts, which may well be for the first time, later
  if [ -n "$docker" ] && systemctl is-active --quiet docker.service 2>/dev/null; then
    act "restart docker" systemctl restart docker.service
  fi
  [ -z "$ssh" ] || act "reload ssh: port $SSH_PORT, keys only" systemctl reload-or-restart ssh.service
  act "turn on medcost-firewall" systemctl enable --quiet medcost-firewall.service
  if [ -n "$firewall" ] || ! systemctl is-active --quiet medcost-firewall.service; then
    firewall=yes
    act "load the firewall" systemctl reload-or-restart medcost-firewall.service
  fi
  if [ -z "$dry" ] && [ -n "$ssh$firewall" ]; then confirm; fi
  act "turn on wg-quick@wg0" systemctl enable --quiet --now wg-quick@wg0.service
  [ -z "$changed" ] || act "restart fail2ban" systemctl restart fail2ban.service
  act "turn on fail2ban and unattended-upgrades" systemctl enable --quiet --now fail2ban.service unattended-upgrades.service
}

# the session that runs this stays, for it was there before: only a new one shows whether there is still a way in
confirm() {
  ask "From another terminal, within two minutes: ssh -p $SSH_PORT $ADMIN@$ENDPOINT . Did that work?" && return
  nft delete table inet medcost || true
  systemctl disable --quiet --now medcost-firewall.service || true
  rm -f /etc/ssh/sshd_config.d/10-medcost.conf
  systemctl reload-or-restart ssh.service || true
  fail "taken back: the firewall is off, and sshd is as it was"
}

if [ -r "$SETTINGS" ]; then
  # shellcheck source=/dev/null
  . "$SETTINGS"
fi
read_arguments "$@"
check_arguments
check_machine
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
stage

install_packages
check_keys
check_files
make_admin
put_files
act "ask fail2ban whether it takes its configuration" fail2ban-client -t
act "make the VPN's key and configuration where they are missing (medcost-vpn init)" /usr/local/sbin/medcost-vpn init
start
[ -z "$refused" ] || exit 1
