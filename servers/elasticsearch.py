"""A real Elasticsearch on this machine, without Docker: fetched once, started on a free port, ended by its
id.

    python -m servers.elasticsearch fetch             have the server and a Java for it, or say what lacks
    python -m servers.elasticsearch java              end without an error where there is such a Java
    python -m servers.elasticsearch run COMMAND...    start one, run the command with it, end it

The server is the distribution that Elastic tests its own clients with, from Maven Central. It lacks modules
that nothing here needs. It needs a JDK of 21 or later, and refuses to run as root: it is started as another
user then.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers.distribution import VERSION, ServerMissing, fetch, find_java

_START_SECONDS = 600
_STOP_SECONDS = 30

# Its own index files are open then; 408 is the answer as long as they aren't.
_READY = "?wait_for_status=yellow&timeout=2s"

# When whoever started it is gone, whatever ended that, its end of the pipe is, and all of the group go.
_TOGETHER = '("$0" </dev/null; kill 0) & read -r _; kill 0'


class LocalElasticsearch:
    """One node on 127.0.0.1 with a folder of its own, which goes when the block of `running` ends."""

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        self._folder, self._options = folder, dict(options)
        self._home, self._java = fetch(), find_java()
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("data", "logs", "tmp"):
            (folder / name).mkdir()
        shutil.copytree(self._home / "config", folder / "config")

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def data(self) -> Path:
        """Where its files lie."""
        return self._folder / "data"

    def set_password(self, password: str) -> None:
        """What the user `elastic` has to give, where the options turn security on. Before the start."""
        for arguments in (["create"], ["add", "--stdin", "bootstrap.password"]):
            command = [str(self._home / "bin/elasticsearch-keystore"), *arguments]
            subprocess.run(
                command, input=password.encode(), env=self._environment(), check=True, capture_output=True
            )

    def start(self) -> None:
        """Start it, on the same port as before if it was started already, and wait until it answers."""
        self._write_settings()
        log = (self._folder / "logs" / "console").open("ab")
        ports = self._folder / "logs" / "http.ports"
        ports.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            ["sh", "-c", _TOGETHER, str(self._home / "bin/elasticsearch")],
            env=self._environment(),
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_somebody_else(self._folder),
        )
        log.close()
        until = time.monotonic() + _START_SECONDS
        while not self._answers(ports):
            if self._process.poll() is not None or time.monotonic() > until:
                text = (self._folder / "logs" / "console").read_text(errors="replace")
                self.kill()
                raise RuntimeError(f"Elasticsearch did not start:\n{text[-4000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it answer nothing, as a machine that is overwhelmed."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, how)
            process.wait(_STOP_SECONDS)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self._wait_for_the_last(process.pid)

    def _wait_for_the_last(self, group: int) -> None:
        # The server is a child of the program that was started, and outlives it by a moment.
        until = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < until:
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)

    def _signal(self, which: signal.Signals) -> None:
        assert self._process is not None  # noqa: S101 - only of one that runs
        os.killpg(self._process.pid, which)

    def _answers(self, ports: Path) -> bool:
        try:
            self._port = int(ports.read_text().split()[0].rpartition(":")[2])
            with urllib.request.urlopen(f"{self.url}/_cluster/health{_READY}", timeout=5):  # noqa: S310 - our own
                return True
        except urllib.error.HTTPError as error:
            return error.code == 401  # it asks for a password
        except (OSError, IndexError, ValueError):
            return False

    def _write_settings(self) -> None:
        settings = {
            "cluster.name": "testimony",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": str(self._port),
            "transport.port": "0",
            "node.portsfile": "true",
            "path.data": str(self.data),
            "path.logs": str(self._folder / "logs"),
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "xpack.security.enabled": "false",
            "xpack.security.autoconfiguration.enabled": "false",
            **self._options,
        }
        text = "".join(f"{name}: {value}\n" for name, value in settings.items())
        (self._folder / "config" / "elasticsearch.yml").write_text(text, encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "ES_JAVA_HOME": str(self._java),
            "ES_PATH_CONF": str(self._folder / "config"),
            "ES_TMPDIR": str(self._folder / "tmp"),
            # It lives for minutes: half its time would go into compiling itself well.
            "ES_JAVA_OPTS": "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1",
        }


@contextmanager
def running(
    options: Mapping[str, str] | None = None, *, password: str | None = None
) -> Iterator[LocalElasticsearch]:
    """A node that answers while the block lasts. `options` are lines of its elasticsearch.yml."""
    folder = Path(tempfile.mkdtemp(prefix="testimony-elasticsearch-"))
    server = None
    try:
        server = LocalElasticsearch(folder, options or {})
        if password is not None:
            server.set_password(password)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder)


def _somebody_else(folder: Path) -> dict[str, Any]:
    """How to start a program in a folder as another user than root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def main(arguments: Sequence[str]) -> int:
    """The command line; 3 where something is missing that has to be installed."""
    try:
        if list(arguments) == ["fetch"]:
            find_java()
            fetch()
            return 0
        if list(arguments) == ["java"]:
            find_java()
            return 0
        if len(arguments) > 1 and arguments[0] == "run":
            signal.signal(signal.SIGTERM, _leave)  # else the server would be left alone
            return _run_with(arguments[1:])
    except ServerMissing as error:
        print(error, file=sys.stderr)
        return 3
    print(__doc__, file=sys.stderr)
    return 2


def _run_with(command: Sequence[str]) -> int:
    env = {**os.environ, "TESTIMONY_SEARCH": "elasticsearch"}
    if os.environ.get("TESTIMONY_ELASTICSEARCH_URL"):
        return _run(command, env)
    print("Starting Elasticsearch ...", file=sys.stderr)
    with running() as server:
        print(f"Elasticsearch {VERSION} answers at {server.url}.", file=sys.stderr)
        return _run(command, {**env, "TESTIMONY_ELASTICSEARCH_URL": server.url})


def _run(command: Sequence[str], env: Mapping[str, str]) -> int:
    with subprocess.Popen(command, env=env) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the command got it too, and ends by itself
            except SystemExit:
                process.terminate()
                raise


def _leave(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
