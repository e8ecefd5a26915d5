"""Makes the pictures of README.md from the real commands: the ranked list, one waterfall, and page one of a sheet.

python tools/make_pictures.py docs/pictures

The sheet becomes a picture by pdftoppm (Debian's poppler-utils); without it, the picture stays as it is.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

import riskscore
from riskscore.engine.read import read_card
from riskscore.history.past import Past
from riskscore.views import console, ranking

SAMPLES = Path("sample_manifests")
SHOWN = 3
CASE = "RKHU4103273"
"""Container of the case of March 2019, as it was rebuilt for the samples."""


def main(folder: Path) -> None:
    """Draw both pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    past = Past(
        riskscore.read_history([SAMPLES / "history.parquet"]), riskscore.read_outcomes(SAMPLES / "outcomes.parquet")
    )
    manifest = riskscore.read(SAMPLES / "one-day.parquet")
    ranked = riskscore.score(manifest, past, explained=SHOWN)
    screen = Console(width=console.WIDTH, record=True, file=io.StringIO())
    screen.print("$ riskscore score one-day.parquet --history history.parquet --outcomes outcomes.parquet --top 3")
    screen.print(ranking.ranking(ranking.with_filed(ranked.head(SHOWN), manifest.consignments)))
    screen.print(
        ranking.summary(ranking.counts(manifest, ranked), read_card(), history=True, out=None, quarantine=None)
    )
    screen.save_svg(str(folder / "ranked-list.svg"), title="riskscore", unique_id="ranked-list")

    explained = riskscore.explain(manifest, CASE, past)
    explained.draw(folder / "waterfall.png")
    if shutil.which("pdftoppm"):
        _sheet(folder)


def _sheet(folder: Path) -> None:
    """Draw the case sheet that `explain --sheet` writes."""
    with tempfile.TemporaryDirectory() as place:
        pdf = Path(place) / "sheet.pdf"
        words = ["explain", str(SAMPLES / "one-day.parquet"), "--container", CASE, "--sheet", str(pdf)]
        past = ["--history", str(SAMPLES / "history.parquet"), "--outcomes", str(SAMPLES / "outcomes.parquet")]
        subprocess.run([sys.executable, "-m", "riskscore", *words, *past], check=True, capture_output=True)  # noqa: S603
        drawn = [str(pdf), str(folder / "case-sheet")]
        subprocess.run(["pdftoppm", "-png", "-r", "110", "-singlefile", *drawn], check=True)  # noqa: S603, S607


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/make_pictures.py FOLDER")
    main(Path(sys.argv[1]))
