"""Media, found by the names that people write for them."""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from schemas.legible import legible_name


def plain(name: str) -> str:
    """`name` as it is compared: file systems spell an accented letter in one way or the other."""
    return unicodedata.normalize("NFC", name)


def told(paths: Iterable[Path]) -> str:
    """The names of some files, for a sentence."""
    return ", ".join(sorted(legible_name(path.name) for path in paths))


class MediaNames:
    """The media of one folder by name and by stem (the name without its ending)."""

    def __init__(self, media: Iterable[Path]) -> None:
        self.by_name = {plain(path.name): path for path in media}
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for name, path in self.by_name.items():
            self._by_stem[Path(name).stem].append(path)

    def partners(self, stem: str) -> list[Path]:
        """The media that `stem.yaml` or `stem.vtt` goes with: a file `stem` (`a.wav` for `a.wav.vtt`), else
        those that are `stem` but for their ending."""
        named = self.by_name.get(stem)
        return [named] if named else list(self._by_stem.get(stem, ()))

    def hint(self, name: str) -> str:
        """The nearest name there is, as a question in brackets, or nothing."""
        known = {candidate.casefold(): candidate for candidate in [*self.by_name, *self._by_stem]}
        close = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.7)
        return f" (did you mean {legible_name(known[close[0]])}?)" if close else ""


class GivenMedia:
    """The media that were given, found by name, or by folder and name where one name is there twice."""

    def __init__(self, media: Iterable[Path]) -> None:
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        for path in media:
            self._by_name[plain(path.name)].append(path)
        self._names = MediaNames(path for paths in self._by_name.values() for path in paths)

    def find(self, written: str) -> list[Path]:
        """The media that a cell may mean; the folders before a name are compared from its end."""
        steps = [plain(step) for step in written.replace("\\", "/").split("/") if step not in ("", ".")]
        if not steps:
            return []
        return [
            path
            for path in self._by_name.get(steps[-1], ())
            if [plain(step) for step in path.absolute().parts[-len(steps) :]] == steps
        ]

    def hint(self, written: str) -> str:
        """The nearest name there is, as a question in brackets, or nothing."""
        return self._names.hint(plain(written.replace("\\", "/").rsplit("/", 1)[-1]))
