"""Milliseconds as people and caption files write them."""


def clock(milliseconds: int) -> str:
    """Hours, minutes and whole seconds, for reading: `00:01:23`. What is cited begins no later than this."""
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}"


def clock_end(milliseconds: int) -> str:
    """As `clock`, for where a stretch ends: what is cited ends no later than this."""
    return clock(-(-milliseconds // 1000) * 1000)


def timestamp(milliseconds: int, separator: str = ".") -> str:
    """With milliseconds, for caption files: `00:01:23.456`, in SubRip with a comma."""
    return f"{clock(milliseconds)}{separator}{milliseconds % 1000:03}"
