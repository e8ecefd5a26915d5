"""Sheets as pages: complete, self-contained, safe with hostile texts, at most two pages, and reproducible."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser

import polars as pl
import pytest
from pypdf import PdfReader
from weasyprint.text import fonts

import riskscore
from riskscore import schema
from riskscore.engine.read import read_card
from riskscore.features import catalogue
from riskscore.language import LOCALES, find
from riskscore.settings import NONE
from riskscore.sheet import page, single
from riskscore.sheet.page import filed, visible
from riskscore.sheet.sheet import Context, RecentRank, sheet
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


def _sheet(code="en", context=None, **changed):
    language = find(code)
    explained = riskscore.explain(_rows(**changed), "TOYU0000004", limit=5, language=language)
    past = EarlierFilings(pl.DataFrame(schema=schema.COLUMNS), None)
    return sheet(explained, past, catalogue.load(), language, context or Context(sources=[("model", "m")]))


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
    return reader, " ".join(" ".join(leaf.extract_text() for leaf in reader.pages).split())


def test_a_sheet_has_all_its_parts():
    context = Context(
        recent_rank=RecentRank(90, 12, 3456), sources=[("model", "small (abc)")], replay="riskscore explain x.csv"
    )
    made = _sheet(context=context)
    text = " ".join(_Tags(page.html(made)).text.split())
    reason, relief = made.scored["reasons"][0], made.scored["mitigating"][0]
    for expected in (
        "TOYU0000004", "BL1", "simulated traffic", f"rank {made.scored['rank']} of 41 scored together",
        "rank 12 of 3,456 in the last 90 days",
        "PLASTIC GRANULES", reason["sentence"], reason["check"], relief["sentence"], made.headline,
        made.scored["not_assessed"][0], "Singapore (SGSIN)", "No earlier consignment on record",
        "too few earlier boxes",
        "small (abc)", "riskscore explain x.csv", "red lane",
    ):  # fmt: skip
        assert expected in text
    for check in made.clearing["checks"]:
        assert check["text"] in text


def test_a_sheet_loads_nothing(tmp_path):
    text = page.html(_sheet(**HOSTILE))
    tags = _Tags(text).tags
    assert not [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe", "object", "embed", "image", "use")]
    assert not [
        name for _, names in tags for name in names if name.startswith("on") or name in ("src", "href", "style")
    ]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style
    with pytest.raises(ValueError, match="must not load anything"):
        page._refuse("file:///etc/passwd")


@pytest.mark.parametrize("code", ["en", "zh"])
def test_hostile_texts_are_shown_as_texts_in_html_and_pdf(code, tmp_path):
    made = _sheet(code, **HOSTILE)
    text = page.html(made)
    assert "<script>alert" not in text
    visible_text = _Tags(text).text
    for expected in (
        "<script>alert(1)</script> [U+202E]gnp.exe {value} {{ 7*7 }} &amp; =cmd()",
        "onerror=alert(2)>",
        "{% raw %}",
    ):
        assert expected in visible_text
    assert "\u202e" not in text
    assert "\x00" not in text
    reader, printed = _pdf_text(page.pdf([made]), tmp_path)
    assert len(reader.pages) <= 2
    assert "alert(1)</script>" in printed
    assert "[U+202E]gnp.exe" in printed
    assert not any("/JS" in str(leaf) or "/URI" in str(leaf) for leaf in reader.pages)


@pytest.mark.parametrize("code", LOCALES)
def test_a_sheet_fits_two_pages_in_every_language_and_declares_its_language(code, tmp_path):
    made = _sheet(code)
    text = page.html(made)
    assert f'<html lang="{code}">' in text
    reader, printed = _pdf_text(page.pdf([made]), tmp_path)
    assert len(reader.pages) <= 2
    assert "TOYU0000004" in printed


def test_a_sheet_works_with_a_screen_reader():
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
    ("text", "shown"),
    [
        ("A\u200bB", "A[U+200B]B"),
        ("\u2067x", "[U+2067]x"),
        ("a\nb\tc", "a b c"),
        ("\x1b[31m", "[U+001B][31m"),
        ("é海", "é海"),
    ],
)
def test_invisible_characters_are_shown_by_their_number(text, shown):
    assert visible(text) == shown


def test_long_texts_are_cut_and_the_writing_direction_of_a_text_is_isolated():
    assert len(visible("x" * 10_000)) == page.LONGEST
    assert filed("<b>") == "<bdi>&lt;b&gt;</bdi>"


def test_a_sheet_of_a_file_names_its_sources(tmp_path):
    file = tmp_path / "today.csv"
    file.write_text("x")
    explained = riskscore.explain(_rows(), "TOYU0000004", limit=5)
    card = read_card()
    inputs = single.Inputs(file, explained, None, None, card, None, NONE, more=["--history", "past"])
    made = single.make(inputs, find("en"))
    sources = dict(made.context.sources)
    assert sources["model"].startswith(card.name)
    assert sources["catalogue"] == explained.scored["catalogue"].item()
    assert sources["manifest"].startswith("today.csv 2d711642b726b044")
    assert made.context.replay == (
        "riskscore explain today.csv --bill BL1 --container TOYU0000004 --history past "
        "--model default --sheet sheet.pdf"
    )
    assert made.context.recent_rank is None


@pytest.mark.slow
def test_several_sheets_look_up_the_fonts_once_and_have_the_pages_of_each_alone(tmp_path, monkeypatch):
    made = [_sheet("en"), _sheet("zh", goods_description="瓷砖")]
    alone = [len(_pdf_text(page.pdf([one]), tmp_path)[0].pages) for one in made]
    configurations = []

    class Fonts(fonts.FontConfiguration):
        def __init__(self):
            configurations.append(self)
            super().__init__()

    monkeypatch.setattr(fonts, "FontConfiguration", Fonts)
    reader, printed = _pdf_text(page.pdf(made), tmp_path)
    assert len(reader.pages) == sum(alone)
    assert "瓷砖" in printed
    assert len(configurations) == 1


def test_sheets_of_a_night_load_no_training():
    code = "import sys, riskscore.sheet.night, riskscore.sheet.write; print('riskscore.training' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "False\n"
