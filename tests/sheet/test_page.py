"""A sheet as a page: all of it there, nothing from outside, hostile texts as texts, two pages at most, replayable."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import polars as pl
import pytest
from pypdf import PdfReader

import riskscore
from riskscore import schema
from riskscore.engine.read import read_card
from riskscore.features import catalogue
from riskscore.language import LOCALES, find
from riskscore.settings import NONE
from riskscore.sheet import page, single
from riskscore.sheet.page import filed, visible
from riskscore.sheet.sheet import Beside, Standing, sheet
from riskscore.sheet.track_record import EarlierFilings

HOSTILE = {
    "goods_description": "<script>alert(1)</script> \u202egnp.exe {value} {{ 7*7 }} &amp; =cmd()",
    "consignee_name": '"><img src=x onerror=alert(2)>',
    "consignee_address": "javascript:alert(3)\x00\x07 " + "A" * 5000,
    "shipper_name": "=HYPERLINK(1) شركة البحر 海洋贸易 Компания",
    "marks": "url(http://evil.example/x.css) ]]> <!-- </svg></style>",
    "vessel_name": "{% raw %}",
}


def _rows(**changed):
    filing = {
        "bill_of_lading": "BL1",
        "container_number": "TOYU0000004",
        "filed_at": datetime(2024, 5, 1, 12, tzinfo=UTC),
        "port_of_loading": "NGAPP",
        "transhipment_ports": ["SGSIN"],
        "port_of_discharge": "VNHPH",
        "goods_description": "PLASTIC GRANULES",
        "hs_codes": ["390110"],
        "gross_weight_kg": 20_000.0,
        "consignee_name": "ALDER CO",
        "shipper_name": "BIRCH LTD",
    }
    others = [
        filing
        | {"bill_of_lading": f"BL{number}", "container_number": f"TOYU{number:07}", "goods_description": "CHAIRS"}
        for number in range(20, 60)
    ]
    return schema.conform(pl.DataFrame([filing | changed, *others], infer_schema_length=None))


def _sheet(language="en", beside=None, **changed):
    told = find(language)
    explained = riskscore.explain(_rows(**changed), "TOYU0000004", limit=5, language=told)
    past = EarlierFilings(pl.DataFrame(schema=schema.COLUMNS), None)
    return sheet(explained, past, catalogue.load(), told, beside or Beside(sources=[("model", "m")]))


class _Tags(HTMLParser):
    """Every tag with its attributes, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def _pdf_text(content, tmp_path):
    path = tmp_path / "sheet.pdf"
    path.write_bytes(content)
    reader = PdfReader(path)
    return reader, " ".join(" ".join(one.extract_text() for one in reader.pages).split())


def test_a_sheet_says_what_it_has_to_say():
    standing = Standing(90, 12, 3456)
    made = _sheet(
        beside=Beside(standing=standing, sources=[("model", "small (abc)")], replay="riskscore explain x.csv")
    )
    text = " ".join(_Tags(page.html(made)).text.split())
    reason, against = made.scored["reasons"][0], made.scored["mitigating"][0]
    for told in (
        "TOYU0000004", "BL1", "simulated traffic", f"rank {made.scored['rank']} of 41 ranked together",
        "rank 12 of 3,456 in the last 90 days",
        "PLASTIC GRANULES", reason["sentence"], reason["check"], against["sentence"], made.headline,
        made.scored["not_assessed"][0], "Singapore (SGSIN)", "no earlier consignment on record",
        "too few earlier boxes",
        "small (abc)", "riskscore explain x.csv", "red lane",
    ):  # fmt: skip
        assert told in text
    for check in made.clearing["checks"]:
        assert check["text"] in text


def test_nothing_on_a_sheet_loads_from_anywhere(tmp_path):
    text = page.html(_sheet(**HOSTILE))
    tags = _Tags(text).tags
    assert not [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe", "object", "embed", "image", "use")]
    assert not [
        name for _, names in tags for name in names if name.startswith("on") or name in ("src", "href", "style")
    ]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style
    with pytest.raises(ValueError, match="loads nothing"):
        page._refuse("file:///etc/passwd")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_are_shown_as_texts_in_html_and_pdf(language, tmp_path):
    made = _sheet(language, **HOSTILE)
    text = page.html(made)
    assert "<script>alert" not in text
    told = _Tags(text).text
    for shown_as in (
        "<script>alert(1)</script> [U+202E]gnp.exe {value} {{ 7*7 }} &amp; =cmd()",
        "onerror=alert(2)>",
        "{% raw %}",
    ):
        assert shown_as in told
    assert "\u202e" not in text
    assert "\x00" not in text
    reader, printed = _pdf_text(page.pdf([made]), tmp_path)
    assert len(reader.pages) <= 2
    assert "alert(1)</script>" in printed
    assert "[U+202E]gnp.exe" in printed
    assert not any("/JS" in str(one) or "/URI" in str(one) for one in reader.pages)


@pytest.mark.parametrize("code", LOCALES)
def test_a_sheet_is_two_pages_in_every_language_and_says_which_it_is_in(code, tmp_path):
    made = _sheet(code)
    text = page.html(made)
    assert f'<html lang="{code}">' in text
    reader, printed = _pdf_text(page.pdf([made]), tmp_path)
    assert len(reader.pages) <= 2
    assert "TOYU0000004" in printed


def test_a_sheet_can_be_heard_and_walked_through():
    text = page.html(_sheet())
    tags = _Tags(text).tags
    assert [tag for tag, _ in tags].count("h1") == 1
    drawings = [names for tag, names in tags if tag == "svg"]
    assert drawings
    assert all(names.get("role") == "img" and len(names.get("aria-label", "")) > 10 for names in drawings)
    ratio = _contrast("#5b6875", "#f1f4f5")
    assert ratio >= 4.5, "small soft text on a note"


def _contrast(one, other):
    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_same_consignment_gives_the_same_sheet():
    assert page.html(_sheet()) == page.html(_sheet())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A\u200bB", "A[U+200B]B"),
        ("\u2067x", "[U+2067]x"),
        ("a\nb\tc", "a b c"),
        ("\x1b[31m", "[U+001B][31m"),
        ("é海", "é海"),
    ],
)
def test_what_cannot_be_seen_is_shown_by_its_number(text, told):
    assert visible(text) == told


def test_long_texts_are_cut_and_markup_is_kept_apart_from_the_direction_around_it():
    assert len(visible("x" * 10_000)) == page.LONGEST
    assert filed("<b>") == "<bdi>&lt;b&gt;</bdi>"


def test_a_sheet_of_a_file_names_what_it_rests_on(tmp_path):
    file = tmp_path / "today.csv"
    file.write_text("x")
    explained = riskscore.explain(_rows(), "TOYU0000004", limit=5)
    card = read_card()
    given = single.Given(file, explained, None, None, card, None, NONE, more=["--history", "past"])
    made = single.make(given, find("en"))
    told = dict(made.beside.sources)
    assert told["model"].startswith(card.name)
    assert told["catalogue"] == explained.scored["catalogue"].item()
    assert told["manifest"].startswith("today.csv 2d711642b726b044")
    assert made.beside.replay.startswith(
        "riskscore explain today.csv --bill BL1 --container TOYU0000004 --history past --model"
    )
    assert made.beside.standing is None
