"""Makes the pictures of README.md from the real commands: the ranked list, and one waterfall.

python tools/make_pictures.py docs/pictures
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console

from riskscore import engine
from riskscore.cli import console, tables
from riskscore.manifest.outcomes import read_outcomes

SAMPLES = Path("sample_manifests")
SHOWN = 3
CASE = "RKHU4103273"
"""Container of the case of March 2019, as it was rebuilt for the samples."""


def main(folder: Path) -> None:
    """Draw both pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    past = {
        "history": engine.read_history([SAMPLES / "history.parquet"]),
        "outcomes": read_outcomes(SAMPLES / "outcomes.parquet"),
    }
    manifest = engine.read(SAMPLES / "one-day.parquet")
    ranked = engine.score(manifest.consignments, earlier=manifest.earlier, top=SHOWN, **past)
    screen = Console(width=console.WIDTH, record=True, file=io.StringIO())
    screen.print("$ riskscore score one-day.parquet --history history.parquet --outcomes outcomes.parquet --top 3")
    screen.print(tables.ranking(tables.beside(ranked.head(SHOWN), manifest.consignments)))
    screen.print(
        tables.summary(tables.counts(manifest, ranked), engine.read_card(), history=True, out=None, quarantine=None)
    )
    screen.save_svg(str(folder / "ranked-list.svg"), title="riskscore", unique_id="ranked-list")

    explained = engine.explain(manifest.consignments, CASE, earlier=manifest.earlier, **past)
    explained.draw(folder / "waterfall.png")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/make_pictures.py FOLDER")
    main(Path(sys.argv[1]))
