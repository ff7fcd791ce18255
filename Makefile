# `make help` lists what there is. Everything runs from .venv, made on first use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
FUZZ := $(VENV)/.installed-fuzz
TOOLS := $(VENV)/tools
# Bytecode is written at the first import of what is imported at all, which is a small part; and it
# is written, whatever the surroundings say (container images like to forbid it): torch and
# scikit-learn compiled anew take four seconds of each process.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
export PATH := $(CURDIR)/$(BIN):$(PATH)
# One process more than two cores: tests wait for servers and for what they have killed. Threads
# that wait would take the others' cores.
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup dev demo repro test check lint check-lock track mlflow register serve \
	projector bench bench-all bench-scale torture soak fuzz studies studies-quick readme explorer lint-js \
	screenshot lock audit sbom clean clean-all

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with the pinned dependencies

dev: $(DEV) ## the same, with what tests and linters need

$(STAMP): requirements.lock requirements-torch.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "reelvec needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is none of them (for 3.14" \
		"gensim cannot be built): run make PYTHON=python3.13 (or another that you have)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) -r requirements-torch.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c "$$RELATIVE_PATH"
	@touch $@

$(DEV): requirements-dev.lock $(STAMP)
	$(INSTALL) --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

$(FUZZ): .ci/fuzz.lock $(DEV)
	$(INSTALL) --require-hashes --no-deps -r .ci/fuzz.lock
	@touch $@

# Under LC_ALL=C Python 3.11 cannot start where the path that an editable install notes has a letter
# beyond ASCII.
define RELATIVE_PATH
import os, pathlib, sysconfig
site = pathlib.Path(sysconfig.get_path("purelib"))
(noted,) = site.glob("__editable__.reelvec-*.pth")
noted.write_text(os.path.relpath("src", site) + "\n", encoding="ascii")
endef
export RELATIVE_PATH

demo: setup ## the whole pipeline on the bundled sample, in a workspace of its own
	$(BIN)/reelvec demo

repro: setup ## the real pipeline: downloads the data unless REELVEC_MIRROR has it
	$(BIN)/reelvec repro
	$(BIN)/reelvec page

test: dev ## all tests
	$(PYTEST)

check: dev lint ## ruff, mypy, the layers, and the tests that take less than a second
	$(PYTEST) -m "not slow"

lint: dev ## ruff, mypy, and the layers of the package
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-lock: setup ## do params, code and dvc.yaml still match dvc.lock? Needs no data
	$(BIN)/reelvec check-lock

track: setup ## write the MLflow runs that are missing, from what DVC holds
	$(BIN)/reelvec track

# Jobs, which no run here has, would take seven processes and two gigabytes.
mlflow: setup ## the MLflow UI on this project's runs
	MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
		$(BIN)/mlflow ui --backend-store-uri sqlite:///mlflow.db --host 127.0.0.1 --port 5000

register: setup ## make the best model the champion of MLflow's registry, if it is better
	$(BIN)/reelvec register

# Of several workers one that dies is replaced; a single one takes the server along.
WORKERS ?= 2
PORT ?= 5001

serve: setup ## let the champion answer at http://127.0.0.1:5001/invocations
	$(BIN)/reelvec serve --port $(PORT) --workers $(WORKERS)

projector: setup ## the Embedding Projector on the exported vectors
	$(BIN)/tensorboard --logdir reports/export --host 127.0.0.1

bench: setup ## speed and memory against the plain way of doing the same work
	$(BIN)/python -m pip freeze --exclude-editable > $(VENV)/installed
	$(INSTALL) --constraint $(VENV)/installed --editable '.[bench]'
	$(BIN)/python -m benchmarks

# TensorFlow has its own ideas about the versions of what it shares with the pipeline.
bench-all: setup ## the same, with Keras and fastText beside it (each installed in its own place)
	test -x $(VENV)/keras/bin/python || $(PYTHON) -m venv $(VENV)/keras
	$(VENV)/keras/bin/python -m pip install --quiet --disable-pip-version-check tensorflow-cpu
	test -x $(VENV)/fasttext/bin/python || $(PYTHON) -m venv $(VENV)/fasttext
	$(VENV)/fasttext/bin/python -m pip install --quiet --disable-pip-version-check \
		fasttext-wheel 'numpy<2'
	REELVEC_KERAS_PYTHON=$(CURDIR)/$(VENV)/keras/bin/python \
		REELVEC_FASTTEXT_PYTHON=$(CURDIR)/$(VENV)/fasttext/bin/python $(MAKE) bench

bench-scale: setup ## up to ten million reviews, half an hour, 30 GB: benchmarks/scale.md
	$(BIN)/python -m benchmarks.scale

torture: setup ## kill it, starve it, run two at once: docs/reliability.md (two hours)
	$(BIN)/python -m benchmarks.torture

# Of asking, and of random bytes: so long that what leaks or is rare has time to show.
MINUTES ?= 60

