# Needs Python 3.11 or newer, git, make and bash. Everything else goes into $(VENV), and nothing is installed twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test bench lint types lock size clean

VENV ?= .venv
OUT ?= out
SYSTEM ?= examples/support-desk/system.yaml
export VENV

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1  /p' Makefile | sed 's/^\(  make [a-z]*\)  /\1\t/' | expand -t 16

run: ## design, rehearse and measure the example into OUT=out; TRACE=file replays recorded traffic; SYSTEM=another file
	@scripts/install run
	@$(VENV)/bin/archwright run "$(SYSTEM)" --out "$(OUT)" $(if $(TRACE),--trace "$(TRACE)")

test: ## everything that must hold: style, types, floors, tests
	@scripts/install test
	@scripts/install browser
	@scripts/check

bench: ## one benchmark, NAME=rehearse; its last line is one JSON object
	@test -f "benchmarks/$(NAME).py" || { echo "make bench NAME=…, one of: $(basename $(notdir $(wildcard benchmarks/*.py)))" >&2; exit 2; }
	@scripts/install bench "$(NAME)"
	@$(VENV)/bin/python "benchmarks/$(NAME).py"

lint: ## style and floors only
	@scripts/install test
	@scripts/check lint format floors

types: ## types only
	@scripts/install test
	@scripts/check types

lock: ## resolve requirements/*.lock anew, to the newest versions that fit
	@scripts/lock

size: ## what an installation takes: seconds, MB, packages
	@scripts/size

clean: ## remove the environment, results and caches
	@rm -rf $(VENV) "$(OUT)" build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
