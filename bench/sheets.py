"""How long case sheets take: one after warm-up, as HTML and as PDF, and a hundred of a night with index and one PDF.

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
    """Print seconds a sheet, seconds of a slate, and peak memory."""
    lake = open_lake(uri)
    day = lake.read("scores", columns=["night"]).max().collect().item()
    for code in ("en", "zh"):
        _slate(lake, day, code)


def _slate(lake: Lake, day: date, code: str) -> None:
    language = find(code)
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        made = night.sheets(lake, day, top=MANY, language=language)
        told = time.perf_counter() - begun
        write.slate(made, Path(place) / "out", title="bench", language=language)
        whole = time.perf_counter() - begun
        shutil.rmtree(Path(place) / "out")
    seconds: dict[str, list[float]] = {"html": [], "pdf": []}
    for sheet in made[:ONE]:
        begun = time.perf_counter()
        page.html(sheet)
        seconds["html"].append(time.perf_counter() - begun)
        page.pdf([sheet])
        seconds["pdf"].append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    each = ", ".join(
        f"{kind} {statistics.median(took):.3f} s (at most {max(took):.3f})" for kind, took in seconds.items()
    )
    print(
        f"{code}: {len(made)} sheets of {day} in {whole:.1f} s, of which {told:.1f} s until their contents are known "
        f"({told / len(made):.3f} s each); then, one by one: {each}; peak {peak:.2f} GB"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/nights/lake")
