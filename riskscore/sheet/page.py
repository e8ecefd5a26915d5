"""A sheet as a self-contained HTML page, and the same page as PDF.

Texts from manifests may contain anything. They are escaped, their writing direction is isolated, and invisible
characters (control characters, right-to-left marks) are shown by their number. The PDF writer may fetch nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn

from jinja2 import Template
from markupsafe import Markup, escape

import riskscore.visible
from riskscore import progress
from riskscore.errors import SettingsError
from riskscore.language import Language, mark
from riskscore.markup.page import template
from riskscore.sheet.sheet import Sheet

MOST_PAGES, TIGHTEST = 2, 2
"""Most pages of a printed sheet, and how many times its letters are made smaller to fit on them."""

LONGEST = 300
"""Most characters shown of one text from a manifest."""

WORDS = {
    "action": {
        "open": mark("open it"),
        "scan": mark("scan it"),
        "documents": mark("check its documents"),
        "audit": mark("audit it after release"),
        "none": mark("no action needed"),
    },
    "share": {
        "score": mark("by score"),
        "explore": mark("for exploration"),
        "random": mark("at random"),
        "officer": mark("added by an officer"),
        "intelligence": mark("on intelligence"),
    },
    "effort": {
        "desk": mark("desk work"),
        "yard": mark("at the box, doors closed"),
        "scan": mark("with a scanner"),
        "open": mark("box opened"),
    },
    "role": {"consignee": mark("Consignee"), "shipper": mark("Shipper")},
}
"""Words for the codes of actions, shares, efforts and roles."""


def html(sheet: Sheet, *, tight: int = 0) -> str:
    """Render a sheet as HTML; `tight`, from 0 to TIGHTEST, sets how small it is printed."""
    language = sheet.language
    return _template("sheet.html").render(
        s=sheet, title=sheet.title, tight=tight, t=language, say=language.say, words=WORDS
    )


def index(rows: Sequence[dict[str, Any]], *, title: str, language: Language) -> str:
    """Render the page with links to the sheets of a slate; each of `rows` has `sheet` (Sheet) and `file`."""
    return _template("index.html").render(rows=rows, title=title, tight=0, t=language, say=language.say, words=WORDS)


def pdf(sheets: Sequence[Sheet]) -> bytes:
    """Render sheets as one PDF, each on at most two pages: a longer one gets smaller letters.

    Raises SettingsError if the text layout libraries are missing.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415  loads pango, which takes a while and may be missing
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    except OSError as missing:
        raise SettingsError(
            f"cannot write PDF, because a library is missing ({missing}); install the Debian packages "
            "libpangoft2-1.0-0 and libharfbuzz-subset0, or write .html"
        ) from None
    documents, fonts = [], FontConfiguration()  # the fonts are looked up once for all sheets
    for number, sheet in enumerate(sheets, start=1):
        progress.step(f"PDF of sheet {number} of {len(sheets)}")
        for tight in range(TIGHTEST + 1):
            document = HTML(string=html(sheet, tight=tight), url_fetcher=_refuse).render(font_config=fonts)
            if len(document.pages) <= MOST_PAGES:
                break
        documents.append(document)
    pages = [page for document in documents for page in document.pages]
    return bytes(documents[0].copy(pages).write_pdf(pdf_tags=True))


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"a sheet must not load anything: {url[:80]}")


def _template(name: str) -> Template:
    return template("sheet", name, filed=filed, visible=visible, exp=math.exp)


def filed(text: object, longest: int = LONGEST) -> Markup:
    """Escape a text from a manifest for HTML."""
    return Markup("<bdi>{}</bdi>").format(escape(visible(text, longest)))


def visible(text: object, longest: int = LONGEST) -> str:
    """Put a text on one line of at most `longest` characters; an invisible character is written as [U+202E]."""
    shown = riskscore.visible.visible(str(text)[: 4 * longest])
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"
