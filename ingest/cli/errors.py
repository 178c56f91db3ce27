"""From exceptions to a sentence on stderr and an exit code: the one place that knows both."""

import logging
from typing import Any

import typer
from pydantic_core import ValidationError
from typer.core import TyperGroup

from archive.errors import ArchiveError
from ingest.cli.output import tell

log = logging.getLogger(__name__)


class ArchiveGroup(TyperGroup):
    """A command group whose commands may raise any ArchiveError, or a group of them, and find settings that
    will not do."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors of ours become sentences and exit code 1."""
        try:
            return self._invoke(ctx)
        except* ArchiveError as group:
            for error in _leaves(group):
                log.debug("failed", exc_info=error)
                tell(f"testimony: {error}", err=True)
        raise typer.Exit(1)

    def _invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ValidationError as error:
            if error.title != "Settings":
                raise
            for problem in error.errors():
                name = "_".join(["TESTIMONY", *(str(part).upper() for part in problem["loc"])])
                tell(f"testimony: {name} is {problem['input']!r}: {problem['msg']}", err=True)
            raise typer.Exit(2) from None


def _leaves(group: BaseExceptionGroup[ArchiveError]) -> list[ArchiveError]:
    leaves: list[ArchiveError] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves
