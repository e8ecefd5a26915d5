"""Terms of a bill, from codes and from texts: to whose order it is made out, and who pays the freight."""

from __future__ import annotations

import re

TO_ORDER = (
    r"(?i)^\W*(?:(?:CONSIGNED |UN)?TO (?:THE )?(?:ORDER|BEARER)\b|ORDERS?(?: OF\b|\W*$)"
    "|(?:(?:[A\u00c0] )?L['\u2019 ]?ORDRE|[A\u00c0] ORDRE|A LA ORDEN|[A\u00c0] ORDEM|ALL.?ORDINE|AN ORDER)\\b)"
)
"""Names of a consignee that say that the bill is made out to order, in the syntax that Python and Polars share."""

_TO_ORDER = re.compile(TO_ORDER)
_FREIGHT = re.compile(r"\bFREIGHT (PREPAID|COLLECT)\b", re.IGNORECASE)
_CODES = {
    **dict.fromkeys(("P", "PP", "PC", "PO", "PRE"), "prepaid"),
    **dict.fromkeys(("C", "CC", "CP", "COL"), "collect"),
}
_METHODS = {**dict.fromkeys("ABCDH", "prepaid"), "Z": "collect"}


def is_to_order(name: str | None) -> bool:
    """Whether the name of a consignee says that the bill is made out to order."""
    return name is not None and _TO_ORDER.match(name) is not None


def freight_terms(code: str | None) -> str | None:
    """`prepaid` or `collect` for a code of who pays (UN/EDIFACT 4215 and 4237, DCSA); None for others."""
    return _CODES.get((code or "").upper())


def freight_paid_by(method: str) -> str | None:
    """`prepaid` or `collect` for a method of payment in declarations to the EU; Z is a bill that is not prepaid."""
    return _METHODS.get(method)


def freight_terms_in(words: str) -> str | None:
    """`prepaid` or `collect` where a text says FREIGHT PREPAID or FREIGHT COLLECT, and not both."""
    said = {term.lower() for term in _FREIGHT.findall(words)}
    return said.pop() if len(said) == 1 else None
