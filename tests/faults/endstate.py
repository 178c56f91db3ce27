"""What an archive has come to, in full, so that two of them can be compared.

Equal are two archives in which everything that a person can ask for is equal: all rows, what the store holds
(every logical path of every object, with its content), the copies made for listeners, the names of all files,
and what a search answers. Left out is what differs between two runs to which nothing happened: moments; the
random ids (each is named after the row that brought it into the world); how many versions an object has and
how often the index was written, which depends on how changes happened to be carried there together. What
the engine keeps within an index's folder is its own.
"""

import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.access import PUBLIC, STAFF
from archive.clock import now
from archive.database import open_engine, reading
from archive.errors import SearchUnavailable
from archive.fixity import verify
from archive.identifiers import ALPHABET, LENGTH
from archive.models import Base
from archive.queries import found, outbox, readings, testimonies
from archive.queries.standing import REBUILD
from archive.reading import Reading
from archive.store import create_store
from schemas.query import INDEXES
from search.backend import create_backend
from search.find import ask, find, words_around
from tests.archive.store.soundness import validate
from tests.databases import ask_database, check_whole, count_jobs, settings_of
from tests.faults.tracer import general

QUESTIONS = ("", "waters", '"still waters"', "bakery", "seven", "Oslo", "card", "waters -bakery")

_ID = re.compile(rf"(?<![A-Za-z0-9])[{ALPHABET}]{{{LENGTH}}}(?![A-Za-z0-9])")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_UNCOUNTED = {"indexing"}
"""Kinds of events that are as many as it took."""


@dataclass(frozen=True)
class EndState:
    """An archive without its moments and random ids."""

    rows: dict[str, list[Any]]
    store: dict[str, Any]
    derivatives: dict[str, str]
    files: list[str]
    answers: dict[str, Any]

    def differences(self, other: "EndState") -> list[str]:
        """Where two differ, in sentences: expected is `self`."""
        return [
            sentence
            for name in ("rows", "store", "derivatives", "files", "answers")
            for sentence in _differences(name, getattr(self, name), getattr(other, name))
        ]


