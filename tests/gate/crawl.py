"""A plain client that goes everywhere: it follows all that an answer names, and asks for whatever it was told
of besides. It knows nothing of the site but that addresses lead to addresses."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from tests.gate.client import HOST, Answer, Request


def addresses_in(answer: Answer, base: str) -> list[str]:
    """Addresses of this site that an answer names, in a header or in what it says."""
    kind = answer.header("content-type").partition(";")[0]
    named = [answer.header("location")] if answer.header("location") else []
    if kind == "text/html":
        parser = _Addresses()
        parser.feed(answer.text)
        named += parser.found
    elif kind == "application/json":
        named += _in_json(json.loads(answer.body or b"null"))
    elif kind.startswith("text/"):
        named += re.findall(r"https?://[^\s\"'<>]+|(?<=: )/[\w/]*", answer.text)
    parts = [urlsplit(urljoin(f"http://{HOST}{base}", one)) for one in named]
    ours = [part for part in parts if part.hostname == HOST and part.scheme in ("http", "https")]
    return [part.path + (f"?{part.query}" if part.query else "") for part in ours]


@dataclass
class Crawl:
    """What is still to be asked for, each thing once, in an order that is always the same and knows nothing
    of what was put in first: `most` requests are then some of everything."""

    most: int
    waiting: list[Request] = field(default_factory=list)
    known: set[Request] = field(default_factory=set)
    asked: int = 0
    chance: Random = field(default_factory=lambda: Random(9))

    def add(self, requests: Iterable[Request]) -> None:
        """Ask for these too."""
        for request in requests:
            if request not in self.known:
                self.known.add(request)
                self.waiting.append(request)

    def __iter__(self) -> Iterator[Request]:
        while self.waiting and self.asked < self.most:
            self.asked += 1
            place = self.chance.randrange(len(self.waiting))
            self.waiting[place], self.waiting[-1] = self.waiting[-1], self.waiting[place]
            yield self.waiting.pop()

    def follow(self, request: Request, answer: Answer) -> None:
        """Add what an answer leads to, and other ways of asking for the same."""
        if request.method != "GET" or request.headers:
            return
        self.add(Request(address) for address in addresses_in(answer, request.address) if _ours(address))
        self.add(other_ways(request.address, answer))


def other_ways(address: str, answer: Answer) -> Iterator[Request]:
    """The same address asked for otherwise: headers alone, as a program, in parts, with a known ETag."""
    if "?" in address:
        return
    yield Request(address, "HEAD")
    if address.startswith("/recordings/"):
        etag = answer.header("etag") or '"0123456789abcdef"'
        for headers in (
            {"range": "bytes=0-9"},
            {"range": "bytes=-7"},
            {"range": "bytes=0-1,5-6"},
            {"range": "bytes=99999999-"},
            {"if-none-match": etag},
            {"if-none-match": "*"},
            {"range": "bytes=0-9", "if-range": etag},
            {"if-modified-since": "Tue, 14 Nov 2023 22:13:20 GMT"},
        ):
            yield Request(address, headers=tuple(headers.items()))
        yield Request(address, "HEAD", (("range", "bytes=0-9"),))
    else:
        yield Request(address, headers=(("accept", "application/json"),))
        yield Request(address, "POST")


def addresses_of(
    testimonies: Iterable[str],
    recordings: Iterable[str],
    numbers: Iterable[str],
    slugs: Iterable[str],
    words: Iterable[str],
    clips: Iterable[str] = (),
) -> Iterator[str]:
    """Where somebody looks who has heard of these ids, accession numbers, collections, words and clips."""
    words = list(words)
    for one in testimonies:
        page = f"/testimonies/{quote(one)}"
        yield page
        yield f"/api/v1{page}"
        yield f"/oembed?{urlencode({'url': f'http://{HOST}{page}'})}"
        yield f"/embed/{quote(one)}"
        yield f"/embed/{quote(one)}?r=2&t=0.5,2&lines=3"
        for number in (1, 2, 3, 4):
            yield f"{page}?r={number}&t=0.5,2"
            yield f"{page}/transcript.txt?r={number}"
            yield f"{page}/reference.ris?r={number}&t=0.5,2"
        for extension in ("vtt", "srt", "txt", "json", "pdf"):
            yield f"{page}/transcript.{extension}"
        for extension in ("bib", "ris", "json"):
            yield f"{page}/reference.{extension}"
        for language in ("de", "pl", "en"):
            yield f"{page}?text={language}"
            yield f"{page}/reference.json?text={language}"
            yield f"{page}/transcript.json?text={language}"
        for word in words[:4]:
            yield f"{page}?{urlencode({'q': word})}"
    for one in recordings:
        for what in ("media", "poster", "captions.vtt", "captions.vtt?text=de", "waveform"):
            yield f"/recordings/{quote(one)}/{what}"
    for one in clips:
        page = f"/clips/{quote(one)}"
        yield page
        yield f"{page}/reference.bib"
        yield f"/oembed?{urlencode({'url': f'http://{HOST}{page}'})}"
    for one in numbers:
        yield f"/id/{quote(one, safe='')}"
        yield f"/id/{quote(one, safe='')}?t=1"
    for one in slugs:
        yield f"/collections/{quote(one)}"


def searches(
    words: Iterable[str], phrases: Iterable[str], facets: Iterable[tuple[str, str]]
) -> Iterator[str]:
    """Searches for each word and phrase, without each word, in each facet, and in each pair of facets."""
    facets = list(facets)
    for path in ("/search", "/api/v1/search"):
        yield path
        for size in (1, 100):
            for page in (1, 2, 3):
                yield f"{path}?{urlencode({'page': page, 'size': size})}"
    for word in words:
        yield f"/api/v1/search?{urlencode({'q': word})}"
        yield f"/api/v1/search?{urlencode({'q': '-' + word})}"
        yield f"/search?{urlencode({'q': word, 'size': 1})}"
        yield f"/search?{urlencode({'q': word, 'size': 1, 'page': 2})}"
    for phrase in phrases:
        quoted = f'"{phrase}"'
        yield f"/api/v1/search?{urlencode({'q': quoted})}"
    for chosen in facets:
        yield f"/search?{urlencode([chosen])}"
        for other in facets:
            if chosen < other:
                yield f"/api/v1/search?{urlencode([chosen, other])}"


class _Addresses(HTMLParser):
    """Everything in a page that is an address, whatever it is for."""

    NAMES = ("href", "src", "srcset", "poster", "action", "data-address", "data-waveform", "cite")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._form: str | None = None
        self._fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        for name in self.NAMES:
            if name in given:
                self.found += (
                    [part.split()[0] for part in given[name].split(",")]
                    if name == "srcset"
                    else [given[name]]
                )
        if tag == "meta" and given.get("content", "").startswith("http"):
            self.found.append(given["content"])
        if tag == "form":
            self._form, self._fields = given.get("action", ""), []
        elif tag == "input" and self._form is not None and "name" in given:
            self._fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.found.append(f"{self._form}?{urlencode(self._fields)}")
            self._form = None


def _in_json(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [one for key, part in value.items() for one in (*_in_json(key), *_in_json(part))]
    if isinstance(value, list):
        return [one for part in value for one in _in_json(part)]
    if isinstance(value, str) and re.match(r"(https?:/)?/\S+$", value) and "{" not in value:
        return [value]
    return []


def _ours(address: str) -> bool:
    """Static files are the program's and the same for every archive."""
    return not address.startswith("/static")
