# shellcheck shell=bash
# bin/bench votes: votes over HTTP with the next card, beside pgbench doing the least of it on the same database.

readonly browsers=64 vote_seconds=15

bench_votes() {
  local size=1000000
  case ${1:-} in
  '') ;;
  --small) size=1000 ;;
  *[!0-9]*) fail "unknown option $1; see bin/bench --help" ;;
  *) size=$1 ;;
  esac
  install_base_packages
  install_npm_packages
  release_programs
  load_generator
  make_work_folder
  throwaway_start 'fsync = on' 'full_page_writes = on' 'synchronous_commit = on' 'shared_buffers = 1GB' 'max_wal_size = 8GB' \
    'checkpoint_timeout = 30min' 'wal_compression = lz4'
  postgres_database ratemyderp
  configure_release "$work"
  many_votes_from_one_address
  run "$programs/ratemyderp" migrate
  say "Adding $size photos and ten times as many ratings (a few minutes for a million)"
  sql ratemyderp -v photos="$size" -f "$lib/bench/votes.sql"
  local began=$EPOCHREALTIME up
  launch_site
  up=$(awk "BEGIN { printf \"%.2f\", $EPOCHREALTIME - $began }")
  measure_votes "$size"
}

# All browsers come from one address, and are no people: what holds people up would be measured instead.
many_votes_from_one_address() {
  ROCKET_COOKIES="{secure=false}"
  ROCKET_RATES='{votes_per_rater={per_second=1000000,burst=1000000},votes_per_network={per_second=1000000,burst=1000000},same_tap_ms=0,stuffing={new_raters_per_network=0,ratings_per_photo_and_network=0}}'
  export ROCKET_COOKIES ROCKET_RATES
}

# Two rounds of each, one after the other, on the same rows; then what one browser alone waits, and what is waited at half of it.
measure_votes() {
  local size=$1 cast=0 warm answer site=() own=() lean=() alone half memory lost wrong
  vote "$browsers" 5 >"$work/warm" && read -r warm _ <"$work/warm" && cast=$warm
  for _ in 1 2; do
    vote "$browsers" "$vote_seconds" >"$work/votes" && read -r -a answer <"$work/votes"
    site+=("${answer[1]}") cast=$((cast + answer[0]))
    own+=("$(peer own "$size")")
    lean+=("$(peer lean "$size")")
  done
  vote 1 5 >"$work/votes" && read -r -a alone <"$work/votes"
  vote "$browsers" "$vote_seconds" "$(mean "${site[@]}" | awk '{ print $1 / 2 }')" >"$work/votes" && read -r -a half <"$work/votes"
  cast=$((cast + alone[0] + half[0]))
  memory=$(awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$(live_pid "$state/web.pid")/status")
  say "Counting again"
  lost=$(sql ratemyderp -c "SELECT $cast - count(*) FROM ratings r LEFT JOIN bench_raters b ON b.id = r.rater WHERE b.id IS NULL")
  wrong=$(sql ratemyderp -c "$recount")
  tell_votes "$size"
}

tell_votes() {
  begin_section "votes-$1" "Votes, with $1 photos" \
    "$browsers browsers of a load generator in Rust, on the same machine: cookies of their own, kept connections, each answer and next card checked; release build, commits flushed to disk. In turn with them, on the same rows, \`pgbench\` with as many clients and prepared statements."
  figure "votes a second over HTTP, each with the next card" "$(mean "${site[@]}")" "" at_least
  figure "our own statements that count a vote, \`pgbench\`, batches of one" "$(mean "${own[@]}")" "" at_least
  figure "the least statement that counts a vote, \`pgbench\`" "$(mean "${lean[@]}")" "" at_least
  figure "votes beside our own statements" "$(ratio "$(mean "${site[@]}")" "$(mean "${own[@]}")")" 1.0 at_least x
  figure "votes beside the least statement" "$(ratio "$(mean "${site[@]}")" "$(mean "${lean[@]}")")" "" at_least x
  figure "one browser alone, median" "${alone[2]}" 3 at_most ms
  figure "half as many votes a second as were possible, p99" "${half[3]}" 25 at_most ms
  figure "web process, from its start to listening" "$up" 1 at_most s
  figure "web process, most memory under this load" "$memory" 128 at_most MiB
  figure "of $cast votes that were answered, not there afterwards" "$lost" 0 at_most
  figure "tallies that differ from a recount of all ratings" "$wrong" 0 at_most
  end_section
}

readonly recount="
  SELECT count(*) FROM tallies t FULL JOIN (
      SELECT submission, count(*) AS count, sum(score) AS sum,
          ARRAY[count(*) FILTER (WHERE score = 1), count(*) FILTER (WHERE score = 2), count(*) FILTER (WHERE score = 3),
                count(*) FILTER (WHERE score = 4), count(*) FILTER (WHERE score = 5), count(*) FILTER (WHERE score = 6),
                count(*) FILTER (WHERE score = 7), count(*) FILTER (WHERE score = 8), count(*) FILTER (WHERE score = 9),
                count(*) FILTER (WHERE score = 10)]::integer[] AS histogram
      FROM ratings GROUP BY submission) r USING (submission)
  WHERE (t.count, t.sum) IS DISTINCT FROM (coalesce(r.count, 0), coalesce(r.sum, 0))
     OR t.histogram <> coalesce(r.histogram, '{0,0,0,0,0,0,0,0,0,0}')"

load_generator() {
  local target=${CARGO_TARGET_DIR:-$checkout/target}/release
  run cargo build --quiet --release --manifest-path "$checkout/Cargo.toml" -p ratemyderp-bench
  load=$target/ratemyderp-load
}

# vote BROWSERS SECONDS [VOTES_PER_SECOND]: prints votes, votes a second, median, p99.
vote() { run "$load" "127.0.0.1:$ROCKET_PORT" "$@" || fail "the site answered wrongly; what it said is above."; }

# peer own|lean PHOTOS [OPTION...]: prints transactions a second.
peer() {
  local how_long=("${@:3}")
  ((${#how_long[@]})) || how_long=(-T "$vote_seconds")
  PGPASSWORD=$pgpassword "$pgbin/pgbench" -h 127.0.0.1 -p "$pgport" -U ratemyderp -n -M prepared -c "$browsers" -j 2 "${how_long[@]}" \
    -D photos="$2" -D first="$(sql ratemyderp -c 'SELECT min(id) FROM submissions')" \
    -D raters="$(sql ratemyderp -c 'SELECT count(*) FROM bench_raters')" -f "$lib/bench/votes_$1.sql" ratemyderp >"$work/pgbench" 2>&1 ||
    { complain "$(cat -- "$work/pgbench")" && return 1; }
  awk '/^tps/ { printf "%.0f", $3 }' "$work/pgbench"
}

mean() { printf '%s\n' "$@" | awk '{ sum += $1 } END { printf "%.0f", sum / NR }'; }

ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
