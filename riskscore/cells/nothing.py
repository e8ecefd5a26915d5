"""Words for nothing: NULL, N/A, NIL, TBA, NOT STATED, \\N, ######## and their kin mean an empty cell.

The words are data, in `features/reference/columns.toml`. A cell is empty where it consists of such a word alone: a
company called NULL HOLDINGS is a company. A cell of punctuation alone is empty, too, unless it is a sign of money.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import polars as pl

from riskscore.cells import headings
from riskscore.cells.texts import without_accents

NAMIBIA = "NA"
"""The code of a country, and in many files a word for nothing."""

KEPT = ("goods_description", "finding")
"""Columns in which only what software writes for nothing is empty.

Goods described as NIL or TBA are a sign of risk as filed, and refusing their rows would let a filer hide a box. A
finding of NONE means that nothing was found.
"""

ZERO_IS_NOTHING = frozenset(
    (
        *("bill_of_lading", "house_bill", "master_bill", "seal_numbers", "transhipment_ports", "consignee_id"),
        *("shipper_name", "consignee_name", "notify_name", "forwarder_name", "vessel_name", "vessel_imo"),
        *("shipper_address", "consignee_address", "notify_address", "port_of_loading", "port_of_discharge"),
        *("place_of_receipt", "place_of_delivery"),
    )
)
"""Columns in which zeros alone are an empty cell: no two bills are one because both have the number 000."""

_SIGNS = r"[\s!-#%-/:-@\[-`{-~\x{2010}-\x{2015}\x{2026}\x{3000}-\x{3002}\x{FF0D}\x{FF0F}]"

_JOINT = r"[\s,;/|&.-]"
"""Signs between the cells that were joined to one."""

_INITIALS = ("TBA", "TBC", "TBD", "TBN")
"""Words that are also written with dots: T.B.A."""

_IN_NAMIBIA = r"(?i)^\s*NA[ -]?(?:WVB|LUD|WDH)\s*$|namibi|walvis|l(?:u|ue|ü|u.)deritz"
_WITH_SLASH = r"(?i)#?\b(?:N/[ACDIKMRS]|S/[DINP])\b"


def pattern(column: str = "", *, namibia: bool = False) -> str:
    """The pattern of an empty cell of `column`; with `namibia`, NA is not empty."""
    # Rows that are numbered from 0 have 0 as their key.
    least = 2 if column == "bill_of_lading" else 1 if column in ZERO_IS_NOTHING else 0
    return _pattern(column in KEPT, namibia, least)


@cache
def _pattern(kept: bool, namibia: bool, zeros: int) -> str:
    lists = headings.table()["values"]["nothing"]
    words = [*lists["software"], *(() if kept else (*lists["people"], *(() if namibia else (NAMIBIA,))))]
    wordings = dict.fromkeys(_wording(form) for word in words for form in _forms(word))
    more = "" if kept else "|X{2,}"
    # What was joined from several empty cells says so several times: N/A, N/A.
    listed = rf"^{_SIGNS}*(?:(?i:{'|'.join(wordings)}{more})(?:{_JOINT}+|{_SIGNS}*$))+$"
    zero = rf"^(?:0{_SIGNS}*){{{zeros},}}$|" if zeros else ""
    return zero + rf"{listed}|^{_SIGNS}+$|^{_SIGNS}*N[ _]+A{_SIGNS}*$|^\\N$|^[<(\[{{\"'*#-]+NA{_SIGNS}+$"


def is_nothing(texts: pl.Expr) -> pl.Expr:
    """Whether each text is blank or a word for nothing."""
    return texts.str.contains(f"^$|{pattern()}")


def strip_from_lists(texts: pl.Series) -> pl.Series:
    """`texts` without the words for nothing that contain a slash, which also separates the members of a list.

    The separators around such a word stay, and with them the places of the others.
    """
    if not texts.str.contains("/", literal=True).any():
        return texts
    return texts.str.replace_all(_WITH_SLASH, "")


def without(lists: pl.Series) -> pl.Series:
    """`lists` of texts without their words for nothing; a list that has no others is null."""
    flat = lists.explode(empty_as_null=False, keep_nulls=False)
    if not flat.str.contains(pattern()).any():
        return lists
    kept = lists.list.eval(pl.element().filter(~pl.element().str.contains(pattern())))
    return pl.select(pl.when(kept.list.len() > 0).then(kept)).to_series().alias(lists.name)


def namibian(values: pl.Series, others: Sequence[pl.Series], places: Sequence[pl.Series]) -> pl.Series:
    """Which cells of a country column with NA mean Namibia; in all others, NA means nothing.

    NA is Namibia where another place of the row (`places`) is in Namibia. It also is where the column consists of codes
    of two letters and has blank cells, so that it writes nothing in another way, and no other column (`others`) has NA.
    """
    code = (values.str.strip_chars() == NAMIBIA).fill_null(False)
    rows = code.arg_true()
    near = pl.Series([False]).new_from_index(0, rows.len())
    for place in places:
        near |= place.gather(rows).str.contains(_IN_NAMIBIA).fill_null(False)
    filled = values.drop_nulls().filter(values.drop_nulls().str.strip_chars() != "")
    are_codes = bool((filled != NAMIBIA).any()) and bool(filled.str.contains(r"^\s*[A-Z]{2}\s*$").all())
    has_blanks = filled.len() < values.len()
    if are_codes and has_blanks and not any(bool((other == NAMIBIA).any()) for other in others):
        return code
    return code.scatter(rows, near)


def _wording(word: str) -> str:
    """The pattern of one word: blanks may be dashes or lines, and a slash may be a dot or have blanks around it."""
    if word in _INITIALS:
        return "[ .]*".join(word)
    return re.escape(word).replace(r"\ ", "[ _.-]*").replace("/", r" *[/.\\] *")


def _forms(word: str) -> tuple[str, ...]:
    """The word as it is, without accents (dates are read so), and in plain letters."""
    plain = without_accents(word)
    return word, word.replace("İ", "I"), plain, plain.replace("Đ", "D")


def is_plain_list(column: str, values: pl.Series) -> bool:
    """Whether lists that are typed already need no cleaning: no blanks, and HS codes of digits only."""
    inner = values.explode(empty_as_null=False, keep_nulls=False)
    wanted = r"^\d+$" if column == "hs_codes" else r"^[0-9A-Z][0-9A-Z -]*[0-9A-Z]$"
    if inner.null_count() or not inner.str.contains(wanted).all():
        return False
    return column == "hs_codes" or not inner.str.contains(pattern()).any()
