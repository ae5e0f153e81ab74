# Everything here can be run again at no cost: what is there is not fetched, built or made a second time.
# PROTOVIDEO_ASSETS       where models, voices, fonts and tools are kept (the user's cache folder otherwise)
# PROTOVIDEO_ASSETS_FROM  a folder or http(s) address to take them from, such as a copy of another machine's

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
assets := $(or $(PROTOVIDEO_ASSETS),$(cache)/protovideo/assets)
gates := $(assets)/gates
bench := $(assets)/bench
cloud := $(assets)/cloud
sam := $(assets)/sam
export PROTOVIDEO_ASSETS := $(assets)
# Property tests try the same cases on every machine; `make test PROPTEST_RNG_SEED=$$RANDOM` tries others.
export PROPTEST_RNG_SEED ?= 1
# A cargo-nextest or cargo-deny of the machine's own comes first.
export PATH := $(PATH):$(assets)/tools

install := python3 scripts/install.py
tool = command -v $(1) >/dev/null || $(install) --lock assets/tools.json $(1)
say = @printf '\n\033[1m%s\033[0m\n' $(1)

programs := ffmpeg cc=gcc python3 pip=python3-pip
functions := submit render assemble reconcile
making := submit render assemble

.PHONY: help
help: ## List what can be made
	@echo "make film   is where to start; make test and make lint before a change is proposed."
	@echo
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: film
film: base ## Install what is missing, build, and render examples/harbour.json into film.mp4
	$(call say,"Building the program")
	cargo build --release --locked
	$(call say,"Preparing the models")
	target/release/protovideo prepare
	$(call say,"Rendering examples/harbour.json")
	target/release/protovideo render examples/harbour.json -o film.mp4

.PHONY: test
test: base $(cloud)/ready $(sam)/ready ## Run the whole test suite
	@$(call tool,cargo-nextest)
	$(call say,"Testing the installer")
	python3 -m unittest discover -s scripts -p 'test_*.py'
	$(call say,"Building the tests")
	cargo build --locked --bins
	cargo nextest run --locked --no-run
	$(call say,"Preparing the models")
	target/debug/protovideo prepare
	$(call say,"Running the tests")
	cargo nextest run --locked
	cargo nextest run $(simulation) --test simulated
	@$(MAKE) test-cloud

.PHONY: test-cloud
test-cloud: base target/stand-ins/ready ## Run the tests of the template and of the functions alone
	$(call say,"Building the functions")
	cargo build --locked $(functions:%=-p protovideo-%)
	$(call say,"Testing the template")
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(sam)/bin/sam validate --lint
	$(sam)/bin/cfn-lint infra/template.yaml
	$(cloud)/bin/python -m unittest discover -s scripts/cloud -p 'test_*.py'
	$(call say,"Testing the layers")
	$(cloud)/bin/python -m unittest discover -s infra/layers -p 'test_*.py'
	$(call say,"Testing the functions")
	$(cloud)/bin/python -m unittest discover -s tests/cloud -t tests

.PHONY: counts
counts: base ## Count instructions, steps and calls of fixed work; fail where one grew by over 5 % (ACCEPT=1 takes the new counts)
	@scripts/debian.sh valgrind
	$(call say,"Building the program")
	cargo build --locked --bins
	target/debug/protovideo prepare
	$(call say,"Counting (a minute or two)")
	python3 scripts/counts.py $(if $(ACCEPT),--accept)

.PHONY: gates
gates: base $(gates)/ready ## Judge the speech by a recogniser and an aligner (Python; in a folder of its own)
	$(call say,"Building the program")
	cargo build --locked --bins
	target/debug/protovideo prepare
	$(call say,"Testing the judges themselves")
	$(gates)/bin/python -m unittest discover -s scripts/gates -p 'test_*.py'
	$(call say,"Counting wrong words")
	$(gates)/bin/python scripts/gates/words.py --protovideo target/debug/protovideo --reference all
	$(call say,"Comparing spectra")
	$(gates)/bin/python scripts/gates/spectra.py --protovideo target/debug/protovideo
	$(call say,"Measuring the words' times")
	$(gates)/bin/python scripts/gates/times.py --protovideo target/debug/protovideo

.PHONY: bench
bench: base $(bench)/ready ## Measure speed, memory and cache, and the video path against MoviePy
	$(call say,"Building the program")
	cargo build --release --locked
	target/release/protovideo prepare
	$(call say,"Measuring (some half an hour; best on a machine that does nothing else)")
	target/release/protovideo bench --moviepy $(bench)/bin/python

