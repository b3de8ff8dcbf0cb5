# shellcheck shell=bash
# Figures of bin/bench: printed as they come, and kept in docs/performance.md, one section a part.

# begin_section PART TITLE SENTENCE
begin_section() {
  section=$1
  section_file=$(mktemp)
  say "" "== $2" "$3"
  printf '%s\n' "## $2" "$3" "" "$(conditions)" "" '| what | figure | goal | met |' '| --- | --- | --- | --- |' >"$section_file"
}

# figure WHAT NUMBER GOAL at_most|at_least [UNIT]: the goal may be empty, for what is only worth knowing.
figure() {
  local met=- goal=-
  if [[ -n $3 ]]; then
    goal="${4/_/ } $3${5:+ $5}"
    met=$(awk -v is="$2" -v goal="$3" -v way="$4" 'BEGIN { print (way == "at_most" ? is <= goal : is >= goal) ? "yes" : "**no**" }')
  fi
  printf '%-72s %10s %-4s %-22s %s\n' "$1" "$2" "${5:-}" "$goal" "$met"
  printf '| %s | %s | %s | %s |\n' "$1" "$2${5:+ $5}" "$goal" "$met" >>"$section_file"
}

# Puts the section into the page, in the place of the one before.
end_section() {
  local page=$checkout/docs/performance.md
  {
    printf '<!-- %s -->\n' "$section"
    cat -- "$section_file"
    printf '<!-- /%s -->\n' "$section"
  } >"$section_file.marked"
  if grep -q -x -- "<!-- $section -->" "$page"; then
    sed -i -e "/^<!-- $section -->\$/,/^<!-- \/$section -->\$/{/^<!-- \/$section -->\$/r $section_file.marked" -e 'd;}' "$page"
  else
    { printf '\n' && cat -- "$section_file.marked"; } >>"$page"
  fi
  rm -f -- "$section_file" "$section_file.marked"
}

# On what, and beside what else.
conditions() {
  printf '%s, %s cores, load %s before it began.' "$(date -u +%Y-%m-%d)" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
}
