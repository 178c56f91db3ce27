"""What stands at the head of a transcript that leaves the archive: what it is, whose, made how, cited how."""

from archive.formats import Gettext
from archive.formats.citation import cite
from archive.formats.provenance import chosen, notice
from archive.reading import Reading, Stream


def compose(
    reading: Reading, stream: Stream, recording: int | None, *, archive: str, address: str, gettext: Gettext
) -> list[str]:
    """The lines of the heading, each a single line of text, the title first."""
    labelled = [
        (gettext("Collection"), f"{reading.collection_name}, {archive}"),
        (gettext("Identifier"), reading.accession_number),
        (gettext("Date"), reading.date),
        (gettext("Recording"), None if recording is None or len(reading.recordings) < 2 else str(recording)),
        (gettext("Language"), stream.language),
        (gettext("Transcript"), _revision(stream, gettext)),
        (gettext("Rights"), reading.rights),
        (
            gettext("Cite as"),
            cite(reading, archive=archive, address=address, recording=recording, gettext=gettext),
        ),
    ]
    lines = [reading.title, *(f"{label}: {value}" for label, value in labelled if value)]
    said = notice(stream, chosen(stream, recording), gettext)
    if said is not None:
        lines.append(said)
    return [" ".join(line.split()) for line in lines if line.strip()]


def _revision(stream: Stream, gettext: Gettext) -> str:
    parts = [gettext("revision %(number)d") % {"number": stream.revision}]
    if stream.kind == "translation":
        parts.insert(0, gettext("translation"))
    if stream.status == "machine":
        parts.append(gettext("not checked by a person"))
    elif stream.status == "in review":
        parts.append(gettext("in review"))
    else:
        parts.append(gettext("reviewed"))
    if stream.author:
        parts.append(gettext("by %(author)s") % {"author": stream.author})
    return ", ".join(parts)
