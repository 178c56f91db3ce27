"""How long something lasts, in the interface's words."""

from web.wording import Wording


def describe_duration(milliseconds: int, wording: Wording) -> str:
    """`2 h 14 min`, `4 min`, `38 s`: as exact as a reader choosing what to hear needs it."""
    return _describe(milliseconds, wording).replace(" ", "\N{NO-BREAK SPACE}")


def _describe(milliseconds: int, wording: Wording) -> str:
    gettext = wording.gettext
    total = round(milliseconds / 1000)
    if total < 60:
        return gettext("%(seconds)d s") % {"seconds": total}
    hours, minutes = divmod(round(total / 60), 60)
    if not hours:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if not minutes:
        return gettext("%(hours)d h") % {"hours": hours}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
