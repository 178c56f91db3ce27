"""The Elasticsearch that is started, and the Java that it needs: fetched once, checked, found."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "9.5.0"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
SHA512 = (
    "c06bd4ef7691da91052cada7bb255b2d7c48a1422820a8db0e3e3a1ed0dde4e8"
    "d380cdbadeb7029cc56167b9ad3a6d89f6b8edbc48d4b8685d1ab24a7ab17dd5"
)
"""Of the archive as it was first fetched from Maven Central."""

OLDEST_JAVA = 21
JAVA_FOLDERS = (Path("/usr/lib/jvm"), Path("/Library/Java/JavaVirtualMachines"))
"""Where systems install them beside each other."""


class ServerMissing(Exception):
    """There is no server to start; says what to install."""


def fetch() -> Path:
    """The folder of the server, fetched and unpacked where it wasn't yet. Raises ServerMissing."""
    home = _cache() / f"elasticsearch-{VERSION}"
    if home.is_dir():
        return home
    if shutil.which("mvn") is None:
        raise ServerMissing("Elasticsearch is fetched with Maven (Debian: apt install maven).")
    _cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_cache()) as work:
        print(f"Fetching Elasticsearch {VERSION} from Maven Central (130 MB) ...", file=sys.stderr)
        got = subprocess.run(
            [
                *("mvn", "--batch-mode", "--quiet", f"-Dmaven.repo.local={work}/maven"),
                *("dependency:get", f"-Dartifact={ARTIFACT}", "-Dtransitive=false"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        found = sorted(Path(work).rglob(f"elasticsearch-{VERSION}.zip"))
        if got.returncode or not found:
            raise ServerMissing(f"Elasticsearch could not be fetched: {got.stdout.strip()[-500:]}")
        _verify(found[0])
        _unpack(found[0], Path(work) / "unpacked")
        (Path(work) / "unpacked" / home.name).rename(home)
    return home


def find_java() -> Path:
    """The folder of a JDK that is new enough: one that the environment names, the one on the path, or one of
    those that this system installs beside each other. Raises ServerMissing."""
    places = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    if program := shutil.which("java"):
        places.append(Path(program).resolve().parents[1])
    for folder in JAVA_FOLDERS:
        for pattern in ("*/release", "*/Contents/Home/release"):
            places += sorted((one.parent for one in folder.glob(pattern)), reverse=True)
    for place in places:
        if _java_version(place) >= OLDEST_JAVA:
            return place
    raise ServerMissing(
        f"Elasticsearch needs a JDK of {OLDEST_JAVA} or later (Debian 13: apt install "
        "openjdk-25-jdk-headless)."
    )


def _cache() -> Path:
    # Another user has to read what root fetches, and can't in root's own folder.
    if os.geteuid() == 0:
        return Path("/var/cache/testimony")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "testimony"


def _verify(archive: Path) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha512").hexdigest()
    if found != SHA512:
        raise ServerMissing(f"What was fetched as Elasticsearch {VERSION} has SHA-512 {found}, not {SHA512}.")


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    for path in folder.rglob("*"):
        program = path.parent.name == "bin"
        path.chmod(0o755 if path.is_dir() or program else 0o644)


def _java_version(home: Path) -> int:
    try:
        told = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', told, re.MULTILINE)
    return int(found[1]) if found and (home / "bin" / "java").exists() else 0
