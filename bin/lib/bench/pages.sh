# shellcheck shell=bash
# bin/bench pages: how long the public page of twelve charts takes, over every range, when nobody has asked for it before; and
# bin/bench gathering: what counting costs votes.

bench_pages() {
  local range round goal cold=() warm page
  install_base_packages
  install_page_packages
  install_npm_packages
  release_programs
  make_work_folder
  throwaway_start 'shared_buffers = 256MB'
  postgres_database ratemyderp
  configure_release "$work"
  ROCKET_COOKIES="{secure=false}"
  export ROCKET_COOKIES
  run "$programs/ratemyderp" migrate
  say "Adding figures of 61 days"
  sql ratemyderp -v days=61 -f "$lib/bench/pages.sql"
  begin_section pages "Pages of figures" \
    "\`/dashboard\`, twelve charts with the time before each, of a busy site: every series moved in every step. Asked for by \`curl\` on the same machine: first by a process that has just started (the median of five), then again while it keeps what it has read; release build, figures in PostgreSQL."
  for range in 15m 1h 24h 7d 30d; do
    cold=() goal=
    if [[ $range == 30d ]]; then goal=100; fi
    for round in 1 2 3 4 5; do
      start_site
      cold+=("$(took "/dashboard?range=$range")")
      warm=$(took "/dashboard?range=$range")
      if [[ $round == 5 ]]; then page=$(all_of_it "$range"); fi
      stop_launched web
    done
    figure "over $range, read anew" "$(median "${cold[@]}")" "$goal" at_most ms
    figure "over $range, read by somebody else just now" "$warm" "" at_most ms
    figure "over $range, with its twelve pictures one after the other" "$page" "" at_most ms
  done
  end_section
}

bench_gathering() {
  local round way with=() without=() answer order
  install_base_packages
  install_page_packages
  install_npm_packages
  release_programs
  load_generator
  make_work_folder
  throwaway_start 'fsync = on' 'full_page_writes = on' 'synchronous_commit = on' 'shared_buffers = 1GB' 'max_wal_size = 8GB' \
    'checkpoint_timeout = 30min'
  postgres_database ratemyderp
  configure_release "$work"
  many_votes_from_one_address
  run "$programs/ratemyderp" migrate
  sql ratemyderp -v photos=1000 -f "$lib/bench/votes.sql"
  for round in 1 2 3 4; do
    # Whatever drifts hits both alike: the order is turned round.
    order='true false'
    if ((round % 2 == 0)); then order='false true'; fi
    for way in $order; do
      ROCKET_FIGURES="{gather=$way}" start_site
      vote "$browsers" 2 >"$work/warm"
      vote "$browsers" "$vote_seconds" >"$work/votes" && read -r -a answer <"$work/votes"
      if [[ $way == true ]]; then with+=("${answer[1]}"); else without+=("${answer[1]}"); fi
      stop_launched web
    done
  done
  begin_section gathering "What counting costs" \
    "Votes over HTTP by $browsers browsers, with 1000 photos: by a process that counts and writes figures every ten seconds, and by one that does not, in turn, four times $vote_seconds seconds each."
  figure "votes a second while figures are gathered" "$(mean "${with[@]}")" "" at_least
  figure "votes a second while none are" "$(mean "${without[@]}")" "" at_least
  figure "one beside the other" "$(ratio "$(mean "${with[@]}")" "$(mean "${without[@]}")")" 0.97 at_least x
  end_section
}

start_site() {
  launch_site
  # Connections to the database are there, and templates were used.
  curl -s -o /dev/null "http://127.0.0.1:$ROCKET_PORT/about"
}

# took PATH: milliseconds.
took() {
  curl -s -f -o "$work/page" -w '%{time_total}' "http://127.0.0.1:$ROCKET_PORT$1" | awk '{ printf "%.1f", $1 * 1000 }'
}

# all_of_it RANGE: milliseconds for the page and its pictures.
all_of_it() {
  local path sum pictures
  sum=$(took "/dashboard?range=$1")
  pictures=$(grep -o '/dashboard/[a-z]*/picture.svg[^"]*' "$work/page" | sed -e 's/&#x3D;/=/g' -e 's/&amp;/\&/g' | sort -u)
  while read -r path; do sum="$sum $(took "$path")"; done <<<"$pictures"
  printf '%s\n' "$sum" | awk '{ for (i = 1; i <= NF; i++) all += $i; printf "%.1f", all }'
}

median() { printf '%s\n' "$@" | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
