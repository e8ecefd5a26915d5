"""The card: what a model was trained on, how well it does, and what it cannot do.

`card.json` is for programs and is what the booster checks a folder against; `card.md` says the same to people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model.tables import Table, explanations, tables


@dataclass(frozen=True, slots=True)
class Card:
    """Everything worth knowing about one model.

    `data` is simulated or real; `labels` truth or outcomes; `features` maps each feature, in the matrix's order, to
    the digest of its declaration; `splits` has one entry a part (days, rows, positives); `test` is the evaluation on
    the last part, by trees of the same settings that had not seen it; `importance` the mean absolute contribution by
    indicator. `learned_until` is the last day of filings that trees, stopping or calibration saw (ISO 8601; empty: not
    known). `selection` says how the labelled rows were chosen and what they weigh, `reference` how each feature and
    the score were distributed, for drift, `service` what was declared of a service's own fields, and `reproduction`
    which data, seed and versions beside the `command` make it again. `explanations` is how good the reasons were on a
    simulated world, where somebody judged them (`riskscore evaluate --explanations --keep`).
    """

    name: str
    data: str
    labels: str
    period: tuple[str, str]
    rows: int
    positives: int
    catalogue: str
    features: Mapping[str, str]
    model_sha256: str
    settings: Mapping[str, Any]
    trees: int
    calibration: Mapping[str, Any]
    splits: list[dict[str, Any]]
    test: Mapping[str, Any] = field(default_factory=dict)
    importance: list[dict[str, Any]] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    command: str = ""
    learned_until: str = ""
    selection: Mapping[str, Any] = field(default_factory=dict)
    reference: Mapping[str, Any] = field(default_factory=dict)
    service: Mapping[str, Any] = field(default_factory=dict)
    reproduction: Mapping[str, Any] = field(default_factory=dict)
    explanations: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The card as JSON text; equal cards give equal text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Read what `to_json` wrote. Raises ModelError where it is malformed or lacks a field."""
        try:
            found = json.loads(text)
        except json.JSONDecodeError as malformed:
            raise ModelError(f"the model's card is not valid JSON ({malformed}); train the model again") from malformed
        names = {each.name for each in fields(cls)}
        needed = {each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING}
        if not isinstance(found, dict) or not needed <= set(found) <= names or not isinstance(found["features"], dict):
            raise ModelError("the model's card does not have the fields of a card; train the model again")
        return cls(**found)

    def to_markdown(self) -> str:
        """The card for people."""
        what = "smuggled" if self.labels == "truth" else "seizures"
        lines = [
            f"# Model {self.name}",
            "",
            f"Trained on **{self.data} data**, {self.period[0]} to {self.period[1]}: {self.rows:,} consignments with a "
            f"known label, {self.positives:,} of them {what}.",
            _LABELS[self.labels],
            "",
            f"{self.trees} trees over {len(self.features)} features (catalogue {self.catalogue}). "
            f"Calibration: {self.calibration['method']}, on {self.calibration['on']}.",
            *([f"Nothing filed after {self.learned_until} was learned."] if self.learned_until else []),
            "",
            *_selected(self.selection),
            "## Parts of the period",
            "",
            *_markdown(Table("", ["part", "from", "to", "rows", what], [_split_row(part) for part in self.splits])),
            "## On the test part",
            "",
            *([_TEST, ""] if self.learned_until else []),
        ]
        for table in tables(self.test) if self.test else []:
            lines += [f"### {table.title}", "", *_markdown(table)]
        if self.explanations:
            told = explanations(self.explanations)
            lines += [f"## {told.title}", "", *_markdown(told)]
        lines += ["## What moves the scores", "", *_markdown(_importance(self.importance))]
        lines += ["## Known limits", "", *(f"- {limit}" for limit in self.limits), ""]
        lines += ["## Settings", "", *(_setting(key, value) for key, value in self.settings.items()), ""]
        if self.command:
            lines += ["## How to get this model again", "", f"    {self.command}", ""]
        if self.reproduction:
            lines += [*(f"- {key}: {value}" for key, value in self.reproduction.items()), ""]
        return "\n".join(lines)


_TEST = (
    "Judged once, by trees of the same settings that had learned only from what was known before it. The model itself "
    "was then grown anew on all days, these among them."
)

_LABELS = {
    "truth": "Labels are the simulation's truth about every consignment; real data never has that.",
    "outcomes": "Labels are the outcomes of inspections: a chosen part of the consignments, not a sample of them.",
}


def digests(catalogue: Catalogue) -> dict[str, str]:
    """Feature -> digest of what a model relies on: meaning, unit, direction, needs.

    Sentences, checks and sources may be reworded without making a model useless, so they are left out.
    """
    return {
        name: hashlib.sha256(
            json.dumps([feature.meaning, feature.unit, feature.direction, list(feature.needs)]).encode()
        ).hexdigest()[:12]
        for name, feature in catalogue.features.items()
    }


def _selected(selection: Mapping[str, Any]) -> list[str]:
    """How the labelled rows were chosen and what they weigh."""
    if not selection:
        return []
    ways = ", ".join(f"{way} {count:,}" for way, count in selection["selected_by"].items())
    rows = f"{selection['labelled']:,} of {selection['filed']:,} consignments filed on these days are labelled"
    lines = [f"{rows}: {ways}."]
    if "heaviest" in selection:
        lines += [
            f"The chance of having been opened is known of {selection['chance_known']:,}; a row weighs 1 / chance, at "
            f"most {selection['heaviest']:g}, and all of them together say as much as {selection['effective']:,.0f} "
            f"rows of equal weight. {selection['never_opened']:,} rows that nobody opened were taken for clean, all "
            "together at no more weight than the opened ones.",
        ]
    gap = f"What is judged comes {selection['gap_days']} day(s) after what was learned, as long as outcomes take."
    return ["## How the rows were chosen", "", *lines, gap, ""]


def _setting(key: str, value: object) -> str:
    told = ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, Mapping) else value
    return f"- `{key}`: {told}"


def _split_row(part: Mapping[str, Any]) -> list[str]:
    return [part["part"], part["from"], part["to"], f"{part['rows']:,}", f"{part['positives']:,}"]


def _importance(entries: list[dict[str, Any]]) -> Table:
    rows = [
        ["" if entry["indicator"] is None else str(entry["indicator"]), entry["text"], f"{entry['mean']:.3f}"]
        for entry in entries
    ]
    return Table("", ["indicator", "what it is", "mean absolute contribution (log-odds)"], rows)


def _markdown(table: Table) -> list[str]:
    rule = ["---"] * len(table.header)
    cells = [[cell.replace("|", "\\|") for cell in row] for row in [table.header, rule, *table.rows]]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return [*lines, "", *([table.note, ""] if table.note else [])]
