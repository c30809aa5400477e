#!/usr/bin/env bash
# Builds Telegraf 1.35.4 with only the parts the benchmark uses: bench/build-telegraf.sh [FILE]
# (FILE: ~/.cache/liandong/bin/telegraf, where `npm run bench` looks). Does nothing when FILE is there.
# Needs Go, and gets the sources as Go modules. About a minute and a half on 2 cores; the module cache makes the next one short.
set -euo pipefail

version=v1.35.4
cache=${LIANDONG_CACHE:-$HOME/.cache/liandong}
program=${1:-$cache/bin/telegraf}
folder=$cache/telegraf-build
package=github.com/influxdata/telegraf/cmd/telegraf
tags=custom,inputs.mqtt_consumer,outputs.influxdb_v2,parsers.json,serializers.influx

if [ -x "$program" ]; then
  "$program" --version
  exit
fi
mkdir -p "$folder" "$(dirname "$program")"
cd "$folder"
export GOFLAGS=-mod=mod
# `go install …@version` refuses a module with replace directives, so Telegraf is a dependency of a module of its own.
[ -f go.mod ] || go mod init telegrafbuild
# With the tags here too, or the modules of all the other plugins would be fetched.
go get -tags "$tags" "$package@$version"
go build -trimpath -ldflags "-X github.com/influxdata/telegraf/internal.Version=${version#v}" \
  -tags "$tags" -o "$program.new" "$package"
mv "$program.new" "$program"
"$program" --version
