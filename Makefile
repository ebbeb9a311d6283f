# idlock: `make run` and `make test` are all a fresh machine needs.
SHELL  := bash
CONFIG ?= config/config.yaml
CORES  ?= all
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN    := .venv/bin

.PHONY: help run test soak lint bench bench-scale calibrate models lock clean clean-cache

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/ready  ## photos in, pictures and report out: make run CONFIG=path CORES=n
	@$(BIN)/python -m idlock run --configfile "$(CONFIG)" --cores "$(CORES)"

# A worker takes up to 3 GB, so no more than four; a file's tests stay together,
# because they share what is slow to make.
test: .venv/ready lint  ## lint, then every test
	$(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile

soak: .venv/ready  ## kill a run twenty times at random moments and compare the bytes
	IDLOCK_KILLS=20 $(BIN)/pytest tests/workflow/test_soak.py

lint: .venv/ready  ## ruff, snakefmt and snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check workflow
	$(BIN)/snakemake --lint

# The stamp is written last, so that an interrupted set-up starts again.
# Importing pymatting and drawing one picture compiles their loops (a minute)
# before any job has to wait for them.
.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "idlock needs Python 3.11 ($(PYTHON) is another): make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -c 'import pymatting; from idlock import cast; cast.render(0, "laughing", 64)'
	@touch $@

calibrate: .venv/ready  ## measure the judges' lines on a config's own people: make calibrate CONFIG=path
	$(BIN)/snakemake --cores $(CORES) --configfile "$(CONFIG)" calibrate

models: .venv/ready  ## fetch and check the model files a config needs: make models CONFIG=path
	$(BIN)/python -m idlock models --configfile "$(CONFIG)"

bench: .venv/ready  ## measure speed and quality, as ratios in one run
	for script in bench/*.py; do $(BIN)/python $$script || exit 1; done

bench-scale: .venv/ready  ## many people: make bench-scale PEOPLE=1000
	$(BIN)/python bench/scale/people.py --people $(or $(PEOPLE),100)

lock:  ## write requirements.txt and environment.yml anew from pyproject.toml
	bash .ci/lock "$(PYTHON)"

clean-cache: .venv/ready  ## remove everything from the cache a config names: make clean-cache CONFIG=path
	@$(BIN)/python -m idlock clean-cache --configfile "$(CONFIG)"

clean:  ## remove the environment, never results
	rm -rf .venv
