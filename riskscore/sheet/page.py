"""A sheet as a page: HTML that needs nothing besides, and the same as PDF.

Texts of manifests may hold anything. All are escaped and kept apart from the writing direction around them, and what
cannot be seen (control characters, right-to-left marks) is shown by its number. The PDF writer may fetch nothing.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Any, NoReturn

from jinja2 import Template
from markupsafe import Markup, escape

from riskscore import progress
from riskscore.errors import SettingsError
from riskscore.language import Language, mark
from riskscore.markup.page import template
from riskscore.sheet.sheet import Sheet

MOST_PAGES, TIGHTEST = 2, 2
"""Pages of a printed sheet, and how often it is set smaller to fit on them."""

LONGEST = 300
"""Characters of one text of a manifest on a sheet."""

WORDS = {
    "action": {
        "open": mark("open it"),
        "scan": mark("scan it"),
        "documents": mark("check its documents"),
        "audit": mark("audit it after release"),
        "none": mark("nothing to do"),
    },
    "share": {
        "score": mark("by score"),
        "explore": mark("to explore"),
        "random": mark("at random"),
        "officer": mark("by an officer"),
        "intelligence": mark("on intelligence"),
    },
    "effort": {
        "desk": mark("at the desk"),
        "yard": mark("at the closed box"),
        "scan": mark("with a scanner"),
        "open": mark("doors open"),
    },
    "role": {"consignee": mark("Consignee"), "shipper": mark("Shipper")},
}
"""What is chosen from a list, in words, by what it is."""

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Categories of characters that leave no trace on paper, or turn what is around them."""


def html(sheet: Sheet, *, tight: int = 0) -> str:
    """A sheet as HTML; `tight`, from 0 to TIGHTEST, says how small it is printed."""
    language = sheet.language
    return _template("sheet.html").render(
        s=sheet, title=sheet.title, tight=tight, t=language, say=language.say, words=WORDS
    )


def index(rows: Sequence[dict[str, Any]], *, title: str, language: Language) -> str:
    """The page that leads to the sheets of a slate: `rows` have sheet (Sheet) and file."""
    return _template("index.html").render(rows=rows, title=title, tight=0, t=language, say=language.say, words=WORDS)


def pdf(sheets: Sequence[Sheet]) -> bytes:
    """Sheets as one PDF, each on two pages at most: one that is longer is set in smaller letters.

    Raises SettingsError where the libraries that set type are missing.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415  loads pango, which takes a while and may be missing
    except OSError as missing:
        raise SettingsError(
            f"PDF cannot be written, because a library is missing ({missing}); install Debian's libpangoft2-1.0-0 and "
            "libharfbuzz-subset0, or write .html"
        ) from None
    documents = []
    for number, sheet in enumerate(sheets, start=1):
        progress.step(f"setting {number} of {len(sheets)}")
        for tight in range(TIGHTEST + 1):
            document = HTML(string=html(sheet, tight=tight), url_fetcher=_refuse).render()
            if len(document.pages) <= MOST_PAGES:
                break
        documents.append(document)
    pages = [one for document in documents for one in document.pages]
    return bytes(documents[0].copy(pages).write_pdf(pdf_tags=True))


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"a sheet loads nothing: {url[:80]}")


def _template(name: str) -> Template:
    return template("sheet", name, filed=filed, visible=visible, exp=math.exp)


def filed(text: object, longest: int = LONGEST) -> Markup:
    """A text from a manifest, as it stands in HTML."""
    return Markup("<bdi>{}</bdi>").format(escape(visible(text, longest)))


def visible(text: object, longest: int = LONGEST) -> str:
    """A text in one line of bounded length, in which what cannot be seen is written as [U+202E]."""
    whole = " ".join(str(text)[: 4 * longest].split())
    shown = "".join(f"[U+{ord(one):04X}]" if unicodedata.category(one) in _UNSEEN else one for one in whole)
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
