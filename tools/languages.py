"""Bring features/languages/*.po up to date with every text that a reader is told: `make languages`.

features/*.toml, flags.toml, reference/ ─┐
say("...") and mark("...") in riskscore/ ─┼─▶ template ─▶ each language's file: new texts empty, old ones gone
{{ say("...") }} in riskscore/**/*.html ─┘
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog
from jinja2.ext import babel_extract

from riskscore import language, reference, schema
from riskscore.cases import library
from riskscore.explanation import checks
from riskscore.features import catalogue
from riskscore.reference import tables

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "features" / "languages"
HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS = {"say": None, "_say": None, "mark": None}


def texts() -> Iterator[tuple[str, str]]:
    """Every text with what it is, for whoever translates it."""
    yield from _of_catalogue()
    yield from _of_checks()
    yield from _of_tables()
    yield from _of_code()


def _of_catalogue() -> Iterator[tuple[str, str]]:
    known = catalogue.load()
    for feature in known.features.values():
        for what in ("meaning", "reason", "relief", "check", "absent"):
            if text := getattr(feature, what):
                yield text, f"{what} of the feature {feature.name} ({feature.family})"
    for number, text in known.flags.items():
        yield text, f"red flag {number}"
    for number, text in known.unassessable.items():
        yield text, f"what it would take to assess red flag {number}"


def _of_checks() -> Iterator[tuple[str, str]]:
    acts = checks.load()
    for check in acts.checks:
        yield check.text, f"what to do, check {check.id}"
    for fact in acts.facts:
        yield fact.why, f"why no check settles {fact.id}"


def _of_tables() -> Iterator[tuple[str, str]]:
    for name in schema.COLUMNS:
        yield name.replace("_", " "), "column of a manifest"
    for kind in reference.cover_goods()["kind"].unique(maintain_order=True):
        yield kind.replace("_", " "), "kind of cover load"
    seized = {*tables.load("contraband")["commodity"], *(name for case in library.load() for name in case.commodity)}
    for name in sorted(seized):
        yield name.replace("_", " "), "what is smuggled"


def _of_code() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "riskscore").rglob("*")):
        how = {".py": "python", ".html": "jinja"}.get(path.suffix)
        if how:
            with path.open("rb") as file:
                for said in _said(how, file):
                    yield said, str(path.relative_to(ROOT))


def _said(how: str, file: object) -> Iterator[str]:
    """The literal texts of `say` and `mark` in one file."""
    if how == "python":
        found = (said for _, said, _, _ in extract.extract("python", file, KEYWORDS))
    else:
        found = (said for _, _, said, _ in babel_extract(file, KEYWORDS, [], {"trimmed": "true", "silent": "false"}))
    for said in found:
        text = said if isinstance(said, str) or said is None else said[0]
        if text is not None:  # what is no literal text is marked where it is written
            yield text


def template() -> Catalog:
    """All texts, without translations, in order."""
    made = Catalog(charset="utf-8")
    for text, what in texts():
        if text:
            made.add(text, auto_comments=[what])
    return made


def updated(code: str, made: Catalog) -> Catalog:
    """The file of a language as it should be: texts of `made`, and what is translated already."""
    path = FOLDER / f"{code}.po"
    kept = language.find(code).texts if path.exists() else {}
    fresh = Catalog(locale=language.LOCALES[code], charset="utf-8", fuzzy=False)
    for one in made:
        if one.id:
            fresh.add(one.id, kept.get(str(one.id), ""), auto_comments=one.auto_comments)
    return fresh


def main() -> None:
    """Write every language's file anew and say how much of it is translated."""
    made = template()
    FOLDER.mkdir(exist_ok=True)
    for code in language.LOCALES:
        if code == "en":
            continue
        fresh = updated(code, made)
        missing = sum(1 for one in fresh if one.id and not one.string)
        with (FOLDER / f"{code}.po").open("wb") as file:
            file.write(HEADER.format(code=code).encode())
            pofile.write_po(file, fresh, width=0, omit_header=True)
        print(f"{code}: {len(fresh) - missing} of {len(fresh)} texts translated")
    sys.exit(0)


if __name__ == "__main__":
    main()
