# jianghua's own image: the locked dependencies and the flows, run by a user without rights.
FROM python:3.12-slim-bookworm
RUN pip install --no-cache-dir 'uv>=0.9,<1' \
 && useradd --create-home --uid 1000 jianghua \
 && install --directory --owner=jianghua /app /data/raw /data/archive /data/prefect
USER jianghua
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1
COPY --chown=jianghua pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project
COPY --chown=jianghua flows flows
COPY --chown=jianghua mappings mappings
COPY --chown=jianghua data/reference data/reference
COPY --chown=jianghua prefect.yaml ./
RUN uv sync --frozen --no-dev
CMD ["jianghua", "--help"]
