"""Sidecars: one testimony's description in a YAML or JSON file beside its media."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from archive.errors import MetadataError
from ingest.importers.errors import MetadataErrors
from ingest.importers.notation import Written, read_json, read_yaml
from ingest.importers.text import read_text
from schemas.described import Location, Problem, printable
from schemas.metadata import TestimonyMetadata, problems_in

ENDINGS = (".yaml", ".yml", ".json")

SIZE_LIMIT = 1_048_576


def read_sidecar(path: Path) -> TestimonyMetadata:
    """The description in `path`.

    Raises MetadataErrors with one MetadataError for each field that cannot be used (dotted, list positions
    counted from 1, and for YAML the line), or for what keeps the file from being read at all.
    """
    try:
        text = read_text(path, SIZE_LIMIT)
    except MetadataError as error:
        raise MetadataErrors(path, [error]) from error
    return parse_sidecar(text, path)


def parse_sidecar(text: str, file: Path) -> TestimonyMetadata:
    """As `read_sidecar`, from text that was read already; the ending of `file` says whether it is JSON."""
    try:
        written = read_json(text, file) if file.suffix.casefold() == ".json" else read_yaml(text, file)
    except MetadataError as error:
        raise MetadataErrors(file, [error]) from error
    errors = [_error(file, written, problem) for problem in written.problems]
    try:
        metadata = TestimonyMetadata.read(written.data)
    except ValidationError as error:
        errors += [_error(file, written, problem) for problem in problems_in(error)]
        raise MetadataErrors(file, errors) from error
    if errors:
        raise MetadataErrors(file, errors)
    return metadata


def _error(file: Path, written: Written, problem: Problem) -> MetadataError:
    steps, line = _written_place(written, problem.location)
    sentence = problem.sentence if line is None else f"{problem.sentence} (line {line})"
    return MetadataError(file, ".".join(printable(step, 60) for step in steps), sentence)


def _written_place(written: Written, location: Location) -> tuple[list[str], int | None]:
    """The dotted steps to a place as it was written, and its line.

    Where one text or one set of fields was written for a list (`access: public`), the reader made a list of
    it: steps into that list do not exist in the file and are left out.
    """
    steps: list[str] = []
    here: Location = ()
    value = written.data
    line = written.lines.get(())
    for step in location:
        if isinstance(step, int):
            if not isinstance(value, list):
                continue
            value = value[step] if step < len(value) else None
            steps.append(str(step + 1))
        else:
            if not isinstance(value, Mapping):
                if value is not None:
                    continue
                steps.append(step)
                continue
            value = value.get(step)
            steps.append(step)
        here = (*here, step)
        line = written.lines.get(here, line)
    return steps, line
