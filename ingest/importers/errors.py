"""Everything that is wrong with a file of a deposit, at once."""

from collections.abc import Sequence
from pathlib import Path

from archive.errors import MetadataError, WrongInput


class MetadataErrors(WrongInput):
    """A file that cannot be used, with one MetadataError for each thing that is wrong with it."""

    def __init__(self, file: Path | str, errors: Sequence[MetadataError]) -> None:
        self.file, self.errors = str(file), tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))
