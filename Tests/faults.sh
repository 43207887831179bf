#!/usr/bin/env bash
# Lets calls of a recorded workload go wrong, one after another, and compares the file with what callers were told; kills
# processes in the middle of commits likewise. `Tests/run.sh` tries a slice of it.
#
#     bash Tests/faults.sh --seed 7 --minutes 10    for so long, in an order that the seed decides
#     bash Tests/faults.sh --seed 7 --all           every point
#     bash Tests/faults.sh --only full/413          the points whose description contains a text
#
# A failure is printed with its seed and its point.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/shell.sh

export EDDA_FAULTS_SEED=7
while (($#)); do
    case $1 in
    --seed) EDDA_FAULTS_SEED=${2:?"--seed needs a number"} && shift 2 ;;
    --minutes) export EDDA_FAULTS_MINUTES=${2:?"--minutes needs a number"} && shift 2 ;;
    --only) export EDDA_FAULTS_ONLY=${2:?"--only needs a text"} && shift 2 ;;
    --all) export EDDA_FAULTS_ALL=1 && shift ;;
    *)
        printf 'usage: bash Tests/faults.sh [--seed N] [--minutes N | --all | --only TEXT]\n' >&2
        exit 64
        ;;
    esac
done
[[ -n ${EDDA_FAULTS_MINUTES:-}${EDDA_FAULTS_ONLY:-} ]] || export EDDA_FAULTS_ALL=1

require libsqlite3-dev

heading "Building"
build=(-c release --build-tests -Xswiftc -enable-testing ${swift_flags[@]+"${swift_flags[@]}"})
swift build "${build[@]}" >&2
heading "Seed $EDDA_FAULTS_SEED"
tests=$(swift build "${build[@]}" --show-bin-path)/EddaPackageTests.xctest
if [[ $(uname -s) == Darwin ]]; then
    swift test -c release -Xswiftc -enable-testing --skip-build --filter 'FaultSweepTests|KillTests'
else
    "$tests" --testing-library swift-testing --filter 'FaultSweepTests|KillTests'
fi
