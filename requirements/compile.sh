#!/usr/bin/env bash
# Writes the hashed requirements anew from pyproject.toml. `requirements/compile.sh --upgrade` takes newer versions.
#
# Made for the oldest Python that we promise and for Linux; hashes of all files of a release are kept, so other
# systems install from the same list. No address of a package index is ever written.
set -euo pipefail
cd -- "$(dirname -- "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url \
        --python-version 3.11 --python-platform x86_64-manylinux_2_28 "$@"
}

extra() {
    .venv/bin/python - "$1" <<'EOF'
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"][sys.argv[1]], sep="\n")
EOF
}

compile --output-file requirements/run.txt "$@" pyproject.toml
compile --output-file requirements/dev.txt "$@" pyproject.toml --group dev --constraints requirements/run.txt
compile --output-file requirements/samples.txt "$@" --group samples --constraints requirements/dev.txt
compile --output-file requirements/deployment.txt "$@" --group deployment --constraints requirements/dev.txt
compile --output-file requirements/build.txt "$@" --group build
compile --output-file requirements/uv.txt "$@" --group uv
for name in weights ffmpeg; do
    extra "$name" | compile --output-file "requirements/$name.txt" "$@" -
done
# What is in dev.txt too has the same version there: both go into one environment.
extra openai-whisper | compile --output-file requirements/openai-whisper.txt "$@" \
    --constraints requirements/dev.txt --constraints requirements/build.txt -
