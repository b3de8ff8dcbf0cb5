# shellcheck shell=bash
# Processes that can be found again after a kill -9. A pid file holds "pid start-time":
# a recycled pid has another start time, so we never signal a process that is not ours.

# The long command that is under way (its own process group), if any.
running=

# Prints the start time of a process in clock ticks since boot; fails if there is none.
start_time() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }"
  printf '%s' "${fields[19]}"
}

# write_pid FILE PID
write_pid() { printf '%s %s\n' "$2" "$(start_time "$2")" >"$1"; }

# Prints the pid in a pid file if that very process still runs.
live_pid() {
  local pid started now
  { read -r pid started <"$1"; } 2>/dev/null || return 1
  now=$(start_time "$pid") && [[ $now == "$started" ]] && printf '%s' "$pid"
}

# Claims a state folder for this script, or fails with the pid of the live script that has it.
claim() {
  local folder=$1 lock owner
  exec {lock}>"$folder/lock"
  flock "$lock"
  if owner=$(live_pid "$folder/owner") && [[ $owner != "$$" ]]; then
    printf '%s' "$owner"
    return 1
  fi
  write_pid "$folder/owner" "$$"
  exec {lock}>&-
}

# Runs a long command so that a signal to us is heard at once; bash would wait for it to end first.
# env gives it back the Ctrl-C that bash takes from background commands.
run() {
  local status=0
  setsid env --default-signal=INT,QUIT "$@" &
  running=$!
  wait "$running" || status=$?
  running=
  return "$status"
}

stop_running() {
  [[ -n $running ]] || return 0
  kill -TERM -- "-$running" 2>/dev/null
  wait_gone 100 kill -0 -- "-$running" || kill -KILL -- "-$running" 2>/dev/null
  running=
}

# launch NAME COMMAND...: starts a server in its own session, with $state/NAME.pid and $state/NAME.log.
# The child writes its pid file before it becomes the command, so a kill -9 of us cannot lose it.
launch() {
  local pid_file=$state/$1.pid log=$state/$1.log
  shift
  rm -f -- "$pid_file"
  : >"$log"
  (
    write_pid "$pid_file" "$BASHPID"
    exec setsid env --default-signal=INT,QUIT "$@"
  ) >>"$log" 2>&1 </dev/null &
  wait_gone 50 test ! -s "$pid_file"
}

# stop_launched NAME...: asks all to finish, gives them 20 seconds, then insists.
stop_launched() {
  local name pid
  for name in "$@"; do
    if pid=$(live_pid "$state/$name.pid"); then kill -TERM "$pid"; fi
  done
  for name in "$@"; do
    if ! wait_gone 200 live_pid "$state/$name.pid" && pid=$(live_pid "$state/$name.pid"); then
      complain "$name does not stop; killing it."
      kill -KILL -- "-$pid"
      wait_gone 50 live_pid "$state/$name.pid"
    fi
    rm -f -- "$state/$name.pid"
  done
}

# wait_gone TENTHS COMMAND...: waits until COMMAND fails.
wait_gone() {
  local left=$1
  shift
  while "$@" >/dev/null 2>&1; do
    ((left-- > 0)) || return 1
    sleep 0.1
  done
}

# Makes `exit` run at a signal, so that one EXIT trap cleans up whatever happens.
exit_on_signals() {
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  trap 'exit 141' PIPE
}

# To be called first in the EXIT trap: from here on nothing may interrupt the cleaning.
# The output may be gone (a closed terminal), so failing to print must not end it either.
begin_cleanup() {
  set +e
  trap '' INT TERM HUP PIPE
}
