# shellcheck shell=bash
# Debian packages: installs what is missing when it may, otherwise says exactly what to install.

# What bin/dev needs; called before anything else.
install_base_packages() {
  local missing=()
  require_toolchain
  postgres_bin >/dev/null || missing+=(postgresql)
  command -v npm >/dev/null || missing+=(npm)
  install_packages "${missing[@]}"
}

# What the browser tests, the mail tests, the script check and fetching cargo-deny need on top.
install_test_packages() {
  local missing=() command
  for command in chromium chromium-headless-shell w3m lynx shellcheck; do
    command -v "$command" >/dev/null || missing+=("$command")
  done
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing+=(python3-aiosmtpd)
  /usr/bin/python3 -c 'import pip' 2>/dev/null || missing+=(python3-pip)
  [[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]] || missing+=(fonts-dejavu-core)
  install_packages "${missing[@]}"
}

# What `bin/bench renditions` compares with, and measures by.
install_rendition_packages() {
  local missing=()
  require_toolchain
  command -v vipsthumbnail >/dev/null || missing+=(libvips-tools)
  command -v identify >/dev/null || missing+=(imagemagick) # convert may be somebody else's
  /usr/bin/python3 -c 'import skimage' 2>/dev/null || missing+=(python3-skimage)
  [[ -x /usr/bin/time ]] || missing+=(time)
  install_packages "${missing[@]}"
}

# What `bin/bench pages` asks with.
install_page_packages() { command -v curl >/dev/null || install_packages curl; }

# The compilers are the developer's choice: we name what is missing and leave it to them.
require_toolchain() {
  [[ -x ${HOME:-}/.cargo/bin/cargo ]] && PATH=$PATH:$HOME/.cargo/bin
  command -v cargo >/dev/null || fail "Rust is missing. Install it from https://rustup.rs, then try again."
  command -v cc >/dev/null || fail "a C compiler is missing. Install the Debian packages gcc and libc6-dev, then try again."
}

install_packages() {
  (($#)) || return 0
  local as_root=()
  if [[ $EUID -ne 0 ]]; then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || ! may_install; then
    fail "these Debian packages are missing: $*
Install them and try again:  apt-get install --no-install-recommends $*
(PostgreSQL must be version 15 or newer. To keep Debian from starting a server of its own,
put \"create_main_cluster = false\" into $(cluster_setting) first.)"
  fi
  say "Installing Debian packages: $* (takes a minute or two the first time)"
  [[ " $* " == *" postgresql "* ]] && switch_off_debian_cluster
  # Old package lists lead to 404s, missing ones to "no such package": then refresh them and try once more.
  apt_install "$@" || { "${as_root[@]}" apt-get -qq update && apt_install "$@"; } ||
    fail "installing $* did not work; the messages above say why."
}

may_install() { [[ $EUID -eq 0 ]] || sudo -n true 2>/dev/null; }

apt_install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 \
    install -y --no-install-recommends "$@" </dev/null >/dev/null
}

cluster_setting() { printf /etc/postgresql-common/createcluster.d/ratemyderp.conf; }

# Debian's package would start a server on port 5432; we bring our own and want no other.
switch_off_debian_cluster() {
  "${as_root[@]}" mkdir -p "$(dirname "$(cluster_setting)")"
  printf 'create_main_cluster = false\n' | "${as_root[@]}" tee "$(cluster_setting)" >/dev/null
}
