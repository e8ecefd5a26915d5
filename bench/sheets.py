"""Measure case sheets: one after warm-up, as HTML and as PDF, and a hundred of a night with index and one PDF.

python bench/sheets.py [LAKE]     default: the lake of `make nights`
"""

from __future__ import annotations

import resource
import shutil
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from riskscore.lake.open import open_lake
from riskscore.lake.protocol import Lake
from riskscore.language import find
from riskscore.sheet import night, page, write

MANY, ONE = 100, 20


def main(uri: str) -> None:
    """Print seconds per sheet, seconds per slate, and peak memory."""
    lake = open_lake(uri)
    day = lake.read("scores", columns=["night"]).max().collect().item()
    for code in ("en", "zh"):
        _slate(lake, day, code)


def _slate(lake: Lake, day: date, code: str) -> None:
    language = find(code)
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        sheets = night.sheets(lake, day, top=MANY, language=language)
        contents = time.perf_counter() - begun
        write.slate(sheets, Path(place) / "out", title="bench", language=language)
        total = time.perf_counter() - begun
        shutil.rmtree(Path(place) / "out")
    seconds: dict[str, list[float]] = {"html": [], "pdf": []}
    for sheet in sheets[:ONE]:
        begun = time.perf_counter()
        page.html(sheet)
        seconds["html"].append(time.perf_counter() - begun)
        page.pdf([sheet])
        seconds["pdf"].append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    each = ", ".join(
        f"{kind} {statistics.median(times):.3f} s (at most {max(times):.3f})" for kind, times in seconds.items()
    )
    print(
        f"{code}: {len(sheets)} sheets of {day} in {total:.1f} s, of which {contents:.1f} s for their contents "
        f"({contents / len(sheets):.3f} s each); one by one: {each}; peak {peak:.2f} GB"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/nights/lake")
