# Two set-up commands and nothing clever: both bring their own tools, so git, make and Python are enough.
PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
PEERS  := .venv/.peers
SHARED ?= ../shared

.PHONY: demo test lint bench bench-text bench-tags bench-dedupe bench-search seeds

# The archive of the samples, made anew, and a search in it.
demo: $(READY)
	@rm -rf data/archive
	@$(BIN)/jianghua ingest data/samples --archive data/archive || test $$? -eq 1
	@echo
	$(BIN)/jianghua search '招商引资 地区:辽宁省 日期:2019' --archive data/archive

test: lint
	@$(BIN)/pytest

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# Where the time goes on the labelled reports, and how right the tags are; needs the data beside the checkout.
bench: $(READY)
	@$(BIN)/python benchmarks/ingest.py $(SHARED)
	@$(BIN)/python benchmarks/accuracy.py $(SHARED)

# How good the text itself is, beside other tools in the same run; needs the data beside the checkout.
bench-text: $(PEERS)
	@$(BIN)/python benchmarks/text.py $(SHARED)

# How right level, region and date are, beside other tools in the same run; needs the data beside the checkout.
bench-tags: $(PEERS)
	@$(BIN)/python benchmarks/tags.py $(SHARED)

# How well copies are found and at what cost, beside other tools in the same run; needs the data beside the checkout.
bench-dedupe: $(PEERS)
	@$(BIN)/python benchmarks/dedupe.py $(SHARED)

# Search on both engines: hits, ranking, speed; starts a real Elasticsearch, needs the data beside the checkout.
bench-search: $(READY)
	@$(BIN)/python benchmarks/search.py $(SHARED)

# The five real documents, held against what a careful reader gets from them.
seeds: $(READY)
	@$(BIN)/python benchmarks/seeds.py $(SHARED)

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "jianghua needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 2; }
	@test -x .tools/bin/uv || { $(PYTHON) -m venv .tools && \
		.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'; }
	@UV_PYTHON_DOWNLOADS=never .tools/bin/uv sync --quiet --frozen --python "$$(command -v $(PYTHON))"
	@touch $@

# The other tools go on top of what is there; a new lock file takes them off again, and this brings them back.
$(PEERS): $(READY)
	@UV_PYTHON_DOWNLOADS=never .tools/bin/uv sync --quiet --frozen --group bench --python "$$(command -v $(PYTHON))"
	@touch $@
