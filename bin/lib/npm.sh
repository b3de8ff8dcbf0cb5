# shellcheck shell=bash
# The pinned npm packages: htmx, which the site serves, and axe-core, which the tests use.

install_npm_packages() {
  local stamp=$checkout/node_modules/.installed wanted
  wanted=$(cat -- "$checkout/package.json" "$checkout/package-lock.json" | sha256sum)
  if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then return 0; fi
  say "Fetching the npm packages"
  # npm inherits the lock: two of them, one left by a killed run, would spoil each other's work.
  (cd -- "$checkout" && flock 9 && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error </dev/null) 9<"$checkout/package-lock.json" ||
    fail "npm could not fetch the packages; the messages above say why."
  printf '%s\n' "$wanted" >"$stamp"
}
