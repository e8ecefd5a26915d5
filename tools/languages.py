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

from riskscore import language, reference
from riskscore.features import catalogue
from riskscore.manifest import schema

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "features" / "languages"
KEYWORDS = {"say": None, "mark": None}


def texts() -> Iterator[tuple[str, str]]:
    """Every text with what it is, for whoever translates it."""
    known = catalogue.load()
    for feature in known.features.values():
        for what in ("meaning", "reason", "relief", "check", "absent"):
            if text := getattr(feature, what):
                yield text, f"{what} of the feature {feature.name} ({feature.family})"
    for number, text in known.flags.items():
        yield text, f"red flag {number}"
    for number, text in known.unassessable.items():
        yield text, f"what it would take to assess red flag {number}"
    for name in schema.COLUMNS:
        yield name.replace("_", " "), "column of a manifest"
    for kind in reference.cover_goods()["kind"].unique(maintain_order=True):
        yield kind.replace("_", " "), "kind of cover load"
    for path in sorted((ROOT / "riskscore").rglob("*")):
        how = {".py": "python", ".html": "jinja2.ext:babel_extract"}.get(path.suffix)
        if how:
            with path.open("rb") as file:
                for line, said, _, _ in _extracted(how, file):
                    yield said, str(path.relative_to(ROOT))


def _extracted(how: str, file: object) -> Iterator[tuple[int, str, object, object]]:
    if how == "python":
        found = extract.extract("python", file, KEYWORDS)
    else:
        from jinja2.ext import babel_extract

        options = {"trimmed": "true", "silent": "false"}
        found = ((line, said, comments, None) for line, _, said, comments in babel_extract(file, KEYWORDS, [], options))
    for line, said, comments, context in found:
        yield line, said if isinstance(said, str) else said[0], comments, context


def template() -> Catalog:
    """All texts, without translations, in order."""
    made = Catalog(charset="utf-8", header_comment="# Translations of PROJECT.", project="riskscore", fuzzy=False)
    for text, what in texts():
        if text:
            made.add(text, auto_comments=[what])
    return made


def updated(code: str, made: Catalog) -> Catalog:
    """The file of a language as it should be: texts of `made`, and what is translated already."""
    path = FOLDER / f"{code}.po"
    kept = language.find(code).texts if path.exists() else {}
    fresh = Catalog(locale=language.LOCALES[code], charset="utf-8", fuzzy=False, header_comment="# riskscore: " + code)
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
            pofile.write_po(file, fresh, width=0, omit_header=False, sort_output=False)
        print(f"{code}: {len(fresh) - missing} of {len(fresh)} texts translated")
    sys.exit(0)


if __name__ == "__main__":
    main()
