# shellcheck shell=bash
# bin/bench renditions: our renditions of photos beside those of libvips.
#
# Bytes are compared on the same pixels: for each size both sides get the same square, made by ImageMagick, as PNG, and libvips
# the quality with which its JPEG is as like it (SSIM of luma) as ours.

readonly sizes=(160 320 640 1280) rounds=5
readonly examples=${CARGO_TARGET_DIR:-$checkout/target}/release/examples

bench_renditions() {
  local photos=("$@") photo
  install_rendition_packages
  make_work_folder
  if ((!$#)); then
    fetch_photographs
    photos=("$work"/debian/usr/share/backgrounds/{Kleiber,Dragonfly,seeding,sunset,Bridge}_*.jpg)
  fi
  run cargo build --quiet --release --manifest-path "$checkout/Cargo.toml" -p ratemyderp-pictures --example render
  say "" "CPU in ms, the mean of $rounds runs each | bytes of all four sizes at the same likeness | our likeness | peak memory in MB"
  printf '%-9s %5s | %7s %9s %8s | %8s %8s %5s | %-23s | %7s %7s\n' photo Mpx ours 'vips 1280' 'vips all' ours vips ratio "${sizes[*]}" ours vips
  for photo in "${photos[@]}"; do compare_photo "$photo"; done
  awk '{ ours += $1; largest += $2; all += $3; bytes += $4; theirs += $5 }
    END { printf "%.2f %.2f %.2f\n", ours / largest, ours / all, bytes / theirs }' "$work/sums" | {
    read -r largest all bytes
    begin_section renditions "Renditions" "Both sides work on the same photographs one after the other, each in a process of its own; CPU of all four sizes."
    figure "CPU beside libvips making the largest alone" "$largest" 0.60 at_most
    figure "CPU beside libvips making all" "$all" 0.60 at_most
    figure "bytes at the same likeness beside libvips" "$bytes" 1.00 at_most
    end_section
  }
}

# Photographs that may be shared, unpacked and not installed.
fetch_photographs() {
  say "Fetching photographs from Debian"
  (cd -- "$work" && apt-get -qq -o APT::Sandbox::User=root download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04) ||
    fail "the photographs could not be fetched; name some files of your own instead."
  local package
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/debian"; done
}

compare_photo() {
  local photo=$1 width height side size ours largest all bytes=0 vips_bytes=0 qualities=() likenesses=()
  local own quality amount
  read -r width height < <(identify -format '%w %h\n' "$photo")
  side=$((width < height ? width : height))
  rm -rf -- "$work/ours" && mkdir -- "$work/ours"
  ours=$(cpu render "$photo")
  for size in "${sizes[@]}"; do
    convert "$photo" -gravity center -crop "${side}x$side+0+0" +repage -filter Lanczos -resize "${size}x$size!" "$work/reference.png"
    "$examples/render" "$work/reference.png" "$work/ours" >/dev/null
    read -r own quality amount < <(alike "$size")
    qualities+=("$quality") likenesses+=("$own")
    bytes=$((bytes + $(stat -c %s -- "$work/ours/$size.jpg"))) vips_bytes=$((vips_bytes + amount))
  done
  largest=$(cpu vips "$photo" 1280 "${qualities[3]}")
  all=$(cpu vips_all "$photo" "${qualities[@]}")
  printf '%-9.9s %5.1f | %7d %9d %8d | %8d %8d %5.2f | %s | %7d %7d\n' "$(basename -- "$photo")" \
    "$(awk "BEGIN { print $width * $height / 1e6 }")" "$ours" "$largest" "$all" \
    "$bytes" "$vips_bytes" "$(awk "BEGIN { print $bytes / $vips_bytes }")" "${likenesses[*]}" \
    "$(memory "$examples/render" "$photo" "$work/ours")" \
    "$(memory vipsthumbnail --vips-concurrency=1 "$photo" --size 1280x1280 --smartcrop centre -o "$work/vips.jpg")"
  say "$ours $largest $all $bytes $vips_bytes" >>"$work/sums"
}

# alike SIZE: prints how alike our JPEG is to the reference, the first quality of libvips whose JPEG is as alike, and how many
# bytes as alike a one would have, between that quality and the one before.
alike() {
  local quality pictures=("$work/ours/$1.jpg")
  for quality in {28..92..4}; do
    vips "$work/reference.png" "$1" "$quality"
    mv -- "$work/vips.jpg" "$work/vips-$quality.jpg"
    pictures+=("$work/vips-$quality.jpg")
  done
  /usr/bin/python3 "$checkout/bin/lib/likeness.py" "$work/reference.png" "${pictures[@]}" >"$work/likenesses"
  paste <(printf '%s\n' 0 {28..92..4}) "$work/likenesses" <(stat -c %s -- "${pictures[@]}") | awk '
    NR == 1 { own = $2; next }
    $2 >= own || $1 == 92 {
      share = $2 > own && before ? (own - before) / ($2 - before) : 1
      printf "%.3f %d %d\n", own, $1, less + share * ($3 - less); exit
    }
    { before = $2; less = $3 }'
}

render() { "$examples/render" "$1" "$work/ours" >/dev/null; }

# vips PHOTO SIZE QUALITY: the same kind of JPEG, as small as libvips makes it.
vips() {
  vipsthumbnail --vips-concurrency=1 "$1" --size "$2x$2" --smartcrop centre \
    -o "$work/vips.jpg[Q=$3,interlace,optimize_coding,strip]"
}

vips_all() {
  local index
  for index in "${!sizes[@]}"; do vips "$1" "${sizes[index]}" "${*:index + 2:1}"; done
}

# Prints the milliseconds of CPU that a function takes, the mean of some rounds.
cpu() {
  local TIMEFORMAT='%3U %3S' round
  { time for ((round = 0; round < rounds; round++)); do "$@"; done; } 2>&1 |
    awk -v rounds="$rounds" '{ printf "%d", ($1 + $2) * 1000 / rounds }'
}

# Prints how many megabytes a program takes at its peak.
memory() { /usr/bin/time --format %M -- "$@" 2>&1 >/dev/null | awk 'END { printf "%d", $1 / 1000 }'; }
