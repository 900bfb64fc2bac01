# Limn in a container: built with uv, run without any build tool, as a user who owns nothing but /data.
# Built with buildah on a base of our own only: where it was written Docker Hub cannot be reached. For a release, pin both bases by what `docker buildx imagetools inspect
# python:3.13-slim` calls their digest: FROM python:3.13-slim@sha256:…

FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv==0.13.8
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
# the libraries first: this layer is built again only when the lock changes
COPY pyproject.toml uv.lock ./
RUN uv sync --quiet --locked --no-install-project --extra mongo --extra s3 --extra onnx --group sentences
COPY README.md LICENSE ./
COPY backend backend
COPY frontend frontend
RUN uv sync --quiet --locked --no-editable --extra mongo --extra s3 --extra onnx --group sentences

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data limn \
    && install --directory --mode=0700 --owner=limn --group=limn /data \
    && pip uninstall --yes --quiet --root-user-action=ignore pip
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LIMN_DATA_DIR=/data \
    HF_HOME=/data/huggingface
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + (os.environ.get('LIMN_PORT') or os.environ.get('PORT') or '8000') + '/healthz', timeout=4)"]
CMD ["limn", "serve"]
