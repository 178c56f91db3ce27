"""What the command line says of a better transfer of a recording."""

from dataclasses import dataclass

import typer


@dataclass(frozen=True, slots=True)
class Transfer:
    """That a file is a better transfer of a recording: of which testimony (public id or accession number),
    and its number there."""

    testimony: str
    number: int
    offset_ms: int


def read_transfer(transfer_of: str | None, offset: str | None, *, alone: bool) -> Transfer | None:
    """What --transfer-of and --offset say. `alone`: one file was given, and no --metadata. Raises typer's
    BadParameter."""
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
