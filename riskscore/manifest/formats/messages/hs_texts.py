"""HS codes that a text of a message names as such: 'HS CODE 6907.21', 'H.S. NO: 0803.90/080410'.

A number alone is none: it may be a count, a telephone number or an order. A heading of four digits needs a label of
two words, because 'HS 2017' is an edition.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMES = r"H\.? ?S\.?(?: ?N)?|HTS(?:US)?|NCM|TARIC|TARIFF|CUSTOMS(?: TARIFF)?|COMMODITY|HARMONI[SZ]ED(?: SYSTEM)?"
_WORDS = r"CODES?|NOS?|NBR|NUMBERS?|HEADINGS?|TARIFF"
_CODE = r"\d{6} \d{2} \d{2}|\d{4} \d{2} \d{2}(?: \d{2})?|\d{4}(?:-\d{2}){1,3}|\d{4}\.\d{4}|\d{4}(?:\.?\d{2}){1,4}"
_END = r"(?![\d.]\d|\d)"
_JOINT = r" ?[,;/&] ?| AND "
_LABELLED = rf"\b(?:(?:{_NAMES})(?:[ .-]*(?:{_WORDS}))+|CODES? (?:SH|DOUANIERS?))[ :.#=-]*"
_LABEL = rf"(?:{_LABELLED}|\b(?:H\.? ?S\.?(?: ?N)?|HTS(?:US)?|NCM|TARIC)[ :.#=-]*)(?:20[0-9]{{2}} ?: ?)?"
_HS = re.compile(rf"{_LABEL}((?:{_CODE})(?:(?:{_JOINT})(?:{_CODE}))*){_END}", re.IGNORECASE)
_HEADING = re.compile(rf"{_LABELLED}(\d{{4}}(?:(?:{_JOINT})\d{{4}})*){_END}", re.IGNORECASE)
_HINTS = ("HS", "H.S", "H S", "H. S", "HTS", "NCM", "TARI", "CUSTOMS", "COMMOD", "HARMON", "CODE")
"""One of these is in every label; looking for them first is much faster than the expressions."""
_EACH = re.compile(rf"{_CODE}|\d{{4}}")


@lru_cache(maxsize=1024)
def hs_codes_in(words: str) -> tuple[str, ...]:
    """The codes that `words` names as such, digits only, once each."""
    plain = words.upper()
    if not any(hint in plain for hint in _HINTS):
        return ()
    found = _HS.findall(words) or _HEADING.findall(words)
    codes = (re.sub(r"\D", "", code) for part in found for code in _EACH.findall(part))
    return tuple(dict.fromkeys(codes))


def is_only_hs(words: str) -> bool:
    """Whether a text is HS codes with their label and nothing else."""
    found = _HS.search(words) or _HEADING.search(words)
    return found is not None and not re.search(r"\w", words[: found.start()] + words[found.end() :])
