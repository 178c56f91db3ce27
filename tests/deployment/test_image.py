"""The Dockerfile installs what the requirements name, by hash, and leaves out what is nobody's business."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from archive.settings import Settings
from tests.deployment.composed import OURS, ROOT, services
from tests.deployment.programs import check_command, find

WRITTEN = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each on one line."""
    text = re.sub(r"^\s*#.*\n", "", WRITTEN, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)
    ]


def said(word: str) -> list[str]:
    return [rest for each, rest in instructions() if each == word]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_a_linter_finds_nothing() -> None:
    done = subprocess.run(
        [find("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_its_python_is_the_one_that_the_requirements_are_made_for() -> None:
    (image,) = [rest for rest in said("ARG") if rest.startswith("PYTHON=")]
    version, slim, system = image.removeprefix("PYTHON=").split("-")
    assert (slim, re.fullmatch(r"\d+\.\d+\.\d+", version) is not None) == ("slim", True)
    made_for = re.search(r"--python-version (\S+)", (ROOT / "requirements/compile.sh").read_text())
    assert made_for
    assert version.startswith(f"{made_for[1]}.")
    assert SpecifierSet(project()["project"]["requires-python"]).contains(version)
    assert {each.split()[0] for each in said("FROM")} == {"python:${PYTHON}"}
    # Debian of the same name as the database's image: one system to look after.
    assert services()["database"]["image"].endswith(f"-{system}")


def test_everything_is_installed_by_hash_and_nothing_else() -> None:
    installs = [part for run in said("RUN") for part in re.split(r"&&|;| do ", run) if "pip install" in part]
    named = set()
    for each in installs:
        if each.split()[-1] == ".":
            assert {"--no-deps", "--no-build-isolation"} <= set(each.split())
            continue
        assert "--require-hashes" in each
        named |= {path.strip('"') for path in re.findall(r"-r (\S+)", each)}
    assert named == {
        "requirements/uv.txt",
        "requirements/build.txt",
        "requirements/run.txt",
        "requirements/${part}.txt",
    }
    assert 'PARTS="weights"' in said("ARG")
    copied = said("COPY")[0].split()[:-1]
    assert copied == [f"requirements/{name}.txt" for name in ("uv", "build", "run", "weights")]
    for path in copied:
        assert (ROOT / path).is_file()


def test_all_packages_are_in_and_nothing_is_left_out_of_them() -> None:
    packages = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = [rest.split() for rest in said("COPY")]
    assert [each for each in copied if len(each) == 2 and each[0] == each[1]] == [
        [name, name] for name in packages
    ]


@pytest.mark.slow
def test_what_is_installed_is_all_that_is_here(tmp_path: Path) -> None:
    """Templates, migrations, languages and styles too."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    packages = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    listed = subprocess.run(["git", "ls-files", "-z", *packages], cwd=ROOT, check=True, capture_output=True)
    assert held >= {os.fsdecode(name) for name in listed.stdout.split(b"\0") if name}
    assert {"web/templates", "archive/migrations", "web/locale"} <= {
        "/".join(each.split("/")[:2]) for each in held
    }


def test_only_what_is_copied_goes_to_the_builder() -> None:
    """So no archive, no password and no history can end up in a layer."""
    assert IGNORED[1] == "*"
    let_in = {line.removeprefix("!") for line in IGNORED if line.startswith("!")}
    copied = {path for rest in said("COPY") if not rest.startswith("--from") for path in rest.split()[:-1]}
    assert {path for path in copied if not path.startswith("requirements/")} == let_in - {
        "requirements/*.txt"
    }
    assert "**/.env" in IGNORED
    assert said("ADD") == []


def test_no_secret_is_asked_for_while_it_is_built() -> None:
    for rest in [*said("ARG"), *said("ENV")]:
        assert not re.search(r"PASSWORD|SECRET|TOKEN|KEY", rest)


def test_it_runs_as_nobody_in_particular_and_the_services_agree() -> None:
    assert said("USER") == ["10001:10001"]
    assert instructions()[-1][0] == "CMD"
    for name in OURS:
        assert services()[name]["user"] == "10001:10001"


def test_its_folders_are_those_of_the_services() -> None:
    (environment,) = said("ENV")
    held = dict(part.split("=", 1) for part in environment.split())
    fields = {f"TESTIMONY_{name.upper()}" for name in Settings.model_fields}
    ours = {name: value for name, value in held.items() if name.startswith("TESTIMONY_")}
    assert ours.keys() <= fields
    for name in OURS:
        assert ours.items() <= services()[name]["environment"].items()
    for folder in ours.values():
        assert re.search(rf"install --directory --owner=testimony .*{folder}\b", WRITTEN)


def test_it_starts_as_the_command_line_wants_it() -> None:
    (entry,), (command,) = said("ENTRYPOINT"), said("CMD")
    assert entry == '["/usr/bin/tini", "--", "testimony"]'
    check_command([each.strip(' "') for each in command.strip("[]").split(",")])
    assert "install --yes --no-install-recommends ffmpeg tini" in WRITTEN
