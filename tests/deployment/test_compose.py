"""docker-compose.yml says nothing that the settings, the command line, the site or the requirements do not
know."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from archive.settings import Settings
from servers.elasticsearch import VERSION
from tests.deployment.composed import (
    FILE,
    OURS,
    ROOT,
    SECRETS,
    VariableMissing,
    compose,
    given,
    mounts,
    services,
)
from tests.deployment.programs import NotUnderstood, check_command, find

SERVICES = tuple(services())
WRITTEN = FILE.read_text(encoding="utf-8")


def settings_of(service: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a service, read from its environment and no other."""
    for name in os.environ:
        if name.startswith("TESTIMONY_"):
            monkeypatch.delenv(name)
    for name, value in services()[service]["environment"].items():
        assert isinstance(value, str), f"{name} is no text"
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.slow
def test_it_is_as_the_specification_wants_it() -> None:
    command = [find("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


EXCUSED = {
    ("CL-0019", None): "digests of images cannot be looked up where this is written",
    (
        "CL-0026",
        None,
    ): "memory and processes have limits; a limit of processors above what is there is refused",
    ("CL-0007", "search"): "Elasticsearch's image writes its keystore beside its programs",
}
"""Findings of the linter that stand, by rule and service (None: all), and why."""


def test_a_linter_finds_nothing_but_what_is_excused() -> None:
    command = [
        find("compose-lint"),
        "check",
        "--format",
        "json",
        "--no-merge-overrides",
        "--no-env",
        str(FILE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    found = {(each["rule_id"], each["service"]) for each in json.loads(done.stdout)["findings"]}
    excused = {(rule, service) for rule, of in EXCUSED for service in ([of] if of else SERVICES)}
    assert found <= excused
    assert {rule for rule, _ in found} == {rule for rule, _ in EXCUSED}  # none stays that nothing needs


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_has_to_be_given_and_lies_nowhere_else(name: str) -> None:
    without = {each: value for each, value in given().items() if each != name}
    for variables in (without, without | {name: ""}):
        with pytest.raises(VariableMissing, match=name):
            compose(variables)
    every = yaml.safe_dump(compose(given() | {name: "sesame"})["services"])
    assert "sesame" in every
    for line in every.splitlines():
        if "sesame" in line:  # alone, as the value of a variable: in no address, in no argument
            assert re.fullmatch(
                r"\s+(POSTGRES_PASSWORD|PGPASSWORD|ELASTIC_PASSWORD|TESTIMONY_\w+_PASSWORD): sesame", line
            )


def test_no_variable_that_looks_like_a_secret_has_a_default() -> None:
    for name, default in re.findall(r"\$\{(\w+):?-([^}]*)\}", WRITTEN):
        assert not re.search(r"PASSWORD|SECRET|TOKEN|KEY", name), f"{name} is {default} by default"


@pytest.mark.slow
@pytest.mark.parametrize("service", OURS)
def test_every_setting_is_one_and_valid(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(service, monkeypatch)
    named = {name for name in services()[service]["environment"] if name.startswith("TESTIMONY_")}
    known = {f"TESTIMONY_{field.upper()}" for field in Settings.model_fields}
    documented = re.findall(
        r"^\| `(TESTIMONY_\w+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE
    )
    assert named <= known & set(documented)
    for name in named:
        held = getattr(settings, name.removeprefix("TESTIMONY_").lower())
        held = getattr(held, "get_secret_value", lambda held=held: held)()
        assert str(held) == services()[service]["environment"][name]
    with pytest.raises(ValidationError):  # so that what is compared above is really looked at
        Settings(recognisers=0)


def test_what_a_person_may_set_is_a_setting_too() -> None:
    known = {f"TESTIMONY_{field.upper()}" for field in Settings.model_fields}
    assert {name for name in re.findall(r"\$\{(\w+)", WRITTEN) if name.startswith("TESTIMONY_")} <= known


@pytest.mark.parametrize("service", OURS)
def test_what_our_services_do_is_a_command(service: str) -> None:
    check_command(services()[service]["command"])
    with pytest.raises(NotUnderstood):
        check_command([*services()[service]["command"], "--no-such-option"])


@pytest.mark.parametrize("service", OURS)
def test_what_is_written_lies_on_volumes(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is read-only, or gone with the container."""
    described, settings = services()[service], settings_of(service, monkeypatch)
    assert described["read_only"] is True
    held = mounts(described)
    writes = service in ("schema", "worker")
    assert held[str(settings.home)] == ("archive", writes)
    for folder in (
        settings.store_folder,
        settings.derivatives_folder,
        settings.work_folder,
        settings.making_folder,
    ):
        assert folder.is_relative_to(settings.home)
    if writes:
        assert held[str(settings.models)] == ("models", True)
    assert {volume for volume, _ in held.values()} <= set(compose(given())["volumes"])


def test_every_volume_is_used() -> None:
    used = {volume for each in services().values() for volume, _ in mounts(each).values()}
    assert used == set(compose(given())["volumes"])


@pytest.mark.parametrize("service", SERVICES)
def test_it_may_do_no_more_than_it_must(service: str) -> None:
    described = services()[service]
    assert described["cap_drop"] == ["ALL"]
    assert "cap_add" not in described
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:\d+", described["user"])
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & described.keys()
    assert described["mem_limit"]
    assert described["pids_limit"]
    assert described["logging"]["options"].keys() == {"max-size", "max-file"}
    for folder in described.get("tmpfs", ()):
        assert {"noexec", "nosuid", "nodev"} <= set(folder.split(":")[1].split(","))


def test_nothing_is_open_but_the_site_on_this_machine() -> None:
    ports = {name: each["ports"] for name, each in services().items() if "ports" in each}
    assert ports == {"site": ["127.0.0.1:8000:8000"], "metrics": ["127.0.0.1:9464:9464"]}
    networks = compose(given())["networks"]
    assert networks["inside"] == {"internal": True}
    for name, each in services().items():
        assert each["networks"] == (["inside", "outside"] if name in ports else ["inside"])


def test_they_start_one_after_the_other() -> None:
    healthy = {"database": {"condition": "service_healthy"}, "search": {"condition": "service_healthy"}}
    described = services()
    assert described["schema"]["depends_on"] == healthy
    assert described["schema"]["restart"] == "no"
    assert described["metrics"]["profiles"] == ["metrics"]  # the others start without being asked for
    assert not [name for name, each in described.items() if "profiles" in each and name != "metrics"]
    for name in ("site", "worker"):
        done = {"schema": {"condition": "service_completed_successfully"}}
        assert described[name]["depends_on"] == healthy | done
        assert described[name]["restart"] == "unless-stopped"
    for name in ("database", "search"):
        assert described[name]["healthcheck"]["test"]
        assert described[name]["restart"] == "unless-stopped"


def test_our_image_is_made_here_and_never_fetched() -> None:
    described = services()
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    for name in OURS:
        assert described[name]["image"] == f"testimony-archive:{version[1]}"
        assert described[name]["pull_policy"] == ("build" if name == "schema" else "never")
    stages = re.findall(r"^FROM \S+ AS (\w+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert described["schema"]["build"]["target"] == stages[-1]


def test_the_health_of_the_site_is_asked_where_it_tells() -> None:
    from web.app import create_app  # noqa: F401 - the site is there
    from web.routes.health import router

    asked = services()["site"]["healthcheck"]["test"]
    assert asked[:3] == ["CMD", "python", "-c"]
    address = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", asked[3])
    assert address
    assert address[2] in {route.path for route in router.routes}  # type: ignore[attr-defined]
    command = services()["site"]["command"]
    assert command[command.index("--port") + 1] == address[1]


def test_the_search_engine_is_the_one_of_the_tests_and_of_the_client() -> None:
    assert services()["search"]["image"] == f"elasticsearch:{VERSION}"
    pinned = re.search(r"^elasticsearch==(\S+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    assert pinned
    assert VERSION.split(".")[:2] == pinned[1].split(".")[:2]


@pytest.mark.slow
def test_the_database_is_the_one_of_the_tests() -> None:
    """Debian's, which tests start for themselves: the same major version, and a version in full."""
    assert re.fullmatch(r"postgres:\d+\.\d+-\w+", services()["database"]["image"])
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        find("postgres")
    major = services()["database"]["image"].split(":")[1].split(".")[0]
    if major not in {path.parts[-3] for path in found} and os.environ.get("CI") != "true":
        pytest.skip(f"PostgreSQL {major} is not here")
    assert major in {path.parts[-3] for path in found}
