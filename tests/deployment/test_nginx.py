"""docs/deploying/nginx.conf, in front of a real site: ranges pass, and a withdrawal cuts off what is heard.

Of the file, only its places are changed: ports, certificates, the folder of its log.
"""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.changes.access import NewStatement
from archive.database import reading
from archive.queries import testimonies
from tests.archives import SmallArchive
from tests.deployment.composed import ROOT
from tests.deployment.programs import TESTIMONY, find

pytestmark = pytest.mark.slow

FILE = ROOT / "docs/deploying/nginx.conf"
NAME = "archive.example.org"
SIZE = 48 * 2**20
WITHIN = 8.0
"""Seconds: two, and what a machine that does other things may add."""

_AROUND = """{user}daemon off; pid {folder}/pid; worker_processes 1;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    include {folder}/site.conf;
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Front:
    """nginx in front of a site, with one long recording."""

    archive: SmallArchive
    public_id: str
    media: Path
    tls: int
    plain: int
    folder: Path

    def address(self, public_id: str) -> str:
        """Where the recording of a testimony is heard."""
        with reading(self.archive.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            return f"/recordings/{row.recordings[0].public_id}/media"

    def connect(self) -> ssl.SSLSocket:
        """A connection to the site as a browser makes it, with little room for what isn't read."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(30)
        line.connect(("127.0.0.1", self.tls))
        return context.wrap_socket(line, server_hostname=NAME)

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        with self.connect() as line:
            more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n{more}\r\n".encode())
            answer = http.client.HTTPResponse(line, method="GET")
            answer.begin()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def localised(front: Path, tls: int, plain: int, site: int) -> str:
    """The file with its places changed to those of this test; each has to be found."""
    text = FILE.read_text(encoding="utf-8")
    for pattern, place in (
        (r"    listen \[::\]:\d+[^;]*;\n", ""),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{site};"),
        (r"/etc/ssl/testimony/", f"{front}/"),
        (r"/var/log/nginx/", f"{front}/"),
        (r"/var/www/acme", f"{front}/acme"),
    ):
        text, times = re.subn(pattern, place, text)
        assert times, pattern
    return text


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    tmp_path = tmp_path_factory.mktemp("front")
    nginx, openssl = find("nginx"), find("openssl")
    media = tmp_path / "long.m4a"
    media.write_bytes(os.urandom(SIZE))
    archive = SmallArchive(tmp_path / "archive", database="sqlite")
    public_id = archive.add("Rain", [["It rained all day."]], media=media)
    folder = tmp_path / "nginx"
    folder.mkdir()
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "1", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    (folder / "acme/.well-known/acme-challenge").mkdir(parents=True)
    (folder / "acme/.well-known/acme-challenge/token").write_text("the answer")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONY_")}
    environment |= {"TESTIMONY_HOME": str(archive.settings.home), "TESTIMONY_BASE_URL": f"https://{NAME}"}
    site = subprocess.Popen(
        [*TESTIMONY, "serve", "--no-worker", "--port", "0"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    proxy = None
    try:
        assert site.stdout is not None
        address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", site.stdout.readline())
        assert address
        tls, plain = free_port(), free_port()
        (folder / "site.conf").write_text(localised(folder, tls, plain, int(address[1])))
        user = "user root; " if os.geteuid() == 0 else ""  # else it may not look into the tests' own folders
        (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, user=user))
        command = [nginx, "-p", folder, "-e", folder / "start.log", "-c", folder / "nginx.conf"]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        assert "warn" not in tested.stderr
        proxy = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait_for(tls)
        yield Front(archive, public_id, media, tls, plain, folder)
    finally:
        for process in (proxy, site):
            if process is not None:
                process.terminate()
                process.wait()
        if site.stdout is not None:
            site.stdout.close()
        archive.close()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def test_pages_and_ranges_pass_as_they_are(front: Front) -> None:
    status, headers, page = front.ask(f"/testimonies/{front.public_id}")
    assert status == 200
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "content-security-policy" in headers
    assert b"Rain" in page
    assert f"https://{NAME}/".encode() in page  # what leaves the site names it as readers do
    address = front.address(front.public_id)
    status, headers, part = front.ask(address, range=f"bytes=1000-{SIZE - 1000}")
    assert (status, headers["content-range"]) == (206, f"bytes 1000-{SIZE - 1000}/{SIZE}")
    assert part == front.media.read_bytes()[1000 : SIZE - 999]
    assert front.ask(address, range="bytes=5-9", if_range=headers["etag"])[0] == 206
    assert front.ask(address, range="bytes=5-9", if_range='"another"')[0] == 200
    assert front.ask(address, if_none_match=headers["etag"])[0] == 304
    assert front.ask(address, range=f"bytes={SIZE}-")[0] == 416


def test_what_comes_without_tls_is_sent_there(front: Front) -> None:
    line = http.client.HTTPConnection("127.0.0.1", front.plain, timeout=30)
    try:
        line.request("GET", "/search?q=rain", headers={"Host": NAME})
        answer = line.getresponse()
        answer.read()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/search?q=rain")
        line.request("GET", "/.well-known/acme-challenge/token", headers={"Host": NAME})
        assert line.getresponse().read() == b"the answer"
    finally:
        line.close()


def test_a_withdrawal_cuts_off_what_is_heard_through_it(front: Front) -> None:
    public_id = front.archive.add("Wind", [["It blew all night."]], media=front.media)
    address = front.address(public_id)
    line = front.connect()
    try:
        line.sendall(f"GET {address} HTTP/1.1\r\nHost: {NAME}\r\nRange: bytes=1000-\r\n\r\n".encode())
        got = read_slowly(line, 2.0)
        assert got is not None
        front.archive.state(public_id, NewStatement("withdrawn"))
        assert read_slowly(line, WITHIN) is None
    finally:
        line.close()
    assert front.ask(address)[0] == 404


def read_slowly(line: ssl.SSLSocket, seconds: float) -> int | None:
    """How much came in a while, at the pace of a player; None where it was cut off."""
    got, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            piece = line.recv(16384)
        except (ConnectionError, ssl.SSLError):
            return None
        if not piece:
            return None
        got += len(piece)
        time.sleep(0.02)
    return got


def test_it_keeps_nothing_of_who_asked_for_what(front: Front) -> None:
    front.ask("/search?q=barometer")
    front.ask(front.address(front.public_id), range="bytes=0-")
    front.ask("/no-such-page")
    kept = {path.name: path.read_bytes() for path in front.folder.rglob("*") if path.is_file()}
    for name in ("testimony.log", "start.log"):
        assert kept[name] == b""
    allowed = {"fullchain.pem", "privkey.pem", "site.conf", "nginx.conf", "pid", "token"}
    assert kept.keys() - allowed == {"testimony.log", "start.log"}
