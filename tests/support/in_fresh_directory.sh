#!/usr/bin/env bash
# Runs a command in an empty directory of its own. Usage: in_fresh_directory.sh DIRECTORY COMMAND…
set -euo pipefail

directory=$1
shift
rm -rf -- "$directory"
mkdir -p -- "$directory"
cd -- "$directory"
exec "$@"