def look(home: Path, *, swept: bool = True) -> EndState:
    """Look at an archive at rest. Raises AssertionError where it isn't whole: a damaged database, an object
    that ocfl-py's validator refuses, anything half done or left behind. `swept=False`: the next worker has
    yet to sweep the locks of one that lost power after its work was done."""
    check_whole(home)
    raw = {table: _rows(home, table) for table in Base.metadata.tables}
    assert raw["outbox"] == [], "changes wait that nobody carries into the index and the store"
    assert count_jobs(home) == 0, "work waits that nobody does"
    validate(home / "store")
    left = f"{home / 'derivatives' / '.making'}/"
    findings = [
        each
        for each in verify(settings_of(home))
        if swept or not (each.code == "unexpected" and each.path.startswith(left))
    ]
    assert findings == [], findings
    names = _name_ids(raw)
    derivatives = {
        str(path.relative_to(home / "derivatives")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((home / "derivatives").rglob("*"))
        if path.is_file()
    }
    return EndState(
        rows={table: _comparable(table, rows, names) for table, rows in raw.items()},
        store=_store(home, names),
        derivatives=dict(sorted((_named(path, names), digest) for path, digest in derivatives.items())),
        files=sorted(_files(home)),
        answers=_answers(home, names),
    )


def leaks(home: Path) -> list[str]:
    """What a search of the public gives of testimonies that the public may not read: sentences, none where
    all is well. Also of an archive that a crash has left, before anybody has put it right."""
    settings = settings_of(home)
    if (
        not ask_database(home, "SELECT version_num FROM alembic_version")
        or not (home / "index" / "public.live").exists()
    ):
        return []
    engine, backend = open_engine(settings), create_backend(settings)
    try:
        with reading(engine) as session:
            moment = now()
            left_out = outbox.left_out(session, moment)
            rows = testimonies.load(session, testimonies.change_numbers(session))
            hidden = {
                row.public_id
                for row in rows
                if not isinstance(readings.read(session, row, PUBLIC, "search", moment), Reading)
            }
        hits = {
            hit.testimony for text in QUESTIONS for hit in backend.search(ask(text, without=left_out)).hits
        }
    except SearchUnavailable:
        return []
    finally:
        backend.close()
        engine.dispose()
    return [f"closed, and found by the public: {public_id}" for public_id in sorted(hidden & hits)]


def _rows(home: Path, table: str) -> list[dict[str, Any]]:
    columns = [column.name for column in Base.metadata.tables[table].columns]
    quoted = ", ".join(f'"{name}"' for name in columns)
    found = ask_database(home, f"SELECT {quoted} FROM {table} ORDER BY id")  # noqa: S608 - a table of ours
    return [dict(zip(columns, row, strict=True)) for row in found]


def _name_ids(raw: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Public id -> a name of the row that has it: its table and place among that table's rows. Events are
    as many as it took, and so are named by what they tell."""
    return {
        row["public_id"]: f"<{table} {place}>"
        for table, rows in raw.items()
        if table != "event"
        for place, row in enumerate(rows, start=1)
        if "public_id" in row
    }


def _comparable(table: str, rows: list[dict[str, Any]], names: dict[str, str]) -> list[Any]:
    if table == "event":
        told = [_event(row, names) for row in rows if row["kind"] not in _UNCOUNTED]
        return sorted(told, key=lambda row: json.dumps(row, sort_keys=True))
    told = [{name: _value(value, names) for name, value in row.items()} for row in rows]
    if table == "indexed":  # which of the two indexes was written first is no matter
        told = [{name: value for name, value in row.items() if name != "id"} for row in told]
        told.sort(key=lambda row: (row["testimony_id"], row["index_name"]))
    return told


def _event(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("testimony_id", "recording_id", "kind", "agent", "outcome")}
    detail = _value(row["detail"], names)
    detail.pop("version", None)  # how many versions there were before depends on the outbox
    if row["kind"] == REBUILD and "back" in detail:  # one that was cut off had brought some of them back
        detail["there"] += detail.pop("back")
    return kept | {"detail": detail}


def _value(value: Any, names: dict[str, str]) -> Any:
    """A value without moments and random ids; lists of ids lose an order that was random."""
    if isinstance(value, bytes):
        try:
            return _value(zlib.decompress(value).decode(), names)
        except zlib.error:
            return hashlib.sha256(value).hexdigest()
    if isinstance(value, str):
        if _MOMENT.match(value):
            return "<a moment>"
        if value[:1] in ("{", "["):
            return _value(json.loads(value), names)
        return _named(value, names)
    if isinstance(value, dict):
        return {_named(name, names): _value(each, names) for name, each in value.items()}
    if isinstance(value, list):
        values = [_value(each, names) for each in value]
        ids = bool(value) and all(isinstance(each, str) and _ID.fullmatch(each) for each in value)
        return sorted(values) if ids else values
    return value


def _named(text: str, names: dict[str, str]) -> str:
    return _ID.sub(lambda match: names.get(match[0], "<another id>"), text)


def _store(home: Path, names: dict[str, str]) -> dict[str, Any]:
    """Every object's newest state: its logical paths with their content, named as the rows are."""
    store = create_store(settings_of(home))
    objects: dict[str, Any] = {}
    for object_id in store.object_ids():
        newest = store.newest(object_id)
        assert newest is not None
        files = {}
        for path in newest.sha512:
            content = store.path(object_id, path).read_bytes()
            if path.endswith(".json"):
                files[_named(path, names)] = _described(json.loads(content), names)
            else:
                files[_named(path, names)] = hashlib.sha256(content).hexdigest()
        objects[_named(object_id, names)] = dict(sorted(files.items()))
    return dict(sorted(objects.items()))


def _described(content: Any, names: dict[str, str]) -> Any:
    """A JSON file of the store. The events in a descriptor are those of the rows, which are compared."""
    if "events" in content:
        counted = Counter(event["kind"] for event in content["events"] if event["kind"] not in _UNCOUNTED)
        content = content | {"events": dict(sorted(counted.items()))}
    return _value(content, names)


def _files(home: Path) -> Iterator[str]:
    """Every name in the archive's folder, but for what lies within an object or an index. A journal that is
    still there after the database was looked at is none that counts: the next who writes takes its place."""
    own = [path.parent for path in (home / "store").rglob("0=ocfl_object_1.1")]
    own += [path for path in (home / "index").glob("*") if path.is_dir()]
    for path in home.rglob("*"):
        if path.name != "archive.db-journal" and not any(folder in path.parents for folder in own):
            yield general(str(path.relative_to(home)))


def _answers(home: Path, names: dict[str, str]) -> dict[str, Any]:
    settings = settings_of(home)
    engine, backend = open_engine(settings), create_backend(settings)
    answers: dict[str, Any] = {}
    try:
        for index in INDEXES:
            answers[f"{index}: all documents"] = sorted(_named(each, names) for each in backend.ids(index))
            for text in QUESTIONS:
                with reading(engine) as session:
                    left_out = outbox.left_out(session, now())
                    query = ask(text, index=index, without=left_out)
                    viewer = STAFF if index == "staff" else PUBLIC
                    read = found.reader(session, viewer, now(), around=words_around(query))
                    page = find(query, backend, read)
                told = _value(json.loads(page.model_dump_json()), names)
                # Two testimonies that came in at one moment have no order.
                told["hits"].sort(key=lambda hit: json.dumps(hit, sort_keys=True))
                answers[f"{index}: {text}"] = told
    finally:
        backend.close()
        engine.dispose()
    return answers


def _differences(where: str, expected: Any, got: Any) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in sorted({*expected, *got}):
            if name not in got:
                yield f"{where}: {name} is missing"
            elif name not in expected:
                yield f"{where}: {name} is too much: {got[name]!r:.300}"
            else:
                yield from _differences(f"{where}: {name}", expected[name], got[name])
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(f"{where}[{place}]", one, other)
    elif isinstance(expected, list) and isinstance(got, list):
        told = [json.dumps(each, sort_keys=True) for each in expected]
        have = [json.dumps(each, sort_keys=True) for each in got]
        for each in (Counter(told) - Counter(have)).elements():
            yield f"{where}: missing {each:.500}"
        for each in (Counter(have) - Counter(told)).elements():
            yield f"{where}: too much: {each:.500}"
    elif expected != got:
        yield f"{where}: expected {expected!r:.300}, found {got!r:.300}"
