"""What an ingest would make of a deposit, told without making any of it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.clock import now
from archive.errors import ArchiveError
from ingest.cli.app import Archive
from ingest.cli.planning import Transfer, plan

if TYPE_CHECKING:
    from ingest.importers.deposited import DepositedTestimony
    from ingest.media.commands import Programs
    from ingest.receiving import Received


@dataclass(slots=True)
class Rehearsed:
    """What would become of everything that was given. Testimonies that are new have no id yet."""

    new: list[dict[str, Any]] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)
    resumed: list[dict[str, Any]] = field(default_factory=list)
    unchanged: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` ends with."""
        return {"dry_run": True, **asdict(self)}

    def lines(self) -> Iterator[str]:
        """The same for people, a line a testimony."""
        for status in ("new", "updated", "resumed", "unchanged"):
            for each in getattr(self, status):
                told = each["accession_number"] or each["files"][0]
                told += f" ({each['id']})" if each["id"] else ""
                if len(each["files"]) > 1:
                    told += f", {len(each['files'])} files"
                changes = [", ".join(each["changes"])] if each["changes"] else []
                yield "; ".join([f"{status}: {told}", *changes, *each["notes"]])
        for failure in self.failed:
            yield f"refused: {failure['reason']}"


def rehearse(
    archive: Archive,
    paths: list[Path],
    metadata: Path | None,
    transfer: Transfer | None,
    wished: tuple[str | None, str | None, str | None, bool],
) -> Rehearsed:
    """Do what an ingest does before the work itself, in one transaction that is thrown away. Files are read.

    `wished` are collection, access, language, and whether files of other testimonies are taken again.
    """
    from archive.rehearsal import rehearsing
    from ingest.media.commands import find_programs
    from ingest.registration import Wishes, register

    rehearsed = Rehearsed()
    deposit = plan(paths, metadata, transfer, rehearsed.failed)
    if deposit is None:
        return rehearsed
    programs, wishes = find_programs(archive.settings), Wishes(*wished)
    received = [_receive(testimony, programs, rehearsed) for testimony in deposit.testimonies]
    with rehearsing(archive.unchanged_engine) as session:
        for testimony, files in zip(deposit.testimonies, received, strict=True):
            if testimony.recordings and not files:
                continue
            try:
                with session.begin_nested():
                    done = register(session, archive.unchanged_queue, testimony, files, wishes, now())
            except ArchiveError as error:
                paths_of = [each.recording.path for each in files] or testimony.paths
                rehearsed.failed += [{"path": str(path), "reason": str(error)} for path in paths_of]
                continue
            metadata_read = testimony.metadata
            getattr(rehearsed, done.status).append(
                {
                    "id": None if done.status == "new" else done.testimony,
                    "accession_number": metadata_read.accession_number if metadata_read else None,
                    "files": [str(path) for path in testimony.paths],
                    "changes": done.changes,
                    "notes": done.notes,
                }
            )
    return rehearsed


def _receive(testimony: "DepositedTestimony", programs: "Programs", rehearsed: Rehearsed) -> "list[Received]":
    from ingest.cli.progress import receiving
    from ingest.receiving import receive

    received = []
    for recording in testimony.recordings:
        try:
            with receiving(recording.path) as advance:
                received.append(receive(recording, programs, advance))
        except ArchiveError as error:
            rehearsed.failed.append({"path": str(recording.path), "reason": str(error)})
    return received
