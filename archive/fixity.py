"""Whether what the archive keeps is still there and still what it was.

    findings = verify(settings)

It reads, and does nothing else: no lock, no repair, no migration, no event. What it finds, it reports, all of
it. A check that wrote its own success into the record would change the objects that it had just checked, and
could not run on a copy or on a file system mounted for reading; so the report is the caller's to keep.

Others may be at work meanwhile. The record of a testimony is read, then its object, then the record again
where the two differ: what is recorded was in the store before, and what is in the store is recorded soon.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DatabaseError

from archive.comparison import check_age, check_descriptor, check_names, compare, read_descriptor
from archive.errors import NotFound, WrongInput
from archive.findings import Finding
from archive.jobs import create_queue
from archive.queries.holdings import Record
from archive.remains import check_derivatives, find_strays
from archive.settings import Settings
from archive.store import Store, create_store
from archive.untouched import untouched


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found, and what it looked at. `notices` are sentences on what was left out."""

    findings: tuple[Finding, ...]
    notices: tuple[str, ...]
    objects: int
    read: int
    """Bytes whose digests were computed."""


@dataclass(slots=True)
class Watch:
    """Is told how far a check has come: objects done, of how many; bytes read, of how many (0: unknown)."""

    show: Callable[[int, int, int, int], None] = lambda *_: None
    objects: int = 0
    expected_objects: int = 0
    read: int = 0
    expected: int = 0

    def told(self, count: int) -> None:
        """`count` more bytes were read."""
        self.read += count
        self.show(self.objects, self.expected_objects, self.read, self.expected)

    def next_object(self) -> None:
        """One more object was looked at."""
        self.objects += 1
        self.show(self.objects, self.expected_objects, self.read, self.expected)


def verify(settings: Settings, *, quick: bool = False) -> list[Finding]:
    """Everything that is wrong with an archive's store and derivatives; empty where nothing is.

    `quick` compares presence, sizes and inventories and reads no content. Raises WrongInput where there is no
    archive, StoreError where the store cannot be read at all.
    """
    return list(check(settings, quick=quick).findings)


def check(
    settings: Settings, wanted: Sequence[str] = (), *, quick: bool = False, watch: Watch | None = None
) -> Check:
    """As `verify`, of all testimonies or of those `wanted` (public ids or accession numbers), with what was
    left out and how much was looked at. Raises NotFound besides."""
    watch = watch or Watch()
    store = create_store(settings)
    with untouched(settings) as engine:
        record = None if engine is None else Record(engine, create_queue(settings, engine))
        notices = []
        known: Mapping[str, str | None] = {}
        try:
            known = record.public_ids() if record is not None else {}
            watch.expected = record.size() if record is not None and not wanted else 0
        except DatabaseError as error:
            record, reason = None, str(error.orig)
            notices.append(f"the database cannot be read ({reason})")
        if record is None:
            notices.append("the comparison with the record was left out: no database to compare with")
            if not settings.store_folder.exists():
                raise WrongInput(f"there is no archive in {settings.home}: no database and no store")
        findings: list[Finding] = []
        if wanted:
            ids = [_find(store, known, each) for each in wanted]
        else:
            survey = store.survey()
            findings += survey.findings
            ids = sorted({*survey.object_ids, *known})
        watch.expected_objects = len(ids)
        for public_id in ids:
            findings += _check_one(settings, store, record, public_id, quick=quick, watch=watch)
            watch.next_object()
        if record is not None and not wanted:
            findings += find_strays(settings.derivatives_folder, record)
    return Check(_once(findings), tuple(notices), watch.objects, watch.read)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In order of their places; what record and descriptor both say of a file is said once."""
    first: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        first.setdefault((finding.testimony or "", finding.path, finding.code), finding)
    return tuple(first[place] for place in sorted(first))


def _find(store: Store, known: Mapping[str, str | None], wanted: str) -> str:
    for public_id, accession_number in known.items():
        if wanted in (public_id, accession_number):
            return public_id
    if store.examine(wanted, read_content=False) is not None:
        return wanted
    raise NotFound(f"no testimony has the id or accession number {wanted}")


def _check_one(
    settings: Settings, store: Store, record: Record | None, public_id: str, *, quick: bool, watch: Watch
) -> Iterator[Finding]:
    before = record.find(public_id) if record is not None else None
    examined = store.examine(public_id, read_content=not quick, told=watch.told)
    after = record.find(public_id) if record is not None else None
    if examined is not None:
        yield from examined.findings
    if record is not None and before is None and after is None:
        place = str(settings.store_folder)
        sentence = f"{place}: the object {public_id} is no testimony's in the record"
        yield Finding("not-of-this-archive", public_id, place, sentence)
        return
    if before is not None:
        yield from compare(str(settings.store_folder), examined, before)
        yield from check_derivatives(settings.derivatives_folder, before)
    if examined is not None:
        descriptor, problems = read_descriptor(examined)
        yield from problems
        yield from check_descriptor(examined, descriptor, before, alone=record is None)
        yield from check_age(examined, descriptor, before, after)
        yield from check_names(examined, descriptor, after, compared=record is not None)
