"""The archive's own words as a page says them: kinds, roles, facets, described fields, states of a text.

What the database holds is English and fixed; what is shown goes through gettext here.
"""

from archive.formats.provenance import confidence, mixed
from archive.reading import UNTITLED, Stream
from schemas.query import FacetName
from web.languages import language_name
from web.wording import Wording


def title_of(title: str, wording: Wording) -> str:
    """A testimony's title; the one that stands in for a missing title is the interface's."""
    return wording.gettext("Untitled testimony") if title == UNTITLED else title


def kind_name(kind: str, wording: Wording) -> str:
    """`Interview`; a kind that is not one of ours as it was described."""
    _ = wording.gettext
    names = {
        "testimony": _("Testimony"),
        "interview": _("Interview"),
        "conversation": _("Conversation"),
        "statement": _("Statement"),
        "speech": _("Speech"),
        "court testimony": _("Court testimony"),
        "reading": _("Reading"),
    }
    return names.get(kind, _capitalised(kind))


def role_name(role: str, wording: Wording) -> str:
    """`Interviewer`; a role that is not one of the usual ones as it was described."""
    _ = wording.gettext
    names = {
        "interviewee": _("Interviewee"),
        "interviewer": _("Interviewer"),
        "speaker": _("Speaker"),
        "narrator": _("Narrator"),
        "translator": _("Translator"),
        "interpreter": _("Interpreter"),
        "camera operator": _("Camera operator"),
        "sound recordist": _("Sound recordist"),
        "producer": _("Producer"),
        "transcriber": _("Transcriber"),
    }
    return names.get(role.casefold(), _capitalised(role))


def text_name(language: str, translated: bool, wording: Wording) -> str:
    """`English translation`, or `German, as spoken`."""
    _ = wording.gettext
    sentence = _("%(language)s translation") if translated else _("%(language)s, as spoken")
    return sentence % {"language": language_name(language, wording.language)}


def facet_name(facet: FacetName, wording: Wording) -> str:
    """The heading of a facet."""
    _ = wording.gettext
    names: dict[FacetName, str] = {
        "collection": _("Collection"),
        "language": _("Language"),
        "place": _("Place"),
        "year": _("Year"),
        "kind": _("Kind"),
    }
    return names[facet]


def field_name(field: str, wording: Wording) -> str:
    """The name of a described field, in a list of them or in "found in its summary"."""
    _ = wording.gettext
    names = {
        "title": _("title"),
        "summary": _("summary"),
        "subjects": _("subjects"),
        "places": _("places"),
        "people": _("people"),
    }
    return names.get(field, field)


def further_name(field: str, wording: Wording) -> str:
    """The heading of a further described field (source, publisher, ...)."""
    _ = wording.gettext
    names = {
        "source": _("Source"),
        "publisher": _("Publisher"),
        "contributor": _("Contributors"),
        "relation": _("Related works"),
        "identifier": _("Other numbers"),
    }
    return names.get(field, _capitalised(field.replace("_", " ")))


def origin_of(stream: Stream, wording: Wording) -> str | None:
    """Who made a text and whether anybody has checked it, in words; None where nothing is known."""
    said = _origin_of(stream, wording)
    if said is not None and said.endswith(".."):
        # "by A. B.." where a name ends with an initial.
        said = said[:-1]
    if stream.machine or stream.status == "reviewed":
        return said
    unreviewed = wording.gettext("This text has not been reviewed yet.")
    return unreviewed if said is None else f"{said} {unreviewed}"


def short_origin_of(stream: Stream, wording: Wording) -> str | None:
    """The same in the few words that fit beside a small player; None where a person made the text."""
    _ = wording.gettext
    if not any(passage.machine for passage in stream.passages):
        return None
    if stream.status == "reviewed":
        said = _("Machine transcript, checked")
    elif mixed(stream.passages):
        said = _("Partly a machine transcript, not checked")
    else:
        said = _("Machine transcript, not checked")
    sure = confidence(stream.passages)
    made = [stream.engine] if stream.engine else []
    if sure is not None:
        made.append(_("mean confidence %(percent)d %%") % {"percent": int(sure * 100)})
    return f"{said} ({', '.join(made)})" if made else said


def _origin_of(stream: Stream, wording: Wording) -> str | None:
    _ = wording.gettext
    said = {"engine": stream.engine or _("a speech recogniser"), "author": stream.author or ""}
    if not stream.machine:
        if stream.author is None:
            return None
        translated = stream.kind == "translation"
        return (_("Translated by %(author)s.") if translated else _("Transcript by %(author)s.")) % said
    if stream.status == "reviewed":
        if stream.author:
            return _("This transcript was made by a machine, %(engine)s, and checked by %(author)s.") % said
        return _("This transcript was made by a machine, %(engine)s, and has been checked.") % said
    if mixed(stream.passages):
        made = _(
            "Part of this transcript was made by a machine, %(engine)s, and has not been checked; its "
            "passages say so. Listen before you quote them."
        )
    else:
        made = _(
            "This transcript was made by a machine, %(engine)s, and has not been checked. "
            "Listen before you quote."
        )
    sure = confidence(stream.passages)
    if sure is None:
        return made % said
    # Rounded down: no more confidence is claimed than there is.
    return made % said + " " + _("Its own mean confidence is %(percent)d %%.") % {"percent": int(sure * 100)}


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
