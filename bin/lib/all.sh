# shellcheck shell=bash
# Loads every part; order does not matter, since each only defines functions.
lib=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
source "$lib/common.sh"
source "$lib/processes.sh"
source "$lib/packages.sh"
source "$lib/npm.sh"
source "$lib/deny.sh"
source "$lib/collectors.sh"
source "$lib/postgres.sh"
source "$lib/throwaway.sh"
source "$lib/release.sh"
