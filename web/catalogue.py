"""The template of the interface's catalogues: `python -m web.catalogue` writes every sentence that code
and templates hold into `locale/messages.pot`, from which translators begin. A test says when it is stale."""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

import archive.formats
from web.wording import DOMAIN, FOLDER

PACKAGES = {"web": Path(__file__).parent, "archive/formats": Path(archive.formats.__file__).parent}
"""Where sentences for readers are written: the site, and the files that it gives away."""

_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}


def extract() -> str:
    """The template, as it has to be now. Places are named without lines, so that only sentences change it."""
    catalogue = Catalog(project="testimony-archive", charset="utf-8", fuzzy=False)
    catalogue.header_comment = "# Sentences of the archive's interface."
    for name, folder in PACKAGES.items():
        found = extract_from_dir(folder, _METHODS, _OPTIONS, comment_tags=("translators:",))
        for path, _, message, comments, context in found:
            where = [(f"{name}/{path}", 1)]
            catalogue.add(message, None, where, auto_comments=comments, context=context)
    written = io.BytesIO()
    write_po(written, catalogue, sort_by_file=True, include_lineno=False, omit_header=True, width=100)
    return written.getvalue().decode()


def main() -> None:
    """Write the template."""
    (FOLDER / f"{DOMAIN}.pot").write_text(extract(), encoding="utf-8")


if __name__ == "__main__":
    main()
