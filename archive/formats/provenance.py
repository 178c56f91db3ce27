"""Who made the words: the notice that a transcript carries wherever it is shown, and the mark of a passage.

"Made by a machine" follows the passage. Whether somebody has checked it is a property of the revision.
"""

from collections.abc import Sequence

from archive.formats import Gettext
from archive.reading import Passage, Stream


def chosen(stream: Stream, recording: int | None) -> tuple[Passage, ...]:
    """The passages of one recording, or all."""
    return tuple(passage for passage in stream.passages if recording in (None, passage.recording))


def is_without_times(passages: Sequence[Passage]) -> bool:
    """Whether there is text and none of it has times, so that captions would hold nothing of it."""
    return bool(passages) and all(passage.start_ms is None for passage in passages)


def confidence(passages: Sequence[Passage]) -> float | None:
    """Mean probability (0 to 1) that the recogniser gave the machine-made words; None where it gave none."""
    known = [
        word.probability
        for passage in passages
        if passage.machine
        for word in passage.words
        if word.probability is not None
    ]
    return sum(known) / len(known) if known else None


def mixed(passages: Sequence[Passage]) -> bool:
    """Whether some of the passages are a machine's and some a person's, so that each has to say which."""
    return len({passage.machine for passage in passages}) > 1


def mark(gettext: Gettext) -> str:
    """What stands before a machine-made passage among a person's."""
    return gettext("[machine]")


def notice(stream: Stream, passages: Sequence[Passage], gettext: Gettext) -> str | None:
    """The sentence that says which of the passages a machine made, with its name and confidence, and whether
    they were checked; None where a person made them all."""
    if not any(passage.machine for passage in passages):
        return None
    if mixed(passages):
        made = gettext("The passages marked %(mark)s were made by a machine%(with)s.")
    else:
        made = gettext("This transcript was made by a machine%(with)s.")
    return (
        made % {"mark": mark(gettext), "with": _means(stream, passages, gettext)}
        + " "
        + _checked(stream, gettext)
    )


def short_notice(stream: Stream, passages: Sequence[Passage], gettext: Gettext) -> str | None:
    """The notice in the few words that fit into a caption."""
    if not any(passage.machine for passage in passages):
        return None
    if mixed(passages):
        return gettext("[Partly made by a machine]")
    if stream.status == "reviewed":
        return gettext("[Made by a machine, reviewed]")
    return gettext("[Made by a machine, not checked]")


def _means(stream: Stream, passages: Sequence[Passage], gettext: Gettext) -> str:
    parts = [stream.engine] if stream.engine else []
    certainty = confidence(passages)
    if certainty is not None:
        parts.append(gettext("mean confidence %(percent)d %%") % {"percent": int(certainty * 100)})
    return f" ({', '.join(parts)})" if parts else ""


def _checked(stream: Stream, gettext: Gettext) -> str:
    if stream.status == "reviewed":
        return gettext("A person has reviewed it.")
    if stream.status == "in review":
        return gettext("A person is reviewing it; it may contain errors.")
    return gettext("No person has checked it; it may contain errors.")
