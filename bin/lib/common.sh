# shellcheck shell=bash
# What bin/dev, bin/test and bin/sqlx share: messages, the state folder, secrets, ports.

checkout=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)

say() { printf '%s\n' "$@"; }

complain() { printf '%s\n' "$*" >&2; }

fail() {
  complain "bin/$(basename -- "$0"): $*"
  exit 1
}

# Prints the comment block at the top of the calling script, which is its manual.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# Prints the folder, outside the checkout, that holds what belongs to this checkout.
# PostgreSQL refuses to run as root and its own user cannot enter /root, hence /var/lib for root.
state_folder() {
  local base id
  if [[ $EUID -eq 0 ]]; then
    base=/var/lib/ratemyderp-dev
  elif [[ ${XDG_STATE_HOME:-} == /* ]]; then
    base=$XDG_STATE_HOME/ratemyderp
  else
    base=${HOME:?HOME must be set}/.local/state/ratemyderp
  fi
  id=$(printf '%s' "$checkout" | sha256sum)
  printf '%s/%s' "$base" "${id:0:16}"
}

# Makes the checkout's folder; as root, others may pass through it (not list it) to reach PostgreSQL's.
make_state_folder() {
  local folder
  folder=$(state_folder)
  mkdir -p -- "$folder"
  chmod "$(folder_mode)" "$folder"
  printf '%s\n' "$checkout" >"$folder/checkout"
}

folder_mode() { if [[ $EUID -eq 0 ]]; then printf 711; else printf 700; fi; }

# secret FILE COMMAND...: prints FILE, made by COMMAND the first time and readable by its owner alone.
secret() {
  local file=$1
  shift
  if [[ ! -s $file ]]; then
    (umask 077 && "$@" >"$file.new")
    mv -- "$file.new" "$file"
  fi
  cat -- "$file"
}

random_hex() { od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n'; }

random_base64() { head -c 32 /dev/urandom | base64; }

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range for outgoing connections, and never 5432: that is somebody's real server.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); port_taken "$port"; do :; done
  printf '%s' "$port"
}

# Prints who listens on a port, as far as we may know, such as "process 4711 (nginx)".
port_owner() {
  local hex inode pid
  hex=$(printf ':%04X' "$1")
  inode=$(awk -v port="$hex" '$4 == "0A" && index($2, port) { print $10; exit }' /proc/net/tcp /proc/net/tcp6 2>/dev/null) || true
  pid=$(find /proc/[0-9]*/fd -lname "socket:\[${inode:-none}\]" 2>/dev/null | head -n 1 | cut -d/ -f3) || true
  if [[ -n $pid ]]; then
    printf 'process %s (%s)' "$pid" "$(cat "/proc/$pid/comm" 2>/dev/null || true)"
  else
    printf 'another process'
  fi
}
