"""An object that was examined, set against what it says of itself and against what is recorded of it."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from archive.findings import Finding
from archive.preservation import DESCRIPTOR
from archive.queries.holdings import Holdings, by_path
from archive.store import Examined, Held
from schemas.descriptor import Descriptor


def read_descriptor(examined: Examined) -> tuple[Descriptor | None, list[Finding]]:
    """What the object says of itself; None where that cannot be read (which is reported, unless the object's
    own findings say so already)."""
    held = examined.held.get(DESCRIPTOR)
    if held is None or held.size is None or _is_said(examined, held.file):
        return None, []
    try:
        return Descriptor.model_validate_json(held.file.read_bytes()), []
    except OSError as error:
        code, reason = "unreadable", error.strerror
    except ValidationError as error:
        code, reason = "invalid", f"{error.error_count()} errors, the first: {error.errors()[0]['msg']}"
    sentence = f"{held.file}: the testimony's descriptor cannot be read: {reason}"
    return None, [Finding(code, examined.object_id, str(held.file), sentence)]


def _is_said(examined: Examined, path: Path) -> bool:
    said = {Path(finding.path) for finding in examined.findings}
    return path in said or not said.isdisjoint(path.parents)


def check_descriptor(
    examined: Examined, descriptor: Descriptor | None, before: Holdings | None, *, alone: bool
) -> Iterator[Finding]:
    """The object can speak for itself: it has a descriptor, and every file that this names."""
    if not examined.held:
        return
    if DESCRIPTOR not in examined.held:
        due = alone or (before is not None and not before.waiting)
        if due:
            yield _lacks(examined, DESCRIPTOR, "it cannot say what it is")
        return
    if descriptor is None:
        return
    for path in sorted(descriptor.kept_paths - examined.held.keys()):
        yield _lacks(examined, path, f"its {DESCRIPTOR} names it")
    for recording in descriptor.recordings:
        for file in recording.files:
            held = examined.held.get(file.stored_path or "")
            if held is not None:
                yield from _differences(
                    examined, held, file.sha512, file.sha256, file.size, f"its {DESCRIPTOR}"
                )


def check_age(
    examined: Examined, descriptor: Descriptor | None, before: Holdings | None, after: Holdings | None
) -> Iterator[Finding]:
    """The object is as new as what was carried into it, and not newer than the record. A store that was put
    back from an older copy does not know of every withdrawal, and is whole all the same."""
    if descriptor is None or before is None or after is None:
        return
    number = descriptor.change_number
    if number < before.carried:
        why = f"change {before.carried} was carried into it: is the store an older copy?"
    elif number > after.changes:
        why = f"the record has come to change {after.changes}: is the database an older copy?"
    else:
        return
    path = examined.held[DESCRIPTOR].file
    sentence = f"{path}: describes the testimony as of change {number}, and {why}"
    yield Finding("outdated", examined.object_id, str(path), sentence)


def check_names(
    examined: Examined, descriptor: Descriptor | None, after: Holdings | None, *, compared: bool
) -> Iterator[Finding]:
    """Nothing lies in an object that neither its descriptor nor the record names."""
    if descriptor is None and not compared:
        return
    named = {DESCRIPTOR} | (descriptor.kept_paths if descriptor is not None else set())
    coming: tuple[str, ...] = ()
    if after is not None:
        named |= {*after.texts, *by_path(after)}
        # Put into the store before it is recorded that it is there.
        coming = tuple(f"files/{file.public_id}." for file in after.files if file.stored_path is None)
    for path in sorted(examined.held.keys() - named):
        held = examined.held[path]
        if not path.startswith(coming) and not _is_said(examined, held.file):
            sentence = f"{held.file}: neither the record nor the descriptor names this file ({path})"
            yield Finding("unexpected", examined.object_id, str(held.file), sentence)


def compare(place: str, examined: Examined | None, recorded: Holdings) -> Iterator[Finding]:
    """The object against what was recorded before it was looked at."""
    due = recorded.accessioned or not recorded.waiting
    if examined is None:
        if due:
            sentence = f"{place}: the object of testimony {recorded.public_id} is not there"
            yield Finding("missing", recorded.public_id, place, sentence)
        return
    if not examined.held:
        return  # what it holds cannot be told, and that is said
    for path, file in sorted(by_path(recorded).items()):
        held = examined.held.get(path)
        if held is None:
            yield _lacks(examined, path, "the record names it")
        else:
            yield from _differences(examined, held, file.sha512, file.sha256, file.size, "the record")
    if not recorded.waiting:
        for path in sorted(recorded.texts - examined.held.keys()):
            yield _lacks(examined, path, "the record names it")


def _lacks(examined: Examined, path: str, why: str) -> Finding:
    place = f"{examined.object_id}/{path}"
    sentence = f"the object {examined.object_id} has no {path}; {why}"
    return Finding("missing", examined.object_id, place, sentence)


def _differences(
    examined: Examined, held: Held, sha512: str, sha256: str, size: int, who: str
) -> Iterator[Finding]:
    """A file against what `who` says that it is; what its object says of it itself is not said again."""
    if _is_said(examined, held.file) or held.size is None:
        return
    for algorithm, expected, found in (("SHA-512", sha512, held.sha512), ("SHA-256", sha256, held.sha256)):
        if found is not None and expected.lower() != found.lower():
            sentence = f"{held.file}: the inventory's {algorithm} is {found}, {who} says {expected}"
            yield Finding("wrong-digest", examined.object_id, str(held.file), sentence)
            return
    if held.size != size:
        sentence = f"{held.file}: has {held.size} bytes, {who} says {size}"
        yield Finding("altered", examined.object_id, str(held.file), sentence)
