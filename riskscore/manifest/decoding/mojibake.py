"""Text that was turned into UTF-8 from a wrong encoding: `PeÃ§as` for `Peças`.

It is repaired only where the whole file turns back into valid UTF-8, because then nothing else can have been meant.
Otherwise a note counts it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from riskscore.units import counted

_PAGES = {"cp1252": 2, "cp850": 2, "mac_roman": 2, "cp1251": 4}
"""Code pages that text in UTF-8 is often mistaken for, and the fewest letters in a row that show it.

In Russian two letters beside a quote turn back by chance.
"""

_LEADS = (
    *((0xC3, second) for second in (0x82, 0x83, 0x90, 0x91, 0x94, *range(0xA2, 0xAA))),
    *((0xD0, second) for second in (0x92, 0x93, 0xA0, 0xA1)),
    *((0xC2, 0xAC), (0xE2, 0x94), (0xE2, 0x88)),
)
"""How such text begins in UTF-8: the first two bytes of the letters that the first bytes of a sign were turned into."""

_RUN = re.compile(r"[^\x00-\x7f]+")
_LARGEST = 64 * 2**20
_STEP = 4 * 2**20
_ASCII, _FIRST = 0x7F, 0xC2
_CERTAIN = 3
_WORD = 40


@dataclass(frozen=True)
class Repaired:
    """The text as UTF-8, and notes where some of it is, or was, in a wrong encoding."""

    text: bytes
    notes: tuple[str, ...] = ()


def repair(data: bytes) -> Repaired:
    """Look for text in a wrong encoding in `data`, which is UTF-8; of a large file only the beginning is looked at."""
    if not _may_be_turned(data):
        return Repaired(data)
    text = data[:_LARGEST].decode("utf-8", errors="ignore")
    runs = Counter(_RUN.findall(text))
    found = {page: _turned(runs, page, least) for page, least in _PAGES.items()}
    page = max(found, key=lambda name: sum(runs[run] for run in found[name]))
    turned = found[page]
    if not turned:
        return Repaired(data)
    wrong, right = _example(text, next(iter(turned)), page)
    if len(turned) >= _CERTAIN and len(data) <= _LARGEST and (whole := _back(text, page)) is not None:
        count = counted(sum(runs.values()), "text")
        return Repaired(
            whole.encode(), (f"{count} had been saved in a wrong encoding and were repaired: {wrong} is {right}",)
        )
    count = counted(sum(runs[run] for run in turned), "text")
    return Repaired(
        data,
        (
            f"{count} had been saved in a wrong encoding and stay as they are, such as {wrong} for {right}; "
            "ask the sender for a new export in UTF-8",
        ),
    )


def _may_be_turned(data: bytes) -> bool:
    """A quick look at all of `data`: whether one of _LEADS is there, with another letter beyond ASCII behind it."""
    leads = np.zeros(2**16, dtype=bool)
    leads[[first << 8 | second for first, second in _LEADS]] = True
    signs = np.frombuffer(data, np.uint8)
    for start in range(0, min(len(signs), _LARGEST), _STEP):
        part = signs[start : start + _STEP + 2]
        beyond = np.flatnonzero(part[:-2] >= _FIRST)
        pairs = part[beyond].astype(np.uint16) << 8 | part[beyond + 1]
        if (leads[pairs] & (part[beyond + 2] > _ASCII)).any():
            return True
    return False


def _turned(runs: Counter[str], page: str, least: int) -> dict[str, str]:
    """Those of `runs` that turn back, and what they turn back into."""
    known = _bytes(page)
    turned: dict[str, str] = {}
    for run in runs:
        # Only a run that begins with the first byte of a sequence in UTF-8 can turn back.
        if len(run) >= least and 0xC2 <= known.get(ord(run[0]), 0) <= 0xF4 and (back := _back(run, page)) is not None:
            turned[run] = back
    return turned


def _back(text: str, page: str) -> str | None:
    """`text` as it was before someone read its UTF-8 in `page`; None where it cannot have been."""
    try:
        return text.translate(_bytes(page)).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


@cache
def _bytes(page: str) -> dict[int, int]:
    """The byte of each character of `page`; a byte without a character stands for itself, as programs do it."""
    table = dict.fromkeys(range(0x80, 0x100), 0xFFFF)
    for byte in range(0x80, 0x100):
        table[ord(bytes((byte,)).decode(page, errors="ignore") or chr(byte))] = byte
    return table


def _example(text: str, run: str, page: str) -> tuple[str, str]:
    """The word around `run` as it is and as it was, each in quotes."""
    word = re.search(rf"\w*{re.escape(run)}\w*", text)
    wrong = word.group()[:_WORD] if word else run[:_WORD]
    return repr(wrong), repr(_back(wrong, page) or _back(run, page))
