"""What is in the paths that were given at the command line, said and accepted or refused as a whole."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.cli.output import tell
from schemas.legible import legible_name

if TYPE_CHECKING:
    from ingest.importers.deposited import Deposit


@dataclass(frozen=True, slots=True)
class Transfer:
    """That a file is a better transfer of a recording: of which testimony (public id or accession number),
    and its number there."""

    testimony: str
    number: int
    offset_ms: int


def read_transfer(transfer_of: str | None, offset: str | None, *, alone: bool) -> Transfer | None:
    """What `--transfer-of` and `--offset` say, or a usage error. `alone`: one file is given, undescribed."""
    from pydantic_core import PydanticCustomError

    from schemas.described import read_number
    from schemas.times import read_shift

    if transfer_of is None:
        if offset is not None:
            raise typer.BadParameter("expected --transfer-of beside it", param_hint="--offset")
        return None
    if not alone:
        raise typer.BadParameter("expected one file, and no --metadata", param_hint="--transfer-of")
    # An accession number may have slashes of its own.
    testimony, _, number = transfer_of.rpartition("/")
    if not testimony.strip():
        raise typer.BadParameter(
            "expected a testimony and the number of its recording, such as 2024-017/1",
            param_hint="--transfer-of",
        )
    try:
        return Transfer(
            testimony.strip(), read_number(number), read_shift(offset) if offset is not None else 0
        )
    except PydanticCustomError as error:
        raise typer.BadParameter(str(error), param_hint="--transfer-of, --offset") from error


def plan(
    paths: list[Path], metadata: Path | None, transfer: Transfer | None, failed: list[dict[str, str]]
) -> "Deposit | None":
    """The deposit in `paths`; says what was passed over. None where nothing may start, since a description
    cannot be used or there are no media: the reasons join `failed`."""
    from ingest.importers.deposit import plan_deposit, plan_transfer

    if transfer is None:
        deposit = plan_deposit(paths, metadata)
    else:
        deposit = plan_transfer(paths[0], transfer.testimony, transfer.number, offset_ms=transfer.offset_ms)
    for path, reason in deposit.passed_over:
        tell(f"passed over {legible_name(path)}: {reason}", err=True)
    if deposit.debris:
        typer.echo(f"passed over {deposit.debris} hidden files", err=True)
    for error in deposit.errors:
        failed.append({"path": error.file, "reason": str(error)})
    if not deposit.errors and not deposit.testimonies:
        failed.append({"path": "", "reason": "no media or described texts found in what was given"})
    if deposit.errors:
        typer.echo("nothing was ingested: first mend these", err=True)
    return None if failed else deposit
