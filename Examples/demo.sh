#!/usr/bin/env bash
# Builds the order-fulfilment example and runs it. Arguments are passed on:
#
#     bash Examples/demo.sh --count 200 --decline-rate 0.2 --json
#
# Standard output holds what the program prints and nothing else. Installs missing system packages when it may;
# otherwise prints the line that does it and exits with 69.
set -euo pipefail
# The program runs in the folder that the caller is in, so that relative paths among the arguments mean what they say.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/.ci/shell.sh"

require libsqlite3-dev

build=(swift build --package-path "$root/Examples/OrderFulfilment" --product order-fulfilment
    ${swift_flags[@]+"${swift_flags[@]}"})
printf 'Building order-fulfilment; the first time takes a few minutes.\n' >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${build[@]}" >"$log" 2>&1; then
    cat "$log" >&2
    fail "order-fulfilment did not build."
fi
program=$("${build[@]}" --show-bin-path)/order-fulfilment
rm -f "$log"
exec "$program" run "$@"
