# shellcheck shell=bash
# A cluster for one run of bin/test or bin/sqlx: made fresh, fast instead of durable, gone afterwards.

# Makes it in a $state folder of its own; arguments are further lines for postgresql.conf. Runs can overlap; what a killed run
# left is removed first.
# shellcheck disable=SC2120 # no script has to have any
throwaway_start() {
  local folder lock
  folder=$(state_folder)
  make_state_folder
  exec {lock}>"$folder/throwaway.lock"
  flock "$lock"
  throwaway_sweep "$folder"
  state=$(mktemp -d "$folder/throwaway.XXXXXX")
  chmod "$(folder_mode)" "$state"
  claim "$state" >/dev/null
  exec {lock}>&-
  # Without fsync it survives killed servers, only not a crash of the machine. Commits still wait for WAL to be written.
  postgres_start 'fsync = off' 'full_page_writes = off' 'max_connections = 300' "$@"
}

throwaway_stop() {
  [[ -n ${state:-} ]] || return 0
  postgres_stop
  rm -rf -- "$state"
  state=
}

throwaway_sweep() {
  local left
  for left in "$1"/throwaway.*/; do
    [[ -d $left ]] || continue
    live_pid "${left}owner" >/dev/null && continue
    state=${left%/}
    pgdata=$state/postgres/data
    pgbin=$(postgres_bin || true)
    throwaway_stop || true # its initdb may still be writing; the next run tries again
  done
}
