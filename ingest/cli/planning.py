"""What is in the paths that were given at the command line, said and accepted or refused as a whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.cli.transfer import Transfer

if TYPE_CHECKING:
    from ingest.importers.deposited import Deposit


def plan(
    paths: list[Path],
    metadata: Path | None,
    failed: list[dict[str, str]],
    transfer: Transfer | None = None,
) -> "Deposit | None":
    """The deposit in `paths`, of which the only one may be a better `transfer`; says what was passed over.
    None where nothing may start, since a description cannot be used or there are no media: the reasons join
    `failed`."""
    from ingest.importers.deposit import plan_deposit, plan_transfer

    if transfer is None:
        deposit = plan_deposit(paths, metadata)
    else:
        deposit = plan_transfer(paths[0], transfer.testimony, transfer.number, offset_ms=transfer.offset_ms)
    for path, reason in deposit.passed_over:
        typer.echo(f"passed over {path}: {reason}", err=True)
    if deposit.debris:
        typer.echo(f"passed over {deposit.debris} hidden files", err=True)
    for error in deposit.errors:
        failed.append({"path": error.file, "reason": str(error)})
    if not deposit.errors and not deposit.testimonies:
        failed.append({"path": "", "reason": "no media or described texts found in what was given"})
    if deposit.errors:
        typer.echo("nothing was ingested: first mend these", err=True)
    return None if failed else deposit