soak: dev ## many clients at a served model: docs/reliability.md (MINUTES=60)
	$(BIN)/python -m benchmarks.soak --minutes $(MINUTES)

fuzz: $(FUZZ) ## random bytes at all that reads them: docs/reliability.md (MINUTES=60)
	$(BIN)/python -m benchmarks.fuzz --minutes $(MINUTES)

studies: setup ## rerun the tutorials, the learning curves and the embeddings (hours)
	$(BIN)/dvc repro studies/tutorials/dvc.yaml studies/learning_curves/dvc.yaml \
		studies/embeddings/dvc.yaml

studies-quick: setup ## curves and embeddings with one seed and pooled encoders, in .quick/
	$(BIN)/python -m studies.quick

# The bundle is in git, so that only a change of its modules needs Node and npm.
explorer: .ci/node_modules ## bundle the modules of the word map again; needs Node
	npm --prefix .ci run --silent bundle

lint-js: .ci/node_modules ## biome and tsc on the scripts of the page, and is the bundle theirs?
	npm --prefix .ci run --silent lint

# No package runs a script of its own here: esbuild's would only fetch what the lock has already.
.ci/node_modules: .ci/package.json .ci/package-lock.json
	npm --prefix .ci ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

screenshot: dev ## take the README's picture of the explorer; needs Chromium
	PYTHONPATH=tests $(BIN)/python .ci/screenshot.py

readme: setup ## write the results into README.md from the committed metrics
	$(BIN)/reelvec readme

# What makes the locks and judges them needs packages of other versions: it has a place of its own.
$(TOOLS)/.installed: .ci/tools.lock
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile \
		--require-hashes -r .ci/tools.lock
	@touch $@

COMPILE := $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --no-header --no-annotate
PINNED := $(COMPILE) --constraint $(VENV)/constraints pyproject.toml
# The names in a lock, as packages that are not to be written into another.
ELSEWHERE := sed -nE 's/^([a-z0-9-]+)==.*/--no-emit-package \1/p'
UPGRADE ?= --upgrade

# One version of each for every Python, so that all get the same results. torch has a lock of its
# own without hashes and without its CUDA packages: the build is the one that your index has.
# python-dateutil 3 and later would push celery and graphene back by releases.
# `make lock UPGRADE=` keeps what is pinned, and pins what pyproject.toml asks for besides.
lock: $(TOOLS)/.installed ## pin the newest dependencies again
	cat requirements.lock requirements-torch.lock requirements-dev.lock > $(VENV)/all.lock
	echo 'python-dateutil<3' > $(VENV)/constraints
	$(PINNED) $(UPGRADE) --extra dev --output-file $(VENV)/all.lock > /dev/null
	cat $(VENV)/all.lock >> $(VENV)/constraints
	$(PINNED) --output-file $(VENV)/run.lock > /dev/null
	grep -oE '^torch==[0-9.]+' $(VENV)/run.lock > requirements-torch.lock
	$(PINNED) --generate-hashes --output-file requirements.lock \
		$$(grep -E '^(torch|nvidia-|cuda-|triton)' $(VENV)/run.lock | $(ELSEWHERE)) > /dev/null
	$(PINNED) --generate-hashes --output-file requirements-dev.lock --extra dev \
		$$($(ELSEWHERE) $(VENV)/run.lock) > /dev/null
	for lock in tools fuzz; do $(COMPILE) $(UPGRADE) --generate-hashes \
		--output-file .ci/$$lock.lock .ci/$$lock.in > /dev/null || exit 1; done

audit: dev $(TOOLS)/.installed ## known vulnerabilities, licences, workflows; needs the internet
	$(BIN)/python .ci/licences.py
	$(TOOLS)/bin/zizmor --offline .github
	status=0; for lock in requirements*.lock .ci/*.lock; do \
		$(TOOLS)/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off \
			--requirement $$lock || status=1; done; exit $$status

sbom: setup $(TOOLS)/.installed ## write sbom.json: all that the pipeline runs with (CycloneDX)
	$(TOOLS)/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml \
		--output-reproducible --output-file sbom.json

clean: ## remove the demo and caches; data, results, MLflow runs and .venv stay
	rm -rf sbom.json .demo .quick .fuzz .pytest_cache .mypy_cache .ruff_cache .hypothesis dvc_plots
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

clean-all: clean ## also remove data, the DVC cache, MLflow runs and .venv (needs a download to redo)
	rm -rf data/raw data/interim data/processed data/models data/baselines \
		data/predictions data/plain data/word_vectors/*/ data/lessons data/students data/ensembles data/tracked.json \
		data/explorer.json data/mistakes data/origins.parquet data/report.json .dvc/cache .dvc/tmp
	rm -rf reports/export reports/mistakes reports/plots/confusion reports/index.html
	rm -rf mlflow.db mlflow.db.*lock mlruns mlartifacts .ci/node_modules $(VENV)
