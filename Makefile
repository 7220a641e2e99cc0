# Two set-up commands and nothing clever: both bring their own tools, so git, make and Python are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test lint bench seeds clean

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "jianghua needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -x .tools/bin/uv || { $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'; }
	@UV_PYTHON_DOWNLOADS=never .tools/bin/uv sync --quiet --frozen --python "$$(command -v $(PYTHON))"
	@touch $@
