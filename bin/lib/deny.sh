# shellcheck shell=bash
# cargo-deny: may our crates come in? A prebuilt one, pinned by its hash, since building it takes minutes.

deny_version=0.20.2

# Whoever has one on the PATH uses that.
install_deny() {
  local folder
  deny=$(command -v cargo-deny) && return 0
  deny=${XDG_CACHE_HOME:-${HOME:?HOME must be set}/.cache}/ratemyderp/tools/cargo-deny-$deny_version
  if [[ -x $deny ]]; then return 0; fi
  say "Fetching cargo-deny $deny_version"
  mkdir -p -- "$(dirname -- "$deny")"
  folder=$(mktemp -d)
  /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    --dest "$folder" --requirement "$checkout/bin/lib/deny.txt" </dev/null ||
    fail "cargo-deny could not be fetched; the messages above say why. Or:  cargo install cargo-deny --locked"
  /usr/bin/python3 -m zipfile -e "$folder"/*.whl "$folder"
  chmod 755 "$folder"/*.data/scripts/cargo-deny
  mv -- "$folder"/*.data/scripts/cargo-deny "$deny"
  rm -r -- "$folder"
}

# Licences, bans and sources need nothing but Cargo.lock and the crates of all platforms, of which a build fetches its own. The database of advisories is a git
# repository elsewhere: where that cannot be had, nobody is told that all is well.
check_crates() {
  install_deny
  run cargo fetch --quiet --locked || return
  run "$deny" --offline --all-features check licenses bans sources || return
  if timeout 60 "$deny" --all-features fetch db >"$state/deny.log" 2>&1; then
    run "$deny" --offline --all-features check advisories
  else
    complain "ADVISORIES WERE NOT CHECKED: their database cannot be had from here ($(grep . -- "$state/deny.log" | tail -n 1))."
  fi
}
