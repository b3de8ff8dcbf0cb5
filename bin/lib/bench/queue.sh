# shellcheck shell=bash
# bin/bench queue: the queue and the pages of its operators, on a database as large and as lopsided as that of a busy site.

bench_queue() {
  local finished=${1:-5000000}
  [[ $finished =~ ^[0-9]+$ ]] || fail "JOBS is a number; see bin/bench --help"
  install_base_packages
  install_npm_packages
  release_programs
  make_work_folder
  throwaway_start 'shared_buffers = 1GB' 'max_wal_size = 8GB' 'work_mem = 32MB'
  postgres_database ratemyderp
  configure_bench
  run "$programs/ratemyderp" migrate
  run "$programs/ratemyderp" demo --accounts --count 3
  say "Filling the queue with $finished finished jobs and what else a bad week leaves (some minutes)"
  sql ratemyderp -v finished="$finished" -f "$lib/bench/queue.sql"
  launch web "$programs/ratemyderp" serve
  PGPASSWORD=$pgpassword run /usr/bin/python3 "$lib/bench/queue.py" "$programs" "$ROCKET_PORT" "$pgbin/psql" "$pgport" "$work/figures"
  begin_section queue "The queue and its operators" \
    "With $finished finished jobs, 120,000 failed, a million that wait for a paused kind, and some 200 new ones a second; release build, commits not flushed to disk."
  local what number goal way unit
  while IFS=$'\t' read -r what number goal way unit; do figure "$what" "$number" "${goal/-/}" "$way" "$unit"; done <"$work/figures"
  end_section
}

# Sets $programs, and builds what is not there.
release_programs() {
  programs=${RATEMYDERP_PROGRAMS:-}
  if [[ -z $programs ]]; then
    programs=${CARGO_TARGET_DIR:-$checkout/target}/release
    say "Building both programs for release (a quarter of an hour the first time)"
    run cargo build --quiet --release --workspace --manifest-path "$checkout/Cargo.toml"
  fi
  [[ -x $programs/ratemyderp && -x $programs/ratemyderp-jobs ]] || fail "$programs holds no ratemyderp and ratemyderp-jobs."
}

configure_bench() {
  unset "${!ROCKET_@}"
  DATABASE_URL=$(postgres_url ratemyderp)
  ROCKET_PORT=$(free_port)
  ROCKET_SECRET_KEY=$(random_base64)
  ROCKET_STORAGE=$(printf '{path="%s"}' "$work/blobs")
  ROCKET_MAIL=$(printf '{transport="file",folder="%s"}' "$work/outbox")
  ROCKET_SITE=$(printf '{url="http://127.0.0.1:%s"}' "$ROCKET_PORT")
  ROCKET_COOKIES="{secure=false}" # the bench speaks plain HTTP
  ROCKET_LOG_LEVEL=critical
  export DATABASE_URL ROCKET_PORT ROCKET_SECRET_KEY ROCKET_STORAGE ROCKET_MAIL ROCKET_SITE ROCKET_COOKIES ROCKET_LOG_LEVEL
  mkdir -p -- "$work/blobs" "$work/outbox"
  cd -- "$checkout" # where Rocket.toml, templates and static are
}
