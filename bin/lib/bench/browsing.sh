# shellcheck shell=bash
# bin/bench browsing: pages of a site of many photos, each asked for in many ways, and the words that photos are found by.

readonly goal_of_a_page=50 # ms

bench_browsing() {
  local size=${1:-1000000} words
  many_photos "$size"
  job_seconds rank_photos >/dev/null
  words=$(seconds_for_all_words)
  launch_site
  begin_section browsing "Pages, with $size photos" \
    "The slowest of so many different addresses, in ms, each asked for twice by \`curl\` on the same machine and the faster one taken; release build."
  figure "writing the words by which $size photos are found" "$words" "" at_most s
  pages "boards: every order and period, gallery and table" < <(boards)
  pages "boards behind the first page, ten pages on end" < <(onwards '/leaderboard?view=table')
  pages "boards of one species" < <(boards | sed 's,/leaderboard,/species/cat,')
  pages "all photos, and behind the first page" < <(onwards /photos)
  pages "all photos, narrowed down" < <(narrowed)
  pages "search for what all photos have, for one of them, for nothing" < <(searches)
  pages "search for what is misspelt" < <(misspelt)
  pages "pages of photos" < <(some_photos '/submissions/%s' && some_photos '/submissions/%s?statistics=true')
  pages "profiles" < <(some_members '/u/%s')
  pages "feeds" < <(boards | sed -n 's,/leaderboard?\(.*\)&view=table,/leaderboard/feed.atom?\1,p' && say /feed.atom && some_members '/u/%s/feed.atom')
  pages "maps of the site" < <(say /sitemap.xml && linked /sitemap.xml | grep sitemap/ | sed -n '1p;$p')
  pages "what other sites ask for" < <(some_photos "/oembed?url=http%%3A//127.0.0.1:$ROCKET_PORT/submissions/%s")
  pages "species, photos of the day, scores" < <(printf '%s\n' /species /photos-of-the-day /about/scores)
  pages "the first photo of somebody new" < <(printf '/\n%.0s' {1..10})
  end_section
  stop_launched web
}

# Has the words of all photos written, which were added without being noted; prints the seconds.
seconds_for_all_words() {
  local began=$EPOCHREALTIME
  sql ratemyderp -c 'UPDATE words_written SET photos = 0, last_photo = (SELECT max(id) FROM submissions), accounts = 0, last_account = (SELECT max(id) FROM accounts)'
  while [[ $(sql ratemyderp -c 'SELECT photos < last_photo OR accounts < last_account FROM words_written') == t ]]; do
    job_seconds write_words >/dev/null
  done
  awk "BEGIN { printf \"%.0f\", $EPOCHREALTIME - $began }"
  sql ratemyderp -c 'VACUUM ANALYZE photo_words, member_words, known_words' >/dev/null
}

# pages WHAT: reads addresses and tells the slowest.
pages() {
  local path first second count=0 slowest=0 slow=
  while read -r path; do
    if ! { first=$(took "$path") && second=$(took "$path"); }; then fail "$path was not answered well"; fi
    ((++count))
    if awk "BEGIN { exit !(($first < $second ? $first : $second) > $slowest) }"; then
      slowest=$(awk "BEGIN { print $first < $second ? $first : $second }") slow=$path
    fi
  done
  ((count)) || fail "there is no address of $1"
  figure "$1 ($count): \`${slow/127.0.0.1:$ROCKET_PORT/host}\`" "$slowest" "$goal_of_a_page" at_most ms
}

boards() {
  local order period view
  for view in gallery table; do
    for order in derpiest least_derpy divisive; do
      for period in day week month year all; do say "/leaderboard?by=$order&period=$period&view=$view"; done
    done
    for order in trending most_viral newest; do say "/leaderboard?by=$order&view=$view"; done
  done
}

# onwards PATH: it and the pages that follow by its links.
onwards() {
  local path=$1 page
  for ((page = 0; page < 10; page++)); do
    say "$path"
    path=$(linked "$path" | grep -F 'after=' | head -n 1)
    [[ -n $path ]] || return 0
  done
}

narrowed() {
  printf '/photos?%s\n' species=cat species=frog period=week period=year least=5 'species=owl&least=3&period=month' by=member1 \
    'by=member1&species=pug&least=8' 'least=9&period=all' species=nonsense
}

searches() {
  printf '/search?q=%s\n' animal photo 'photo+777' '777777' 'an+animal+that+looks+at+photo' 'cat+photo+looks' 'frog+animal' member1 \
    'photo+777777&species=cat' 'animal+photo&least=9&period=week' xyzzy '12+34+56+78+90' 'a'
}

misspelt() { printf '/search?q=%s\n' anmal phtoo animla 'fotos+loks' aniimal 'phot+anima+look' 77777x zzzzzz; }

some_photos() {
  # shellcheck disable=SC2059 # The format is the argument.
  sql ratemyderp -c "SELECT id FROM tallies JOIN submissions ON id = submission ORDER BY hashint8(id) LIMIT 10" | while read -r id; do printf "$1\n" "$id"; done
}

some_members() {
  # shellcheck disable=SC2059 # The format is the argument.
  sql ratemyderp -c "SELECT username FROM accounts WHERE username LIKE 'member%' ORDER BY hashint8(id) LIMIT 10" | while read -r name; do printf "$1\n" "$name"; done
}

# linked PATH: the addresses to which its page leads, without the host.
linked() {
  curl -s -f "http://127.0.0.1:$ROCKET_PORT$1" | grep -o -E '(href="|<loc>)[^"<]*' |
    sed -E -e 's/^(href="|<loc>)//' -e "s,^http://127.0.0.1:$ROCKET_PORT,," -e 's/&#x3D;/=/g' -e 's/&amp;/\&/g'
}
