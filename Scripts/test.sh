#!/usr/bin/env bash
# Runs `swift test` with the arguments given, one test after the other: some count the threads, descriptors and children of
# the whole process, and all tests share one. Without XCTest's empty run, Swift Testing's summary is the last it prints.
#
# What failed is said again at the end, where one sees it: its own line is followed by thousands of others.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT

${SWIFT:-swift} test --disable-xctest --no-parallel "$@" 2>&1 | tee "$log"
result=${PIPESTATUS[0]}
if [ "$result" -ne 0 ]; then
	echo "--- What failed:"
	# Each failure with what explains it, which ends where another test or suite begins or ends. Where nothing has failed,
	# the last test to start has ended the process, or the build has failed.
	awk '/^✘/ { failed = shown = 1 } /^(✔|◇|━)/ { shown = 0; last = $0 } shown; END { if (!failed) print last }' "$log"
fi
exit "$result"
