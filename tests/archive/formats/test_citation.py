from archive.formats.citation import cite
from tests.archive.formats.samples import ADDRESS, passage, reading, stream

HAND = stream(passage("The oven is hot.", 0, 4_000))
MACHINE = stream(passage("The bread rises.", 0, 4_000, machine=True), status="machine")
BOTH = stream(passage("By hand.", 0, 4_000), passage("By machine.", 4_000, 8_000, machine=True))


def test_a_testimony() -> None:
    assert cite(reading(HAND), archive="The archive", address=ADDRESS) == (
        "How bread is baked. The bakery talks, The archive. Identifier 2024-17. "
        "https://archive.example/testimonies/bcdfgh2345"
    )


def test_a_title_with_its_own_full_stop() -> None:
    said = cite(reading(HAND, title="Is bread\nbaked?"), archive="The archive", address=ADDRESS)
    assert said.startswith("Is bread baked? The bakery talks,")


def test_a_stretch() -> None:
    said = cite(
        reading(HAND, durations=(60_000, 60_000)),
        archive="The archive",
        address=f"{ADDRESS}?r=2&t=57.2,83",
        recording=2,
        start_ms=57_200,
        end_ms=83_000,
    )
    assert said.endswith(f" Recording 2, 00:00:57–00:01:23. {ADDRESS}?r=2&t=57.2,83")
    alone = cite(reading(HAND), archive="The archive", address=ADDRESS, recording=1, start_ms=3_600_000)
    assert alone.endswith(f" 01:00:00. {ADDRESS}")


def test_a_machines_words_are_named_as_such() -> None:
    said = cite(reading(MACHINE), archive="The archive", address=ADDRESS, stream=MACHINE)
    assert "This transcript was made by a machine (Whisper base (faster-whisper 1.2.1)" in said
    assert "machine" not in cite(reading(HAND), archive="The archive", address=ADDRESS, stream=HAND)


def test_only_the_quoted_words_count() -> None:
    def said(start_ms: int, end_ms: int | None, recording: int = 1) -> bool:
        sentence = cite(
            reading(BOTH),
            archive="The archive",
            address=ADDRESS,
            stream=BOTH,
            recording=recording,
            start_ms=start_ms,
            end_ms=end_ms,
        )
        return "made by a machine" in sentence

    assert not said(0, 4_000)
    assert said(0, 4_001)
    assert said(5_000, None)
    assert not said(3_999, None)
    assert not said(5_000, 6_000, recording=2)
