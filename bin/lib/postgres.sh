# shellcheck shell=bash
# A private PostgreSQL (15 or newer) in $state/postgres: its own data, its own free port on loopback.
# It has no socket (a long path fails at 107 bytes) and asks everybody, other users of
# this machine included, for the password in $state/password.

# Starts the server of $state, or adopts it if it runs.
# Extra arguments are lines for postgresql.conf, used when the cluster is made.
postgres_start() {
  local attempts=0
  pgdata=$state/postgres/data
  pgbin=$(postgres_bin) || fail "PostgreSQL 15 or newer is missing, or its version no longer fits the data in $pgdata."
  [[ -d $pgdata ]] || postgres_create "$@"
  if postgres_pid >/dev/null; then say "PostgreSQL still runs from the last time; using it."; fi
  until postgres_ready; do
    if ! postgres_pid >/dev/null; then
      ((attempts++ < 5)) || postgres_give_up
      postgres_launch
    fi
    sleep 0.1
  done
}

postgres_stop() {
  [[ -n ${pgbin:-} ]] && postgres_pid >/dev/null || return 0
  as_server_user "$pgbin/pg_ctl" -D "$pgdata" -m fast -w -t 30 stop >/dev/null 2>&1 ||
    as_server_user "$pgbin/pg_ctl" -D "$pgdata" -m immediate -w -t 30 stop >/dev/null ||
    complain "PostgreSQL (process $(postgres_pid)) does not stop."
}

# Ends it as a crash does, and starts it again.
postgres_crash() {
  as_server_user "$pgbin/pg_ctl" -D "$pgdata" -m immediate -w -t 30 stop >/dev/null
  postgres_start
}

# Makes a database unless it exists.
postgres_database() {
  local found
  found=$(sql postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")
  [[ -n $found ]] || sql postgres -c "CREATE DATABASE $1"
}

# postgres_url DATABASE
postgres_url() { printf 'postgres://ratemyderp:%s@127.0.0.1:%s/%s' "$pgpassword" "$pgport" "$1"; }

# sql DATABASE PSQL-ARGUMENT...: the password travels in the environment, since all may read command lines.
sql() {
  PGPASSWORD=$pgpassword "$pgbin/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$pgport" -U ratemyderp -d "$1" "${@:2}"
}

# Prints the folder of the newest server, or of the one that made $pgdata.
postgres_bin() {
  local folder version wanted best=0 found=
  wanted=$(cat -- "${pgdata:-none}/PG_VERSION" 2>/dev/null || true)
  for folder in /usr/lib/postgresql/*/bin "$(dirname -- "$(command -v postgres || true)")"; do
    [[ -x $folder/postgres && -x $folder/psql ]] || continue
    version=$("$folder/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    if ((version >= 15 && version > best)) && [[ ${wanted:-$version} == "$version" ]]; then
      best=$version found=$folder
    fi
  done
  [[ -n $found ]] && printf '%s' "$found"
}

# Prints the server's pid. The process must work in our data folder: a recycled pid does not.
postgres_pid() {
  local pid
  { read -r pid <"$pgdata/postmaster.pid"; } 2>/dev/null || return 1
  [[ $(readlink "/proc/$pid/cwd") == "$(readlink -f "$pgdata")" ]] && printf '%s' "$pid"
}

# True once it accepts connections; one that a killed bin/dev left may still be starting or stopping.
postgres_ready() {
  postgres_pid >/dev/null || return 1
  pgport=$(sed -n 4p -- "$pgdata/postmaster.pid")
  pgpassword=$(<"$state/password")
  "$pgbin/pg_isready" -q -h 127.0.0.1 -p "$pgport"
}

# The cluster is made beside its place and moved in whole, so that an interrupted start leaves no half of one.
# initdb inherits the lock of the state folder: after a kill -9 the next start waits until it has ended.
postgres_create() {
  local making=$pgdata.new password=$state/postgres/password lock
  say "Making a private PostgreSQL in $state/postgres"
  make_server_folder "$state/postgres"
  exec {lock}<"$state/lock"
  flock "$lock"
  as_server_user rm -rf -- "$making"
  secret "$state/password" random_hex | as_server_user tee "$password" >/dev/null
  as_server_user "$pgbin/initdb" -D "$making" -U ratemyderp --pwfile="$password" -A scram-sha-256 \
    -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  exec {lock}<&-
  as_server_user rm -- "$password"
  printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" "$@" |
    as_server_user tee -a "$making/postgresql.conf" >/dev/null
  as_server_user mv -- "$making" "$pgdata"
}

# Starts on the port in $state/port, or on a new one if somebody else took it meanwhile.
postgres_launch() {
  local log=$state/postgres/log port
  forget_recycled_pid
  port=$(cat -- "$state/port" 2>/dev/null || true)
  if [[ -z $port ]] || port_taken "$port"; then port=$(free_port); fi
  printf '%s\n' "$port" >"$state/port"
  as_server_user rm -f -- "$log"
  as_server_user "$pgbin/pg_ctl" -D "$pgdata" -l "$log" -o "-p $port" -w -t 120 start >/dev/null 2>&1 || true
}

postgres_give_up() {
  tail -n 20 -- "$state/postgres/log" >&2 || true
  fail "PostgreSQL does not start; the end of its log is above."
}

# PostgreSQL will not start while the pid in its old lock file lives, even if it is now another program's.
# With a dead pid the file stays: PostgreSQL then looks for surviving children itself.
forget_recycled_pid() {
  local pid
  { read -r pid <"$pgdata/postmaster.pid"; } 2>/dev/null || return 0
  if [[ -d /proc/$pid ]]; then as_server_user rm -f -- "$pgdata/postmaster.pid"; fi
}

make_server_folder() {
  mkdir -p -- "$1"
  chmod 700 "$1"
  if [[ $EUID -eq 0 ]]; then chown "$(server_user):" -- "$1"; fi
}

as_server_user() {
  if [[ $EUID -ne 0 ]]; then
    "$@"
  else
    (cd / && exec setpriv --reuid="$(server_user)" --regid="$(id -g "$(server_user)")" --init-groups -- "$@")
  fi
}

# The user PostgreSQL runs as when we are root: Debian's own, or one that we make.
server_user() {
  if id postgres >/dev/null 2>&1; then
    printf postgres
  else
    id ratemyderp >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin ratemyderp >&2
    printf ratemyderp
  fi
}
