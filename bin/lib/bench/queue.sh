# shellcheck shell=bash
# bin/bench queue: the queue and the pages of its operators, on a database as large and as lopsided as that of a busy site.

bench_queue() {
  local part=all
  if [[ ${1:-} == pace ]]; then part=pace && shift; fi
  local finished=${1:-5000000}
  [[ $finished =~ ^[0-9]+$ ]] || fail "JOBS is a number; see bin/bench --help"
  install_base_packages
  install_npm_packages
  release_programs
  make_work_folder
  throwaway_start 'shared_buffers = 1GB' 'max_wal_size = 8GB' 'work_mem = 32MB'
  postgres_database ratemyderp
  configure_release "$work"
  export ROCKET_COOKIES="{secure=false}" # the bench speaks plain HTTP
  run "$programs/ratemyderp" migrate
  run "$programs/ratemyderp" demo --count 3
  say "Filling the queue with $finished finished jobs and what else a bad week leaves (some minutes)"
  sql ratemyderp -v finished="$finished" -f "$lib/bench/queue.sql"
  launch web "$programs/ratemyderp" serve
  PGPASSWORD=$pgpassword PYTHONPATH=$lib:$lib/bench run /usr/bin/python3 -B "$lib/bench/queue.py" "$programs" "$ROCKET_PORT" "$pgbin/psql" "$pgport" "$work/figures" "$part"
  local name=queue title="The queue and its operators"
  if [[ $part == pace ]]; then name=queue-pace title="Jobs a second"; fi
  begin_section "$name" "$title" \
    "With $finished finished jobs, 120,000 failed, a million that wait for a paused kind, and some 200 new ones a second; release build, commits not flushed to disk."
  local what number goal way unit
  while IFS=$'\t' read -r what number goal way unit; do figure "$what" "$number" "${goal/-/}" "$way" "$unit"; done <"$work/figures"
  end_section
}