# No model, no ffmpeg and no network: few dependencies are built.
simulation := --locked --no-default-features --features simulation

.PHONY: bench-scaling
bench-scaling: programs ## Play the pipeline in virtual time: 1 to 1,000 scenes and workers, crashes, a day of edits
	$(call say,"Playing films (some four minutes, and 4 GB: a thousand workers read the plan of a thousand scenes each)")
	cargo bench $(simulation) --bench scaling

.PHONY: cloud
cloud: base lambda ## Deploy the stack to an emulator of AWS on this machine, and make examples/harbour.json there
	$(call say,"Deploying to the emulator")
	$(cloud)/bin/python scripts/cloud/local.py up --sam $(sam)/bin/sam
	$(call say,"Making examples/harbour.json")
	cargo build --release --locked
	$(cloud)/bin/python scripts/cloud/local.py film examples/harbour.json -o cloud.mp4 --program target/release/protovideo
	@echo 'eval "$$($(cloud)/bin/python scripts/cloud/local.py env)" lets protovideo, aws and examples/app.py find it;' \
	    'make cloud-down stops it'

.PHONY: cloud-down
cloud-down: ## Stop the emulator that `make cloud` started
	$(cloud)/bin/python scripts/cloud/local.py down

.PHONY: lambda
lambda: base $(cloud)/ready $(sam)/ready ## Build the functions and their layers, as `sam deploy` takes them
	$(call say,"Building the program")
	cargo build --locked --bins
	target/debug/protovideo prepare
	$(call say,"Building the functions and the layers")
	PATH="$(sam)/bin:$$PATH" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 sam build

.PHONY: chaos
chaos: base target/stand-ins/ready ## Kill functions at random while they make films, and see that every task ends (ten minutes)
	PYTHONPATH=tests $(cloud)/bin/python -m cloud.chaos --programs target/stand-ins --assets $(assets) --bound-s 1500 \
	    --kill 0.75 --least-killed 0.333

.PHONY: bench-cloud
bench-cloud: base target/stand-ins/ready ## Count the functions' calls to AWS, and measure their starts and sizes
	cargo build --locked $(functions:%=-p protovideo-%)
	PYTHONPATH=tests $(cloud)/bin/python -m cloud.measure --programs target/stand-ins --real target/debug

# The functions with stand-ins for speech and encoding, for tests of all that surrounds those.
.PHONY: target/stand-ins/ready
target/stand-ins/ready: $(cloud)/ready $(sam)/ready
	$(call say,"Building the functions with stand-ins")
	cargo build --locked $(functions:%=-p protovideo-%) $(making:%=--features protovideo-%/stand-ins)
	mkdir -p $(@D)
	cp --remove-destination $(functions:%=target/debug/%) $(@D)

# Python programs in folders of their own.
$(gates)/ready: scripts/gates/requirements.txt
$(bench)/ready: scripts/bench/requirements.txt
$(cloud)/ready: scripts/cloud/requirements.txt
$(sam)/ready: scripts/cloud/requirements-sam.txt
$(gates)/ready $(bench)/ready $(cloud)/ready $(sam)/ready:
	$(call say,"Installing $< into $(@D)")
	@scripts/debian.sh venv=python3-venv
	python3 -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --only-binary=:all: --no-deps --requirement $<
	@touch $@

.PHONY: lint
lint: programs ## Check formatting, lints, licences and duplicate dependencies
	@$(call tool,cargo-deny)
	$(call say,"Formatting")
	cargo fmt --all --check
	$(call say,"Lints")
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	cargo clippy $(simulation) --lib --bench scaling --test simulated -- --deny warnings
	$(call say,"Licences and duplicates")
	cargo fetch --locked --quiet
	cargo-deny --offline --locked check licenses bans sources

.PHONY: programs
programs:
	@scripts/debian.sh $(programs)

.PHONY: base
base: programs
	@$(install) base

.PHONY: assets
assets: programs ## Read every installed file again, and bring back what is missing or altered
	$(install) --verify base

.PHONY: voices
voices: programs ## Install all 28 English voices
	$(install) --verify base voices

.PHONY: cuda
cuda: programs ## Install what speaks on an NVIDIA GPU (with TTS_DEVICE=cuda)
	$(install) --verify base cuda
	TTS_DEVICE=cuda cargo run --release --locked -- prepare

.PHONY: clean
clean: ## Remove what was built here; installed files and the artifact cache stay
	cargo clean
	rm -f film.* cloud.*
