"""Tell the rows of a table from the lines that are printed between them: totals, page footers, headings once more.

Such lines are no consignments. They are left aside and counted in a note, in every format alike. A line with a
container number is never one of them, so no box can be hidden in this way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from riskscore.errors import ManifestError
from riskscore.units import counted

_WORDS = (
    *("total", "totals", "totaux", "totales", "totais", "totale", "totali", "totaal", "totalt", "sum", "summe"),
    *("gesamt", "gesamtsumme", "zwischensumme", "somme", "suma", "soma", "subtotal", "subtotals", "sous-total"),
    *("toplam", "jumlah", "tổng", "tổng cộng", "cộng", "итого", "всего", "разом", "усього", "razem", "ogółem"),
    *("合计", "合計", "总计", "總計", "小计", "小計", "共计", "共計", "합계", "총계", "소계", "รวม", "รวมทั้งหมด"),
    *("المجموع", "الإجمالي", "الاجمالي", "المجموع الكلي", "סהכ", 'סה"כ', "σύνολο", "συνολο", "γενικό σύνολο"),
)
_BEFORE = r"(?:grand|sub|page|overall|report|bill|gran|sous|gross|net|final|general|genel|ara|総|总|總)"
_AFTER = r"(?:general|générale?|generale|geral|parcial|partiel|of page|this page|page|carried forward|cộng|b/?f|c/?f)"
_SIGNS = "[\\s*=_.:\\-\u2013\u2014#<>(\\[\\])]*"
_TOTAL = rf"(?:{_BEFORE}[ -]?)?(?:{'|'.join(map(re.escape, _WORDS))})(?: {_AFTER})?"
_IS_TOTAL = rf"(?i)^{_SIGNS}{_TOTAL}{_SIGNS}$"
_BEGINS_TOTAL = (
    rf"(?i)^{_SIGNS}{_TOTAL}\s*(?:[:=(\d]|(?:for|of|no|nos|number|pages?|rows?|records?|lines?|bills?|b/ls?|bls?|"
    r"containers?|cntrs?|conts?|units?|teus?|packages?|pkgs?|pieces|pcs|cartons?|weight|gross|net|volume|kgs?|cbm|cargo|"
    r"par|por|de|per)\b)"
)
_FOOTER = (
    rf"(?i)^{_SIGNS}(?:"
    r"(?:page|pagina|página|seite|pág|pag|стр(?:аница)?|sayfa|trang|halaman|página n)\.?\s*:?\s*(?:n[or°º]\.?\s*)?\d+"
    r"(?:\s*(?:of|de|von|di|из|/|van|sur|\|)\s*\d+)?"
    r"|第\s*\d+\s*[页頁](?:.{0,4}共\s*\d+\s*[页頁])?"
    r"|\d+\s*(?:rows?|records?|filas?|lignes?|registros?|zeilen)"
    r"(?:\s+(?:selected|affected|exported|printed|found|in set))?"
    r"|(?:end|fin|fine|ende|eof|fim|конец)(?:\s+(?:of|del?|du|des|do|der|dell')\s*(?:the\s+)?[^\d]{0,30})?"
    r"|end[- ]of[- ](?:file|report|list|manifest|data)"
    r"|(?:prepared|printed|generated|checked|approved|issued|signed|compiled|verified|exported|created)"
    r"\s+(?:by|on|at|from|:).{0,200}"
    r"|(?:print(?:ing)?|run|report)\s+(?:date|time)\b.{0,100}"
    r"|(?:signature|authori[sz]ed signature|stamp|confidential)"
    r"|(?:continued(?: on)? .{0,30}|to be continued|carried forward)"
    rf"){_SIGNS}$"
)
_RULE = "^[\\s+|]*(?:[-=_*\u2013\u2014.~]{3,}[\\s+|]*)+$"
_LIKELY = "|".join(f"(?:{pattern})" for pattern in (_IS_TOTAL, _BEGINS_TOTAL, _FOOTER, _RULE))
_BOX = r"(?i)(?:^|[^A-Z0-9])[A-Z]{4}[ -]?\d{6}[ -]?\d?(?:[^A-Z0-9]|$)"
_LEAST_AGAIN = 3
_SHOWN = 5


@dataclass(frozen=True)
class Layout:
    """`rows` says of each line of a table whether it is a row (Boolean). `notes` count the lines that are none."""

    rows: pl.Series
    notes: tuple[str, ...]


def tell(name: str, frame: pl.DataFrame, headings: Sequence[str], lines: pl.Series) -> Layout:
    """Tell the rows of `frame` from totals, footers, rules and repeated headings.

    `frame` has only columns of texts, one for each of `headings`, the cells of the line of headings as in the file.
    `lines` are the line numbers of its rows. Raises ManifestError where a line of the file `name` has the headings
    again in another order, because the rows below it are not under the headings above.
    """
    candidates = _candidates(frame, headings)
    apart = frame[candidates.to_list()] if candidates.len() else frame.clear()
    kinds = [_kind(cells, headings) for cells in apart.iter_rows()]
    notes: list[str] = []
    numbers = lines.gather(candidates).to_list()
    for line, kind in zip(numbers, kinds, strict=True):
        if kind == "moved":
            raise ManifestError(
                f"{name}: line {line:,} has the headings again, in another order; split the file above that line"
            )
    for kind, text in (("heading", "repeated headings"), ("total", "totals"), ("footer", "footers or rules")):
        told = zip(numbers, apart.iter_rows(), kinds, strict=True)
        found = [(line, cells) for line, cells, is_a in told if is_a == kind]
        if found:
            notes.append(_note(text, found))
    aside = [place for place, kind in zip(candidates.to_list(), kinds, strict=True) if kind]
    rows = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
    return Layout(rows.scatter(aside, False) if aside else rows, tuple(notes))


def _note(text: str, found: list[tuple[int, tuple[str | None, ...]]]) -> str:
    """One sentence on the lines `found`: how many, where, and what they begin with."""
    places = ", ".join(f"{line:,}" for line, _ in found[:_SHOWN]) + (" ..." if len(found) > _SHOWN else "")
    example = repr(_first(found[0][1])[:40])
    if len(found) == 1:
        return f"1 line with {text} was left aside: line {places}, {example}"
    return f"{counted(len(found), 'line')} with {text} were left aside: lines {places}, the first is {example}"


def _candidates(frame: pl.DataFrame, headings: Sequence[str]) -> pl.Series:
    """The places of rows that may be no rows, by their first cell that is not blank."""
    if not frame.width or not frame.height:
        return pl.Series([], dtype=pl.UInt32)
    first = frame.to_series(0).str.strip_chars()
    blank = (first == "").fill_null(True)
    if blank.any():
        filled = frame.filter(blank).select(
            pl.coalesce(pl.all().str.strip_chars().replace("", None)).fill_null("").alias("first")
        )
        first = first.scatter(blank.arg_true(), filled["first"])
    known = {_plain(heading) for heading in headings} | {heading.strip().lower() for heading in headings}
    is_heading = first.str.strip_chars("\ufeff").str.to_lowercase().is_in(pl.Series(list(known - {""})).implode())
    return (first.str.contains(_LIKELY) | is_heading).fill_null(False).arg_true()


def _kind(cells: Sequence[str | None], headings: Sequence[str]) -> str:
    """What a line is: `heading`, `moved` (headings in another order), `total`, `footer`, or empty for a row."""
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    if any(re.search(_BOX, cell) for cell in filled):
        return ""
    plain = [_plain(cell or "") for cell in cells]
    known = [_plain(heading) for heading in headings]
    same = sum(cell == heading != "" for cell, heading in zip(plain, known, strict=True))
    among = sum(cell in known for cell in plain if cell)
    if same >= 2 and same == len(filled):
        return "heading"
    if among >= max(_LEAST_AGAIN, 0.7 * len(filled)):
        return "heading" if same >= 0.9 * among else "moved"
    first = _first(cells)
    if re.search(_IS_TOTAL, first) or (re.search(_BEGINS_TOTAL, first) and len(filled) <= (len(cells) + 1) // 2):
        return "total"
    if len(filled) <= 2 and re.search(_FOOTER, first):
        return "footer"
    return "footer" if all(re.search(_RULE, cell) for cell in filled) else ""


def _first(cells: Sequence[str | None]) -> str:
    return next((cell.strip("\ufeff \t\r\n") for cell in cells if cell and cell.strip()), "")


def _plain(text: str) -> str:
    """`text` for comparing headings: small letters, single blanks, no byte order mark."""
    return " ".join(text.replace("\ufeff", "").lower().split())
