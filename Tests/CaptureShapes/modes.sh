#!/usr/bin/env bash
# Builds capture-shapes in each mode that is named, runs it, and fails if one closure in one mode is not what it should be.
#
#     SEED=7 COUNT=300 Tests/CaptureShapes/modes.sh debug release
#
# With a SEED other than 1, the random shapes are others than those of `Program/RandomShapes.swift`.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift=${SWIFT:-swift}
scratch=${SCRATCH:-.build/capture-modes}
all="debug release unchecked osize cmo static stripped testable evolution noreflection address"
sources=Tests/CaptureShapes/Program/RandomShapes.swift

if [ "${SEED:-1}" != 1 ]; then
	cp "$sources" "$scratch-random.swift"
	trap 'mv "$scratch-random.swift" "$sources"' EXIT
	$swift build --product capture-generator
	.build/debug/capture-generator "$SEED" "${COUNT:-300}" >"$sources"
fi

# build MODE FLAGS...: where the program is afterwards.
build() {
	local mode=$1
	shift
	# One directory for all: a mode takes as long as building everything, and hundreds of megabytes.
	if ! $swift build --product capture-shapes --scratch-path "$scratch" "$@" >"$scratch.log" 2>&1; then
		grep error: "$scratch.log" | sort -u | head -20 >&2 || true
		echo "$mode: does not build" >&2
		return 1
	fi
	echo "$($swift build --scratch-path "$scratch" "$@" --show-bin-path)/capture-shapes"
}

mkdir -p "$scratch"
failed=""
for mode in ${*:-$all}; do
	program=""
	arguments="all"
	case $mode in
	debug) program=$(build $mode) ;;
	release) program=$(build $mode -c release) ;;
	unchecked) program=$(build $mode -c release -Xswiftc -Ounchecked) ;;
	osize) program=$(build $mode -c release -Xswiftc -Osize) ;;
	cmo) program=$(build $mode -c release -Xswiftc -cross-module-optimization) ;;
	static) program=$(build $mode -c release --static-swift-stdlib) ;;
	stripped)
		program=$(build $mode -c release)
		strip -s "$program"
		;;
	testable) program=$(build $mode -c release -Xswiftc -enable-testing) ;;
	evolution) program=$(CAPTURE_EVOLUTION=1 build $mode -c release) ;;
	noreflection)
		program=$(build $mode -c release -Xswiftc -Xfrontend -Xswiftc -disable-reflection-metadata)
		arguments="all may-refuse"
		;;
	address)
		program=$(build $mode --sanitize address)
		arguments="all may-see-addresses"
		;;
	*)
		echo "unknown mode $mode; there are: $all" >&2
		exit 2
		;;
	esac || true
	[ -n "$program" ] || { failed="$failed $mode"; continue; }
	echo "--- $mode"
	# The program keeps what it has made; only what is used wrongly counts.
	ASAN_OPTIONS=detect_leaks=0 timeout 120 "$program" $arguments || failed="$failed $mode"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
