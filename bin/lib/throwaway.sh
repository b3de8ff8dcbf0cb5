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
  if ${throwaway_in_memory:-false}; then throwaway_into_memory; fi
  # Without fsync it survives killed servers, only not a crash of the machine. Commits still wait for WAL to be written.
  postgres_start 'fsync = off' 'full_page_writes = off' 'max_connections = 300' "$@"
}

throwaway_stop() {
  local memory
  [[ -n ${state:-} ]] || return 0
  postgres_stop
  memory=$(readlink -- "$state/postgres" || true)
  if [[ $memory == /dev/shm/ratemyderp.* ]]; then rm -rf -- "$memory"; fi
  rm -rf -- "$state"
  state=
}

# For scripts that set throwaway_in_memory=true: those that test, not those that measure. Each test makes a database of 400 files, and
# ext4 looks for inodes that were not deleted of late: up to half a second of a processor, in memory a twentieth of that. The link is
# made first, so that a killed run leaves nothing that the next one does not find. Where memory is scarce, the cluster lies on the disk.
throwaway_into_memory() {
  local place
  throwaway_has_memory || return 0
  place=/dev/shm/ratemyderp.$(basename -- "$(dirname -- "$state")").${state##*.}
  ln -s -- "$place" "$state/postgres"
  mkdir -m 700 -- "$place"
}

# A run needs about 1.5 GiB, of which the log of changes (max_wal_size) is one.
throwaway_has_memory() {
  local free available
  [[ -w /dev/shm ]] || return
  free=$(df --output=avail -k /dev/shm | tail -n 1)
  available=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  ((free > 4 << 20 && available > 6 << 20))
}

# Logging in costs a client 4096 rounds of a hash, in a debug build half of what the tests' own process took. So many are for passwords
# that people choose; one is enough for 24 random bytes.
throwaway_quick_password() {
  local verifier
  verifier=$(PASSWORD=$pgpassword /usr/bin/python3 - <<'PYTHON'
import base64, hashlib, hmac, os

salt = os.urandom(16)
salted = hashlib.pbkdf2_hmac("sha256", os.environ["PASSWORD"].encode(), salt, 1)
key = lambda name: hmac.digest(salted, name, "sha256")
shown = lambda raw: base64.b64encode(raw).decode()
print(f"SCRAM-SHA-256$1:{shown(salt)}${shown(hashlib.sha256(key(b'Client Key')).digest())}:{shown(key(b'Server Key'))}")
PYTHON
  )
  sql postgres <<<"ALTER ROLE ratemyderp PASSWORD '$verifier'"
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
