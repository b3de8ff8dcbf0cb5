# shellcheck shell=bash
# A release build and a site of its own for it, for bin/bench and bin/attack.

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

# configure_release FOLDER: settings of both programs; photos and mails go into the folder.
configure_release() {
  unset "${!ROCKET_@}"
  DATABASE_URL=$(postgres_url ratemyderp)
  ROCKET_PORT=$(free_port)
  ROCKET_SECRET_KEY=$(random_base64)
  ROCKET_STORAGE=$(printf '{path="%s"}' "$1/blobs")
  ROCKET_MAIL=$(printf '{transport="file",folder="%s"}' "$1/outbox")
  ROCKET_SITE=$(printf '{url="http://127.0.0.1:%s"}' "$ROCKET_PORT")
  ROCKET_LOG_LEVEL=critical
  export DATABASE_URL ROCKET_PORT ROCKET_SECRET_KEY ROCKET_STORAGE ROCKET_MAIL ROCKET_SITE ROCKET_LOG_LEVEL
  mkdir -p -- "$1/blobs" "$1/outbox"
  cd -- "$checkout" # where Rocket.toml, templates and static are
}

# launch_site: the web process of a release, until it listens.
launch_site() {
  launch web "$programs/ratemyderp" serve
  until port_taken "$ROCKET_PORT"; do
    live_pid "$state/web.pid" >/dev/null || fail "the site does not start: $(tail -n 3 -- "$state/web.log")"
    sleep 0.02
  done
}
