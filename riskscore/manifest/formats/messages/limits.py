"""How much of a message can be one bill, so that a small file cannot take much time or memory.

The bills of the largest ships have some hundred containers, and a few thousand goods lines.
"""

from __future__ import annotations

MOST = 50_000
"""Most goods lines, and most containers, of a bill; also most goods lines of all its containers together."""

MOST_PARTS = 2 * MOST
"""Most goods lines, containers, texts, seals, marks, codes and places of a bill together."""

MOST_STEPS = 4_000_000
"""Most pairs of a container and a goods line of a bill."""

RULE = "too_large"
"""The rule under which a bill is refused that has more."""


class TooLargeError(Exception):
    """A bill has more than any bill has; the message says what, for a refusal."""


def allow(goods: int, boxes: int, lines: int = 0) -> None:
    """Raise TooLargeError where a bill has too many goods lines, containers, or `lines` in all its containers."""
    if max(goods, boxes, lines) > MOST or goods * boxes > MOST_STEPS:
        raise TooLargeError(
            f"it has {goods:,} goods lines and {boxes:,} containers, which no bill has; "
            "nothing of it was read, so ask its sender for it in parts"
        )


def allow_parts(parts: int) -> None:
    """Raise TooLargeError where a bill has too many parts."""
    if parts > MOST_PARTS:
        raise TooLargeError(
            f"it has more than {MOST_PARTS:,} goods lines, containers, texts and other parts, which no bill has; "
            "nothing of it was read, so ask its sender for it in parts"
        )
