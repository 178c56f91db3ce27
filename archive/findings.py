"""What may be wrong with an archive's files, as codes that a program can count and sentences that a person
can act on."""

from dataclasses import dataclass

CODES = {
    "missing": "something that the record or an inventory names is not there",
    "altered": "a file's bytes are not those that its inventory promises",
    "unexpected": "a file or folder that nobody names",
    "torn": "an inventory, version or declaration that is not whole: what a writer that died leaves",
    "wrong-digest": "inventory and record name different digests for the same file",
    "outdated": "object and record are of different age: one of the two was put back from an older copy",
    "not-of-this-archive": "of another origin: an object that no testimony has, a link, another root",
    "invalid": "whole, but not as OCFL or the descriptor's own schema wants it",
    "unreadable": "the disk or its permissions refuse to give it",
}
"""Every code, with what it means; docs/preservation.md lists the same (a test compares)."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong. `testimony` is the public id of the testimony (and its object), None where it
    belongs to none; `path` is where, as a path that can be opened; `sentence` says what and what was
    expected."""

    code: str
    testimony: str | None
    path: str
    sentence: str
