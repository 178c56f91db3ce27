"""What the environment is made of agrees with pyproject.toml, and nothing is installed without a hash."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pinned(path: Path) -> dict[str, str]:
    """Name -> version of every requirement in a file."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def named(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_and_hashed_and_names_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    requirements = re.split(r"\n(?!\s)", text.strip())
    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", requirement)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", requirement)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("run", project()["project"]["dependencies"]),
        ("weights", project()["project"]["optional-dependencies"]["weights"]),
        ("ffmpeg", project()["project"]["optional-dependencies"]["ffmpeg"]),
        ("openai-whisper", project()["project"]["optional-dependencies"]["openai-whisper"]),
        *project()["dependency-groups"].items(),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_requirements_hold_all_that_the_project_asks_for(name: str, asked: list[str]) -> None:
    """A failure is mended by `make requirements`."""
    held = {named(each) for each in pinned(ROOT / "requirements" / f"{name}.txt")}
    assert {named(each) for each in asked} <= held


def test_development_has_the_versions_that_run() -> None:
    run, dev = pinned(ROOT / "requirements/run.txt"), pinned(ROOT / "requirements/dev.txt")
    assert run.items() <= dev.items()


def test_openai_whisper_goes_into_the_environment_of_development() -> None:
    dev, engine = pinned(ROOT / "requirements/dev.txt"), pinned(ROOT / "requirements/openai-whisper.txt")
    assert {name: dev[name] for name in engine if name in dev} == {
        name: version for name, version in engine.items() if name in dev
    }


def test_what_builds_packages_from_source_is_there() -> None:
    """Builds are not isolated: the tools of pairtree, bagit and the project itself are installed before."""
    assert {"setuptools", "setuptools-scm", "hatchling", "editables"} <= set(
        pinned(ROOT / "requirements/build.txt")
    )


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_make_alone_names_every_target() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    assert re.findall(r"^  ([a-z-]+) ", shown, re.MULTILINE) == targets[1].split()


def test_the_scripts_can_be_run() -> None:
    for script in (".ci/run", "requirements/environment.sh", "requirements/compile.sh"):
        path = ROOT / script
        assert path.stat().st_mode & 0o111
        assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
        subprocess.run(["bash", "-n", str(path)], check=True)


def make_fresh(folder: Path) -> Path:
    """A copy of the project's recipe for its environment, in a folder with a space in its name."""
    (folder / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "requirements/environment.sh", folder / "requirements")
    return folder / "requirements/environment.sh"


def test_a_python_that_is_too_old_is_refused_in_a_sentence(tmp_path: Path) -> None:
    script = make_fresh(tmp_path / "an archive")
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", str(script), "run"],
        env={"PATH": path, "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"PYTHON={old} is not a Python of 3.11 or later.\n"


def test_what_is_installed_is_left_alone(tmp_path: Path) -> None:
    """With everything recorded as installed, nothing is run: not even uv, which is not there."""
    folder = tmp_path / "an archive"
    script = make_fresh(folder)
    record = folder / ".venv/requirements"
    record.mkdir(parents=True)
    programs = folder / ".venv/bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    for name in ("uv", "testimony"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    (record / "place").write_text(f"{folder.resolve()}\n")
    for name in ("uv", "build", "run"):
        (folder / f"requirements/{name}.txt").write_text(f"{name}==1\n")
        (record / f"{name}.txt").write_text(f"{name}==1\n")
    for path in (folder / "pyproject.toml", record / "pyproject.toml"):
        path.write_text("[project]\n")
    (folder / "archive").mkdir()
    (folder / "archive/module.py").write_text("")
    done = subprocess.run(["bash", str(script), "run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(
        (folder / "archive/__pycache__").glob("module.*.pyc")
    )  # who may not write there starts as fast
    (folder / "requirements/run.txt").write_text("run==2\n")
    done = subprocess.run(["bash", str(script), "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Installing requirements/run.txt" in done.stderr
