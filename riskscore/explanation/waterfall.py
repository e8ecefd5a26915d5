"""Waterfall: a picture of how the features lead from the base value to one consignment's margin.

It needs no screen. The same consignment gives the same file, because no dates and no random ids are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from riskscore import export
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.sentences import shown
from riskscore.features.catalogue import Catalogue

SUFFIXES = (".png", ".svg")
MOST = 12
"""Bars that are drawn separately. All others are added up in one bar."""

LABEL = 66
"""Most characters of a bar's label."""


def draw(
    path: Path,
    *,
    title: str,
    base: float,
    contributions: Sequence[tuple[str, float]],
    margin: float,
    probability: float,
) -> None:
    """Draw labelled contributions into `path`, a PNG or SVG file.

    Contributions and `base` are in log-odds and add up to `margin`; `probability` is 0 to 1. Raises SettingsError if
    the file has another ending or cannot be written.
    """
    export.check(path, endings=SUFFIXES)
    # Imported here because shap and matplotlib take seconds to load and most commands draw nothing.
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415
    import shap  # noqa: PLC0415

    explanation = shap.Explanation(
        values=np.array([value for _, value in contributions]),
        base_values=base,
        feature_names=[label for label, _ in contributions],
    )
    metadata = {"Software": None} if path.suffix.lower() == ".png" else {"Date": None, "Creator": None}
    with mpl.rc_context({"svg.hashsalt": "riskscore", "svg.fonttype": "path"}):
        figure = plt.figure()
        try:
            shap.plots.waterfall(explanation, max_display=MOST + 1, show=False)
            figure = plt.gcf()
            figure.suptitle(
                f"{title}\nprobability {probability:.2%}, margin {margin:+.2f} log-odds", y=1.06, fontsize=12
            )
            with export.draft(path) as place:
                ending = path.suffix[1:].lower()
                figure.savefig(place, format=ending, bbox_inches="tight", dpi=110, metadata=metadata)
        finally:
            plt.close("all")


def title(consignment: str, model: str, data: str) -> str:
    """Return the title of the picture: the consignment, the model, and the data that the model was trained on."""
    return f"{consignment}\nmodel {model}, trained on {data} data"


def labelled(
    contributions: Contributions, row: int, matrix: pl.DataFrame, catalogue: Catalogue
) -> list[tuple[str, float]]:
    """Label each contribution (log-odds) of row number `row` with its red flag, name and value; strongest first."""
    values = matrix.select(contributions.names).row(row)
    moved = contributions.values[row]
    return [
        (_label(catalogue, contributions.names[column], values[column]), float(moved[column]))
        for column in np.argsort(-np.abs(moved), kind="stable")
    ]


def _label(catalogue: Catalogue, name: str, value: float | None) -> str:
    feature = catalogue.features[name]
    flag = f"{catalogue.flags[feature.indicators[0]]}: " if feature.indicators else ""
    text = shown(value, "") or "not known"
    tail = f"{name.replace('_', ' ')} = {text}"
    room = LABEL - len(tail)
    return (flag if len(flag) <= room else f"{flag[: max(room - 5, 0)].rstrip()}...: ") + tail
