#!/usr/bin/env bash
# Builds and tests everything: the package, then the example. Arguments are passed to `swift test` of the package:
#
#     bash Tests/run.sh --filter EddaSQLiteTests
#
# Installs missing system packages when it may; otherwise prints the line that does it and exits with 69.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/shell.sh

require libsqlite3-dev sqlite3

heading "Building Edda"
swift build --build-tests ${swift_flags[@]+"${swift_flags[@]}"}
heading "Testing Edda"
swift test ${swift_flags[@]+"${swift_flags[@]}"} "$@"

example=Examples/OrderFulfilment
if [[ -f $example/Package.swift ]]; then
    heading "Building the example"
    swift build --package-path "$example" --build-tests ${swift_flags[@]+"${swift_flags[@]}"}
    heading "Testing the example"
    swift test --package-path "$example" ${swift_flags[@]+"${swift_flags[@]}"}
fi
heading "Done"
