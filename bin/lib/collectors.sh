# shellcheck shell=bash
# Debian's VictoriaMetrics and promtool, for tests: unpacked and not installed, since both packages start servers of their own.

# Sets RATEMYDERP_TEST_TOOLS to the folder that holds them. What is on the PATH is used as it is.
fetch_collectors() {
  local folder package tools=${XDG_CACHE_HOME:-${HOME:?HOME must be set}/.cache}/ratemyderp/tools/collectors
  export RATEMYDERP_TEST_TOOLS=$tools
  if command -v victoria-metrics >/dev/null && command -v promtool >/dev/null; then return 0; fi
  if [[ -x $tools/victoria-metrics && -x $tools/promtool ]]; then return 0; fi
  say "Fetching victoria-metrics and promtool (Debian's packages, unpacked and not installed)"
  folder=$(mktemp -d)
  if ! download_packages "$folder" && ! { may_install && refresh_lists && download_packages "$folder"; }; then
    rm -r -- "$folder"
    complain "They could not be fetched: the tests that need them are skipped, and say so."
    return 0
  fi
  mkdir -p -- "$tools"
  for package in "$folder"/*.deb; do dpkg-deb --extract "$package" "$folder/root"; done
  mv -- "$folder/root/usr/bin/victoria-metrics" "$folder/root/usr/bin/promtool" "$tools/"
  rm -r -- "$folder"
}

download_packages() { (cd -- "$1" && apt-get -qq -o APT::Sandbox::User=root download victoria-metrics prometheus </dev/null >/dev/null 2>&1); }

refresh_lists() { if [[ $EUID -eq 0 ]]; then apt-get -qq update; else sudo -n apt-get -qq update; fi; }
