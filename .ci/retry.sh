# Sourced by the steps that ask a registry. `retry COMMAND…` runs it up to 4 times, each after a longer pause.
retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return 0
    echo "attempt $attempt failed: $*"
    sleep $((attempt * 5))
  done
  "$@"
}
