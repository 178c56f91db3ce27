"""A steady site: fifty listeners and two hundred slow connections, and the throughput of media beside nginx.

    python -m bench.load [--seconds N] [--pairs N]

The archive is made with `testimony ingest` from one generated video that plays as it is; the site is
`testimony serve`, as everybody starts it. Needs nginx and wrk (Debian has both).
"""

import argparse
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from bench.listeners import LISTENERS, SLOW, Crowd
from bench.site import COMMAND, environment, site

CONNECTIONS = 50
VIDEO_SECONDS = 240

_NGINX = """daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes auto;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; default_type video/mp4;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""

_ASK = """request = function()
  return wrk.format("GET", nil, {{["Range"] = "bytes=" .. math.random(0, {size} - 1) .. "-"}})
end
"""


def make_video(target: Path) -> None:
    """A video of noise without sound, about 160 MB, in a form that browsers play."""
    command: list[str | Path] = [
        *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"color=gray:s=640x360:r=25:d={VIDEO_SECONDS}"),
        *("-vf", "noise=alls=60:allf=t,format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast"),
        *("-profile:v", "main", "-b:v", "5400k", "-maxrate", "5400k", "-bufsize", "2M"),
        *("-movflags", "+faststart", target),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """nginx on a free port, serving `folder`: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["nginx", "-e", folder / "start.log", "-c", configuration])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def media_address(base: str) -> str:
    """Where the only recording of the archive is played from."""
    with urlopen(f"{base}/api/v1/search") as answer:  # noqa: S310 - our own site
        (hit,) = json.load(answer)["hits"]
    testimony = hit["testimony"]["id"]
    with urlopen(f"{base}/api/v1/testimonies/{testimony}") as answer:  # noqa: S310 - our own site
        (recording,) = json.load(answer)["recordings"]
    return f"{base}{urlsplit(recording['media']).path}"


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def throughput(address: str, script: Path, seconds: int) -> float:
    """MB a second over `CONNECTIONS` connections that ask as browsers do: for all from a place on."""
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "60s"]
    command: list[str | Path] = ["wrk", *options, "-s", script, address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Transfer/sec:\s+([\d.]+)(KB|MB|GB)", told)
    if found is None or "Non-2xx" in told or "Socket errors" in told:
        sys.exit(f"{address} did not answer as it should:\n{told}")
    return float(found[1]) * {"KB": 1e-3, "MB": 1.0, "GB": 1e3}[found[2]]


def show_steadiness(address: str, size: int, pid: int, seconds: int) -> bool:
    """Print how the site does with everybody there; whether all is as it has to be."""
    memory: list[float] = []
    with Crowd(address, size) as crowd:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(1)
            memory.append(resident_mb(pid))
        seen = crowd.leave()
    third = len(memory) // 3
    middle, last = statistics.median(memory[third : 2 * third]), statistics.median(memory[2 * third :])
    waits = sorted(seen.first_byte_ms)
    p95 = waits[int(len(waits) * 0.95)]
    print(f"{LISTENERS} listeners and {SLOW} slow connections for {seconds} s")
    print(f"requests {len(waits)}, errors {len(seen.errors)}, slow ones that were cut off {seen.cut_off}")
    print(f"first byte: median {waits[len(waits) // 2]:.0f} ms, p95 {p95:.0f} ms (wanted: at most 500)")
    print(
        f"memory: {middle:.0f} MB in the second third, {last:.0f} MB in the last, at most {max(memory):.0f}"
    )
    for error in sorted(set(seen.errors))[:5]:
        print(f"  {error}")
    return not seen.errors and not seen.cut_off and p95 <= 500 and last <= middle * 1.05 + 5


def show_throughput(site_address: str, other_address: str, script: Path, pairs: int) -> None:
    """Print media throughput beside nginx, pair by pair in turn."""
    print(f"{'':8}{'site':>12}{'nginx':>12}{'ratio':>8}")
    ratios = []
    for pair in range(1, pairs + 1):
        ours, theirs = throughput(site_address, script, 8), throughput(other_address, script, 8)
        ratios.append(ours / theirs)
        print(f"pair {pair:<3}{ours:>7.0f} MB/s{theirs:>7.0f} MB/s{ratios[-1]:>8.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (wanted: at least 0.70)")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    if missing := [program for program in ("nginx", "wrk", "ffmpeg") if shutil.which(program) is None]:
        sys.exit(f"not installed: {', '.join(missing)} (Debian: apt install nginx-light wrk ffmpeg)")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "media")
        folder.mkdir(mode=0o755)
        Path(scratch).chmod(0o755)  # nginx serves as another user
        video, home = folder / "video.mp4", Path(scratch, "archive")
        make_video(video)
        size = video.stat().st_size
        print(f"a video of {size / 1e6:.0f} MB")
        ingest: list[str | Path] = [*COMMAND, "ingest", video, "--access", "public", "--json"]
        subprocess.run(ingest, check=True, env=environment(home), capture_output=True)
        script = Path(scratch, "ask.lua")
        script.write_text(_ASK.format(size=size))
        with site(home) as (base, pid):
            address = media_address(base)
            steady = show_steadiness(address, size, pid, arguments.seconds)
            with nginx(folder) as other:
                show_throughput(address, f"{other}/video.mp4", script, arguments.pairs)
    sys.exit(not steady)


if __name__ == "__main__":
    main()
