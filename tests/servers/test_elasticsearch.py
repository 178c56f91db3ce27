"""A server is started from what was checked, with a Java that is new enough; else what to install is said."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from servers import distribution
from servers.distribution import ServerMissing


def java(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch()
    (folder / "release").write_text(f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Java but what is put there."""
    monkeypatch.setattr(distribution, "JAVA_FOLDERS", (tmp_path / "installed",))
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    for name in ("JAVA_HOME", "ES_JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "installed"


def test_a_java_that_is_new_enough_is_found(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(folders / "old", "17.0.9")
    newer = java(folders / "newer", "25.0.3")
    assert distribution.find_java() == newer
    named = java(folders.parent / "named", "21")
    monkeypatch.setenv("JAVA_HOME", str(named))
    assert distribution.find_java() == named
    monkeypatch.setenv("JAVA_HOME", str(folders / "old"))
    assert distribution.find_java() == newer


def test_without_one_it_is_said_what_to_install(folders: Path) -> None:
    java(folders / "old", "17.0.9")
    with pytest.raises(ServerMissing, match=r"needs a JDK of 21 or later \(Debian 13: apt install"):
        distribution.find_java()


def test_what_has_another_digest_is_not_used(tmp_path: Path) -> None:
    archive = tmp_path / "elasticsearch.zip"
    archive.write_bytes(b"rain")
    with pytest.raises(ServerMissing, match="has SHA-512"):
        distribution._verify(archive)


@pytest.mark.slow
def test_it_ends_with_the_command_and_leaves_nothing(tmp_path: Path) -> None:
    """Ended in the middle, too: no process, no folder."""
    try:
        distribution.find_java()
        distribution.fetch()
    except ServerMissing as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONY_")}
    # Where another user may enter, as pytest's folders are not.
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    told = tmp_path / "told"
    tell = (
        "import os, pathlib, sys, time\n"
        "pathlib.Path(sys.argv[1]).write_text(os.environ['TESTIMONY_ELASTICSEARCH_URL'])\n"
        "time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "servers.elasticsearch", "run", sys.executable, "-c", tell, told],
        env={**environment, "TMPDIR": str(place)},
        cwd=Path(__file__).parents[2],
    ) as process:
        while process.poll() is None and not (told.exists() and told.read_text()):
            time.sleep(0.1)
        assert process.poll() is None
        assert told.read_text().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 128 + signal.SIGTERM
    port = int(told.read_text().rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    place.rmdir()  # it is empty
