"""The card: what a model was trained on, how well it does, and what it cannot do.

Programs read `card.json`, and the booster checks a folder against it; `card.md` has the same content for people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model import card_form
from riskscore.model.tables import Table, explanations, tables
from riskscore.units import counted


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about one model.

    `data` is simulated or real, `labels` truth or outcomes. `features` maps each feature, in the order of the matrix,
    to the digest of its declaration. `splits` has one entry per part (days, rows, positives). `test` is the evaluation
    on the last part, by trees with the same settings that had not seen it. `importance` is the mean absolute
    contribution by indicator. `learned_until` is the last day of filings that trees, stopping or calibration used (ISO
    8601; empty if not known). `selection` is how the labelled rows were chosen and weighted, `reference` the
    distribution of each feature and of the score, for drift, `service` a service's own fields. `command`, and the data,
    seed and versions in `reproduction`, give the same model again. `explanations` is how good the reasons were on a
    simulated world, if they were judged (`riskscore evaluate --explanations --keep`). `model_sha256` and
    `calibration_sha256` are the checksums of the two other files; old cards have not the second.
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
    calibration_sha256: str = ""

    def to_json(self) -> str:
        """Return the card as JSON text; equal cards give equal text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Read what `to_json` wrote. Raises ModelError if a field is missing, unknown, or not what it should be."""
        content = card_form.load(text, "the model's card")
        if not isinstance(content, dict) or not set(content) <= {each.name for each in fields(cls)}:
            raise ModelError("the model's card has missing or unknown fields; train the model again")
        card_form.check(content, card_form.CARD, "the model's card: field")
        card = cls(**content)
        try:
            card.to_markdown()
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as malformed:
            reason = " ".join(f"{type(malformed).__name__}: {malformed}".split())[:120]
            raise ModelError(
                f"the model's card has results that cannot be shown ({reason}); train the model again"
            ) from None
        return card

    def to_markdown(self) -> str:
        """Return the card as a Markdown page."""
        positives = "smuggled" if self.labels == "truth" else "seizures"
        lines = [
            f"# Model {self.name}",
            "",
            f"Trained on **{self.data} data**, {self.period[0]} to {self.period[1]}: {self.rows:,} consignments with a "
            f"known label, {self.positives:,} of them {positives}.",
            _LABELS[self.labels],
            "",
            f"{self.trees} trees, {len(self.features)} features (catalogue {self.catalogue}). "
            f"Calibration: {self.calibration['method']}, fitted on {self.calibration['on']}.",
            *([f"Last day of filings used in training: {self.learned_until}."] if self.learned_until else []),
            "",
            *_selected(self.selection),
            "## Parts of the period",
            "",
            *_markdown(Table("", ["part", "from", "to", "rows", positives], list(map(_split_row, self.splits)))),
            "## Results on the test part",
            "",
            *([_TEST, ""] if self.learned_until else []),
        ]
        for table in tables(self.test) if self.test else []:
            lines += [f"### {table.title}", "", *_markdown(table)]
        if self.explanations:
            reasons = explanations(self.explanations)
            lines += [f"## {reasons.title}", "", *_markdown(reasons)]
        lines += ["## What moves the scores most", "", *_markdown(_importance(self.importance))]
        lines += ["## Known limits", "", *(f"- {limit}" for limit in self.limits), ""]
        lines += ["## Settings", "", *(_setting(key, value) for key, value in self.settings.items()), ""]
        if self.command:
            lines += ["## How to train this model again", "", f"    {self.command}", ""]
        if self.reproduction:
            lines += [*(f"- {key}: {value}" for key, value in self.reproduction.items()), ""]
        return "\n".join(lines)


_TEST = (
    "The test was done once, with trees of the same settings that were trained only on what was known before the test "
    "days. The final model was then trained on all days, including the test days."
)

_LABELS = {
    "truth": "The labels are the simulation's truth about every consignment. Real data never has that.",
    "outcomes": "The labels are the outcomes of inspections. Inspected consignments are selected, not a random sample.",
}


def digests(catalogue: Catalogue) -> dict[str, str]:
    """Return feature -> digest of what a model relies on: meaning, unit, direction, needs.

    Sentences, checks and sources are left out, so that they can be reworded and the model stays usable.
    """
    return {
        name: hashlib.sha256(
            json.dumps([feature.meaning, feature.unit, feature.direction, list(feature.needs)]).encode()
        ).hexdigest()[:12]
        for name, feature in catalogue.features.items()
    }


def _selected(selection: Mapping[str, Any]) -> list[str]:
    """Return lines about how the labelled rows were chosen and weighted."""
    if not selection:
        return []
    counts = ", ".join(f"{how} {count:,}" for how, count in selection["selected_by"].items())
    rows = f"{selection['labelled']:,} of {selection['filed']:,} consignments filed on these days are labelled"
    lines = [f"{rows}."]
    if "heaviest" in selection:
        lines += [
            f"Selected by: {counts}.",
            f"For {selection['chance_known']:,} of them the chance of being opened is known. A row has the weight 1 / "
            f"chance, at most {selection['heaviest']:g}; the weighted rows carry as much information as "
            f"{selection['effective']:,.0f} rows of equal weight. {selection['never_opened']:,} rows that were never "
            "opened count as clean; their total weight is at most that of the opened rows.",
        ]
    gap = counted(selection["gap_days"], "day")
    lines.append(f"The gap between training and judging is {gap}, because outcomes become known later.")
    return ["## How the rows were chosen", "", *lines, ""]


def _setting(key: str, value: object) -> str:
    text = ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, Mapping) else value
    return f"- `{key}`: {text}"


def _split_row(part: Mapping[str, Any]) -> list[str]:
    return [part["part"], part["from"], part["to"], f"{part['rows']:,}", f"{part['positives']:,}"]


def _importance(entries: list[dict[str, Any]]) -> Table:
    rows = [
        ["" if entry["indicator"] is None else str(entry["indicator"]), entry["text"], f"{entry['mean']:.3f}"]
        for entry in entries
    ]
    return Table("", ["red flag", "meaning", "mean absolute contribution (log-odds)"], rows)


def _markdown(table: Table) -> list[str]:
    rule = ["---"] * len(table.header)
    cells = [[cell.replace("|", "\\|") for cell in row] for row in [table.header, rule, *table.rows]]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return [*lines, "", *([table.note, ""] if table.note else [])]
