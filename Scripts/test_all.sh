#!/usr/bin/env bash
# Builds and runs all tests, with the arguments given to `swift build` and `swift test`.
#
# Most of the time is spent waiting: for processes that start, stop and die. So the tests in Python run during the build, and
# two processes run a half of the others each, one test after the other (see test.sh).
set -uo pipefail
cd "$(dirname "$0")/.."

swift=${SWIFT:-swift}
logs=$(mktemp -d)
result=0

# What runs in the background would not notice that this ends. The last lines say which test has not come to an end.
stop() {
	kill $(jobs -p) 2>/dev/null
	[ $# -eq 0 ] || tail -n 3 "$logs"/*
	rm -rf "$logs"
}
trap stop EXIT
trap 'stop interrupted; trap - EXIT; exit 130' INT TERM

python3 -m unittest discover -s Tests/Ray >"$logs/python" 2>&1 &
$swift build --build-tests "$@" || result=$?
wait $! || result=$?
cat "$logs/python"
[ "$result" -eq 0 ] || exit "$result"

# SwiftPM lets only one process into a build directory, unless it is told that nothing is built.
half() { Scripts/test.sh "$@" --skip-build --ignore-lock; }
processes='^Multitasking(Processes|Launch)Tests\.'
half "$@" --filter "$processes" >"$logs/processes" 2>&1 &
half "$@" --skip "$processes" 2>&1 | tee "$logs/others" || result=$?
wait $! || result=$?
cat "$logs/processes"
# Failures of the first half, which the second's output has moved out of sight.
awk '/^--- What failed:/ { failed = 1 } failed' "$logs/others"
exit "$result"
