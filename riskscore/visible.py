"""Show a text that may hold anything in one line.

A character that cannot be seen, steers a terminal or turns the direction of the text around it is shown by its number:
`[U+202E]`. A password in an address is never shown.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode categories of characters that are invisible on paper or change the direction of the text around them."""

PASSWORD = re.compile(r"(?<=://)[^\s'\"]*@")
"""User and password in an address; its `@` is part of it."""

_LONG_WORD = 60
"""Characters of a word from which it is shortened first where a line is too long."""

_LONGEST = 2**16
"""Characters of a text that are looked at."""


def visible(text: object) -> str:
    """`text` in one line; a character that cannot be seen is written as [U+202E]."""
    return characters(" ".join(str(text).split()))


def characters(text: str) -> str:
    """`text` with every character that cannot be seen written as [U+202E]. Blanks and lines stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"[U+{ord(char):04X}]" if unicodedata.category(char) in _INVISIBLE else char for char in text)


def message(text: object, longest: int) -> str:
    """`visible` text of at most `longest` characters, without passwords of addresses.

    A text that is too long loses the middle of its longest words, then its own middle: what to do stands at the end.
    """
    whole = str(text)
    line = visible(PASSWORD.sub("***@", whole if len(whole) <= _LONGEST else _shortened(whole, _LONGEST)))
    while len(line) > longest:
        word = max(line.split(" "), key=len)
        if len(word) <= _LONG_WORD:
            return _shortened(line, longest)
        line = line.replace(word, _shortened(word, max(_LONG_WORD, len(word) - len(line) + longest)))
    return line


def _shortened(text: str, longest: int) -> str:
    """The beginning and the end of `text`, in all `longest` characters."""
    end = longest // 3
    return f"{text[: longest - end - 3]}...{text[-end:]}"
