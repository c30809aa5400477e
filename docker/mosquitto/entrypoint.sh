#!/bin/sh
# Waits for the users and rights that the hub writes to $AUTH_DIR, runs Mosquitto on a copy of them, and makes it read them
# again when they change. The copy belongs to Mosquitto's own user, which may not read the hub's files.
set -eu

auth=${AUTH_DIR:-/auth}
run=${RUN_DIR:-/run/mosquitto}
config=${MOSQUITTO_CONF:-/docker/mosquitto.conf}
user=${MOSQUITTO_USER:-mosquitto}
poll_s=${POLL_S:-1}
broker=

stop() {
  trap - TERM INT
  [ -z "$broker" ] || { kill -TERM "$broker" 2>/dev/null || true; wait "$broker" || exit $?; }
  exit 0
}
trap stop TERM INT

# One after the other: each is replaced by renaming, so a copy is never half of an old and half of a new file.
copy() {
  for name in passwd acl; do
    install -m 600 -o "$user" "$auth/$name" "$run/$name.new"
    mv "$run/$name.new" "$run/$name"
  done
}

has_changed() {
  ! cmp -s "$auth/passwd" "$run/passwd" || ! cmp -s "$auth/acl" "$run/acl"
}

mkdir -p "$run"
waited=0
until [ -s "$auth/passwd" ] && [ -f "$auth/acl" ]; do
  [ $((waited % 30)) -ne 0 ] || echo "waiting for the hub to write $auth/passwd and $auth/acl"
  waited=$((waited + 1))
  sleep "$poll_s"
done
copy

mosquitto -c "$config" &
broker=$!
while kill -0 "$broker" 2>/dev/null; do
  # In the background, so that a signal to this script is handled at once.
  sleep "$poll_s" &
  wait $! || true
  if has_changed && copy; then
    echo 'users or rights changed'
    kill -HUP "$broker"
  fi
done
wait "$broker"
