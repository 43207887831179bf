#!/usr/bin/env bash
# Builds the order-fulfilment example for release and tortures it: processes are killed, stopped and misled for some
# minutes, then a reader that does not use Edda checks every guarantee in the files. Arguments are passed on:
#
#     bash Tests/torture.sh --minutes 10 --seed 7
#
# A problem is printed in a sentence, with the seed and the folder, which is kept. `Tests/run.sh` does twenty seconds of it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/.ci/shell.sh"

require libsqlite3-dev

heading "Building" >&2
# In a folder of its own: the demo's build stays as it is.
build=(swift build -c release --package-path "$root/Examples/OrderFulfilment"
    --scratch-path "$root/Examples/OrderFulfilment/.build-release" --product order-fulfilment
    ${swift_flags[@]+"${swift_flags[@]}"})
"${build[@]}" >&2
exec "$("${build[@]}" --show-bin-path)/order-fulfilment" torture "$@"
