"""A word of its own stands in every field of everything that is closed, and another in everything that never
leaves the archive. Neither is found in an answer, a header, a line of the log, an export, a suggestion, or
the dictionary of words of the public index."""

import logging
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import tantivy
from typer.testing import CliRunner

import ingest.cli  # noqa: F401 - its commands register themselves
from ingest.cli.app import app, set_log_level
from schemas.query import IndexName
from tests.databases import enter, environment_of
from tests.gate.addresses import known_addresses
from tests.gate.building import SECRET, STATED, Built, built
from tests.gate.client import Request, ask
from tests.gate.crawl import Crawl
from tests.gate.everything import EVERYTHING, TOMORROW, words_of
from tests.gate.twins import twin_of
from tests.gate.worlds import name_id

REQUESTS = 400
_WORD = re.compile(r"zq(?:\d+|secret)")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Everything that can be closed, closed after it was open and indexed; looked at tomorrow."""
    with built(tmp_path_factory.mktemp("canaries") / "archive", EVERYTHING) as made:
        made.deliver()
        made.state()
        made.deliver()
        made.clock = TOMORROW
        made.deliver()
        yield made


def closed_words(*moments: datetime) -> frozenset[str]:
    """The words of everything that is closed to the public."""
    return words_of(EVERYTHING) - words_of(twin_of(EVERYTHING, moments or (TOMORROW,))) | {SECRET}


def test_there_are_words_to_be_found() -> None:
    assert len(closed_words()) > 150
    assert len(words_of(EVERYTHING)) - len(closed_words()) > 30
    assert closed_words(STATED) != closed_words(TOMORROW)


@pytest.mark.slow
def test_no_closed_word_is_in_an_answer_or_in_the_log(
    archive: Built, caplog: pytest.LogCaptureFixture
) -> None:
    closed = closed_words()
    set_log_level("debug")
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.INFO)
    requests = Crawl(REQUESTS)
    requests.add([Request("/"), *(Request(address) for address in known_addresses(EVERYTHING, words=400))])
    told: set[str] = set()
    for request in requests:
        answer = ask(archive.app, request)
        found = set(_WORD.findall(answer.text + str(answer.headers)))
        told |= found
        # A page repeats what was typed; that this tells nothing is for the twins to say.
        assert not (found & closed) - set(_WORD.findall(request.address)), request
        requests.follow(request, answer)
    assert len(told - closed) > 20  # the open ones are told
    archive.deliver()
    logged = set(_WORD.findall(" ".join(record.getMessage() for record in caplog.records)))
    assert not logged, "what is searched for is nobody's business, and less so what is closed"


@pytest.mark.parametrize("index", ["public", "staff"])
def test_no_closed_word_is_in_the_dictionary(archive: Built, index: IndexName) -> None:
    held = set(_WORD.findall(" ".join(dictionary(archive, index))))
    closed = closed_words() if index == "public" else _withdrawn()
    assert len(held) > 20
    assert not held & closed


def test_no_closed_word_is_found_at_the_command_line(archive: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, archive.archive.settings.home)
    for query in ("rain", *sorted(closed_words())[:3]):
        shown = CliRunner().invoke(app, ["search", query, "--json"])
        assert shown.exit_code == 0, shown.output
        assert not set(_WORD.findall(shown.stdout)) & closed_words() - {query}


@pytest.mark.slow
def test_a_site_that_says_all_it_can_logs_no_word(archive: Built) -> None:
    """The real server, in front of the same archive, with its most talkative log."""
    home = archive.archive.settings.home
    program = "from ingest.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--no-worker"]
    environment = {**os.environ, **environment_of(home), "TESTIMONY_LOG_LEVEL": "debug"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            for word in [*sorted(words_of(EVERYTHING))[:5], SECRET]:
                for path in (
                    f"search?q={word}",
                    f"api/v1/search?q={word}&page=x",
                    f"id/{word}",
                    f"nowhere/{word}",
                ):
                    try:
                        urllib.request.urlopen(address + path).close()
                    except urllib.error.HTTPError as error:
                        error.close()
        finally:
            server.send_signal(signal.SIGINT)
            _, logged = server.communicate(timeout=30)
    assert not _WORD.findall(logged)


def dictionary(archive: Built, index: IndexName) -> set[str]:
    """Every term of an index, those of deleted documents among them, as the engine has them."""
    folder = archive.archive.settings.index_folder
    live = folder / Path((folder / f"{index}.live").read_text().strip())
    searcher = tantivy.Index.open(str(live)).searcher()
    fields = (
        *("whole_exact", "whole_stem", "passage_exact", "passage_stem", "passage_edges"),
        *("id", "testimony", "collection", "language", "place", "year", "kind"),
    )
    return {term for field in fields for term, _ in searcher.terms_with_prefix(field, "")}


def _withdrawn() -> frozenset[str]:
    """The words of what nobody may see any more, staff included: a testimony, a transcript, a stretch."""
    partly, withdrawn = (
        next(each for each in EVERYTHING.testimonies if each.id == name_id(ids))
        for ids in ("partly", "withdrawn")
    )
    german = next(text for text in partly.transcripts if text.language == "de")
    cut = [
        word.text
        for text in partly.transcripts
        for segment in text.revision.segments
        for word in segment.words
        if segment.recording == 4 and (word.start_ms or 0) < 5000 and (word.end_ms or 0) > 4000
    ]
    return frozenset(_WORD.findall(repr((withdrawn, german.revision.segments, cut)))) | {SECRET}
