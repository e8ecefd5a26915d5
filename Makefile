# make demo      set up everything and rank a port's day of manifests
# make test      set up everything and run the tests
# make help      the other things to do
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
BIN := .venv/bin
SAMPLES := sample_manifests
MESSAGES := $(SAMPLES)/messages
PAST := --history $(SAMPLES)/history.parquet --outcomes $(SAMPLES)/outcomes.parquet

# The worlds that the shipped model learns from, as SEED:PER_DAY: quiet and busy ones, 2.16 million consignments in all.
WORLDS := 11:1000 12:1500 13:2000
WORLD_DAYS := 480

.DEFAULT_GOAL := help
.PHONY: help setup demo nights test test-all check docs bench retraining explanations trials fuzz short model samples languages pictures lock bill clean

help:
	@echo 'make demo      rank one day of a port: both 2019 cases among 2,000 consignments; then a sheet and two messages'
	@echo 'make nights    thirty simulated nights into build/nights: a lake, slates and reports'
	@echo 'make test      the tests, but for the slow ones'
	@echo 'make test-all  the tests, then the slow ones: runs killed at every step, trainings, long draws'
	@echo 'make check     ruff, mypy strict, import-linter'
	@echo 'make docs      the documentation, into build/docs'
	@echo 'make bench     a million consignments beside their floor, the usual pandas script, and nights on a lake'
	@echo 'make retraining  learning from selective inspections, with corrections and without (ten minutes)'
	@echo 'make explanations  judge the reasons of the shipped model, into its card (a minute)'
	@echo 'make trials    1,000 commands and nights killed, full disks, wrong clocks, damaged lakes, writers at once (hours)'
	@echo 'make fuzz      20,000 mangled files for all readers and 70 absurd ones; HOURS=8 goes on for so long'
	@echo 'make short     a few minutes of both'
	@echo 'make model     simulate worlds and train models/default on them'
	@echo 'make samples   make sample_manifests/ again'
	@echo 'make languages bring the translations up to date with every text that readers are told'
	@echo 'make pictures  make the pictures of README.md again'
	@echo 'make lock      lock requirements/ again from pyproject.toml; then call make setup bill'
	@echo 'make bill      NOTICE and a bill of materials, from requirements/run.txt and what is installed'
	@echo 'make clean     remove .venv, build/ and caches'

setup:
	@bash tools/setup.sh

demo: setup
	@echo; echo '== A container ship at Haiphong, 2019: one reconstructed case among honest simulated boxes =='
	$(BIN)/riskscore score $(SAMPLES)/haiphong-2019.csv $(PAST) --top 3
	@echo; echo '== A container ship at Singapore, 2019 =='
	$(BIN)/riskscore score $(SAMPLES)/singapore-2019.csv $(PAST) --top 7
	@echo; echo '== One day of the region'\''s ports: 2,000 consignments, both cases among them =='
	$(BIN)/riskscore score $(SAMPLES)/one-day.parquet $(PAST) --top 16
	@echo; echo '== What ports really send: a packing list with merged cells, ditto marks, several boxes in a cell and totals =='
	$(BIN)/riskscore score $(SAMPLES)/packing-list.xlsx $(PAST) --top 3
	@echo; echo '== A manifest of ASYCUDA World (XML) =='
	$(BIN)/riskscore score $(MESSAGES)/awmds.xml --top 3
	@echo; echo '== A cargo report (EDIFACT CUSCAR) beside the stow plan of its voyage: a box is aboard that no bill names =='
	$(BIN)/riskscore score $(MESSAGES)/cuscar.edi --top 3 --stow-plan $(MESSAGES)/baplie.edi

nights: setup
	$(BIN)/python tools/nights.py build/nights

# A process of tests for each core, and one thread in each: more threads than cores wait for each other.
PYTEST := POLARS_MAX_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

test: setup
	$(PYTEST)

test-all: test
	$(PYTEST) -m slow

docs: setup
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -b html docs build/docs
	@echo 'the documentation is in build/docs/index.html'

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python bench/night.py
	$(BIN)/python bench/naive.py
	$(BIN)/python bench/nights.py
	$(BIN)/python bench/alerts.py
	$(BIN)/python -m bench.cases
	$(BIN)/python bench/encodings.py
	$(BIN)/python -m bench.seizures
	if [ -d build/nights/lake ]; then $(BIN)/python bench/sheets.py; fi

retraining: setup
	$(BIN)/python bench/selective.py

explanations: setup
	rm -rf build/explained
	$(BIN)/riskscore simulate build/explained --days 200 --per-day 500 --seed 77 --smuggling-rate .004
	$(BIN)/riskscore evaluate --model default --manifests build/explained/manifests/2024-0[4-7]*.parquet \
	  --history build/explained/manifests/2024-0[1-3]*.parquet --outcomes build/explained/outcomes.parquet \
	  --truth build/explained/truth.parquet --explanations --keep

trials: setup
	$(BIN)/python bench/kills.py
	$(BIN)/python bench/damages.py
	$(BIN)/python bench/commands.py --trials 2000
	$(BIN)/python bench/writers.py

HOURS := 0
fuzz: setup
	POLARS_MAX_THREADS=1 $(BIN)/python -m bench.mangled --hours $(HOURS)
	$(BIN)/python -m bench.absurd

short: setup
	$(BIN)/python bench/commands.py --short --trials 24
	POLARS_MAX_THREADS=1 $(BIN)/python -m bench.mangled --cases 400 --keep build/mangled

model: setup
	rm -rf build/worlds && mkdir -p build/worlds
	for world in $(WORLDS); do \
	  $(BIN)/riskscore simulate build/worlds/$${world%%:*} --days $(WORLD_DAYS) --per-day $${world##*:} --seed $${world%%:*}; \
	done
	$(BIN)/riskscore train --world build/worlds/* --out models/default

samples: setup
	$(BIN)/python tools/make_samples.py $(SAMPLES)

languages: setup
	$(BIN)/python tools/languages.py

pictures: setup
	$(BIN)/python tools/make_pictures.py docs/pictures

# Packages that come as source only: setuptools of requirements/build.txt builds them. All others install as wheels or not at all.
SOURCES := searoute
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --only-binary :all: --no-binary $(SOURCES) --no-emit-index-url --no-header --no-annotate

lock: setup
	$(LOCK) pyproject.toml --output-file requirements/run.txt
	$(LOCK) pyproject.toml --group dev --output-file requirements/dev.txt
	$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/build.txt
	sed -i '1i --only-binary :all:\n--no-binary $(SOURCES)\n' requirements/*.txt

bill: setup
	$(BIN)/python tools/bill.py

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find riskscore tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +
