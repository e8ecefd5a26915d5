"""How often short texts in each code page are read right, by riskscore and by charset-normalizer alone.

    .venv/bin/python bench/encodings.py

The words were written after the reader was tuned, and are in neither `letters.toml` nor the tests.
"""

from __future__ import annotations

import random
import unicodedata
import warnings
from pathlib import Path

import charset_normalizer

from riskscore.manifest.decoding.code_pages import find
from riskscore.reference.letters import in_tones

ROWS = [line.split("|") for line in Path(__file__).with_suffix(".psv").read_text("utf-8").splitlines()[1:]]
SIZES = (1, 2, 4, 8)
ROUNDS = 8


def plain(data: bytes, codec: str) -> str:
    """`data` read in `codec`, with composed letters."""
    return unicodedata.normalize("NFC", data.decode(codec, errors="replace"))


def main() -> None:
    """Print a line for each number of words."""
    warnings.simplefilter("ignore")
    rng = random.Random(7)  # noqa: S311  (picks words)
    print("words  samples  right  right, noted  wrong, noted  wrong in silence | charset-normalizer right")
    for size in SIZES:
        counts = dict.fromkeys(("right", "noted", "doubtful", "silent", "other", "all"), 0)
        for _, codecs, text in ROWS:
            for codec in codecs.split():
                for _ in range(ROUNDS):
                    words = text.split()
                    said = ",".join(rng.sample(words, min(size, len(words))))
                    data = (in_tones(said) if codec == "cp1258" else said).encode(codec)
                    if data.isascii():
                        continue
                    found = find(data)
                    is_right = plain(data, found.codec) == said
                    kind = ("noted" if is_right else "doubtful") if found.others else "right" if is_right else "silent"
                    counts[kind] += 1
                    counts["all"] += 1
                    if kind == "silent":
                        print(f"  in silence: {codec} {said!r} as {found.codec} {plain(data, found.codec)!r}")
                    match = charset_normalizer.from_bytes(data).best()
                    counts["other"] += bool(match) and plain(data, match.encoding) == said
        print(*(f"{value:>8}" for value in (size, counts["all"], *list(counts.values())[:5])))


if __name__ == "__main__":
    main()
