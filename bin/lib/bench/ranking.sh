# shellcheck shell=bash
# bin/bench ranking: what the jobs cost that run by themselves, on a site of many photos: standings and boards before anything is
# known, when nothing has changed and after a thousand votes; the others once.

readonly upkeep=(queue_digests tell_of_photos delete_old_records delete_accounts delete_discarded_blobs)
readonly ranking_runs=5 ranking_votes=1024

bench_ranking() {
  local size=${1:-1000000}
  many_photos "$size"
  measure_ranking "$size"
}

# many_photos PHOTOS: a site with so many, and its jobs process, which does none but the jobs that are asked for.
many_photos() {
  local size=$1
  [[ $size =~ ^[1-9][0-9]*$ ]] || fail "PHOTOS is a number; see bin/bench --help"
  install_base_packages
  install_npm_packages
  release_programs
  make_work_folder
  throwaway_start 'shared_buffers = 1GB' 'max_wal_size = 8GB' 'full_page_writes = on' 'checkpoint_timeout = 30min'
  postgres_database ratemyderp
  configure_release "$work"
  export ROCKET_JOBS='{workers=1,rank_rest_factor=0}'
  run "$programs/ratemyderp" migrate
  say "Adding $size photos and ten times as many ratings (a few minutes for a million)"
  sql ratemyderp -v photos="$size" -f "$lib/bench/votes.sql"
  # None but those that are asked for.
  local schedule
  for schedule in rank_photos write_words "${upkeep[@]}" delete_orphaned_blobs; do
    run "$programs/ratemyderp-jobs" pause schedule "$schedule" --reason bench --as bench >/dev/null
  done
  launch jobs "$programs/ratemyderp-jobs" work
}

measure_ranking() {
  local size=$1 first bare first_peer compared=() after=() crashed wal=() job before seconds
  local -A once
  # Summed up, as PostgreSQL leaves out a rank that nobody looks at.
  bare=$(peer_seconds 'SELECT sum(rank) FROM (SELECT submission, rank() OVER (ORDER BY sum::float8 / count DESC) FROM tallies WHERE count > 0) ranked')
  first_peer=$(peer_seconds 'CREATE TABLE bench_standings AS SELECT submission, sum::float8 / count AS score, count, sum, rank() OVER (ORDER BY sum::float8 / count DESC) FROM tallies WHERE count > 0;
    ALTER TABLE bench_standings ADD PRIMARY KEY (submission); CREATE INDEX ON bench_standings (score); DROP TABLE bench_standings')
  first=$(job_seconds rank_photos)
  sql ratemyderp -c VACUUM
  for ((turn = 0; turn < ranking_runs; turn++)); do
    # Without notes all photos are compared.
    sql ratemyderp -c 'TRUNCATE photos_to_rank'
    compared+=("$(job_seconds rank_photos)")
  done
  for ((turn = 0; turn < ranking_runs; turn++)); do
    peer own "$size" -t $((ranking_votes / browsers)) >/dev/null
    sql ratemyderp -c CHECKPOINT
    before=$(sql ratemyderp -c 'SELECT pg_current_wal_insert_lsn()')
    after+=("$(job_seconds rank_photos)")
    wal+=("$(sql ratemyderp -c "SELECT round((pg_current_wal_insert_lsn() - '$before') / 1e6, 1)")")
  done
  peer own "$size" -t $((ranking_votes / browsers)) >/dev/null
  postgres_crash
  crashed=$(job_seconds rank_photos)
  for job in "${upkeep[@]}"; do once[$job]=$(job_seconds "$job"); done
  seconds=$EPOCHREALTIME
  # What is missing here are files: the generator adds rows alone.
  run "$programs/ratemyderp" check >"$work/check" 2>&1 || true
  once[check]=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $seconds }")

  begin_section ranking "Standings, boards and other jobs, with $size photos" \
    "Ten times as many ratings; one job at a time, release build, commits not flushed to disk. Medians of $ranking_runs runs."
  figure "everything for the first time" "$first" "" at_most s
  figure "the same beside writing as many rows with a rank and two indexes" "$(ratio "$first" "$first_peer")" "" at_most x
  figure "all photos compared, as where notes of what changed are lost" "$(median "${compared[@]}")" "" at_most s
  figure "the same beside a bare \`rank() OVER\` of all photos" "$(ratio "$(median "${compared[@]}")" "$bare")" 1.5 at_most x
  figure "after $ranking_votes votes" "$(median "${after[@]}")" 0.5 at_most s
  figure "written to the log meanwhile" "$(median "${wal[@]}")" "" at_most MB
  figure "after as many and a crash of PostgreSQL" "$crashed" "" at_most s
  for job in "${upkeep[@]}"; do
    figure "\`$job\`" "${once[$job]}" "" at_most s
  done
  figure "\`ratemyderp check\`: every invariant" "${once[check]}" "" at_most s
  end_section
}

# job_seconds SCHEDULE: has its job done, and prints how long that ran.
job_seconds() {
  local number
  number=$("$programs/ratemyderp-jobs" run-schedule "$1" --as bench --json | grep -o '"job":[0-9]*' | cut -d: -f2)
  while [[ $(sql ratemyderp -c "SELECT state FROM fang_tasks WHERE number = $number") =~ new|in_progress ]]; do
    live_pid "$state/jobs.pid" >/dev/null || fail "the jobs process has ended: $(tail -n 3 -- "$state/jobs.log")"
    sleep 0.2
  done
  sql ratemyderp -c "SELECT round(extract(epoch FROM ended_at - started_at), 2) FROM job_attempts WHERE job = $number AND outcome = 'finished'" |
    grep . || fail "$1 failed: $(sql ratemyderp -c "SELECT error_message FROM fang_tasks WHERE number = $number")"
}

# peer_seconds SQL
peer_seconds() {
  local began=$EPOCHREALTIME
  sql ratemyderp -c "$1" >/dev/null
  awk "BEGIN { printf \"%.2f\", $EPOCHREALTIME - $began }"
}
