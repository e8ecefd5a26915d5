"""Content of a case sheet: everything about one consignment that an inspector needs to decide.

explanation ─┬─▶ level of risk · reasons · checks · waterfall
filed row ───┼─▶ filed fields · route on a map
history ─────┼─▶ earlier consignments of consignee and shipper · comparison with similar goods
context ─────┴─▶ rank in the last 90 days · intelligence · comparable cases · sources of the data
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from riskscore.alerts.schema import strictness
from riskscore.explanation import checks, clearing
from riskscore.explanation.explanation import Explanation
from riskscore.explanation.not_assessed import in_words
from riskscore.features.catalogue import Catalogue
from riskscore.features.evidence import countries
from riskscore.language import Language, mark
from riskscore.schema import COLUMNS, NOTHING
from riskscore.sheet import figures
from riskscore.sheet.figures import Timeline, Waterfall
from riskscore.sheet.route import Route, route
from riskscore.sheet.track_record import EarlierFilings, TrackRecord, Usual

_BANDS = (
    (10.0, mark("Very high risk")),
    (4.0, mark("High risk")),
    (1.5, mark("Elevated risk")),
    (0.0, mark("Low risk")),
)
"""Levels of risk by multiples of the average probability, because averages differ between services."""

_SHOWN = (
    "goods_description", "hs_codes", "package_count", "package_type", "gross_weight_kg", "volume_m3", "declared_value",
    "marks", "container_type", "seal_numbers", "temperature_c", "shipper_name", "shipper_address", "consignee_name",
    "consignee_address", "consignee_id", "notify_name", "forwarder_name", "bill_type", "house_bill", "origin_country",
    "destination_country", "place_of_receipt", "place_of_delivery", "vessel_name", "vessel_imo", "voyage", "loaded_at",
    "arrives_at", "freight_terms", "freight_charge",
)  # fmt: skip
"""Fields of a consignment in the order in which a sheet shows them."""

_PRIVATE = ("usd_per_kg", "declared_value", "freight_terms", "freight_charge", "consignee_id")
"""Fields and measures that are not shared with another service."""

_UNITS = {"gross_weight_kg": "kg", "volume_m3": "m³", "temperature_c": "°C"}
_CHOICES = {
    "straight": mark("straight"),
    "to_order": mark("to order"),
    "sea_waybill": mark("sea waybill"),
    "prepaid": mark("prepaid"),
    "collect": mark("collect"),
}
"""Words for coded values."""

_CHOSEN = ("bill_type", "freight_terms")
_COUNTRIES = ("origin_country", "destination_country")


@dataclass(frozen=True, slots=True)
class RecentRank:
    """Rank of a consignment among all `among` scores of the last `days` days."""

    days: int
    rank: int
    among: int


@dataclass(frozen=True, slots=True)
class Context:
    """What a sheet shows besides the explanation, if it is known.

    recent_rank      rank among the scores of the last days
    action           action on the slate (open, scan, documents, audit, none), and the share that chose the box
    alerts           matches with alerts, one row each, as `alerts.match` gives them
    inspected_cases  nearest inspected consignments, as comparable.py gives them
    published_cases  nearest published seizures, likewise
    sources          (kind, name) of model, data and versions
    replay           command that makes the sheet again
    handling         TLP code of a sheet for another service; None for a sheet that stays here. A shared sheet has no
                     values or freight (the trader's business), no earlier boxes of others, and no stricter alerts
    """

    recent_rank: RecentRank | None = None
    action: tuple[str, str | None] | None = None
    alerts: Sequence[Mapping[str, Any]] = ()
    inspected_cases: list[dict[str, Any]] = field(default_factory=list)
    published_cases: list[dict[str, Any]] = field(default_factory=list)
    sources: Sequence[tuple[str, str]] = ()
    replay: str = ""
    handling: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Content of one sheet, in one language."""

    language: Language
    filed: Mapping[str, Any]
    scored: Mapping[str, Any]
    explained: Explanation
    context: Context
    level: str
    times_average: float
    is_red: bool | None
    fields: Sequence[Sequence[str]]
    clearing: Mapping[str, Any] | None
    headline: str
    uncleared: Sequence[str]
    route: Route
    records: Mapping[str, TrackRecord | None]
    timelines: Mapping[str, Timeline | None]
    usual: Sequence[Usual]
    waterfall: Waterfall
    changes: Sequence[tuple[str, str | None, str | None]]

    @property
    def title(self) -> str:
        """Number of the container; the bill of lading if there is none."""
        container = self.filed["container_number"]
        return str(self.filed["bill_of_lading"] if container == NOTHING else container)

    @property
    def simulated(self) -> bool:
        """Whether the model was trained on simulated traffic."""
        return self.explained.data == "simulated"


def sheet(
    explained: Explanation, past: EarlierFilings, catalogue: Catalogue, language: Language, context: Context
) -> Sheet:
    """Make the sheet of one consignment; the sentences of `explained` must be in `language` already."""
    is_shared = context.handling is not None
    if context.handling is not None:
        strictest = strictness(context.handling)
        alerts = [alert for alert in context.alerts if strictness(alert["handling"]) <= strictest]
        context = replace(context, alerts=alerts, inspected_cases=[], replay="")
    filed, scored = explained.consignment.row(0, named=True), explained.scored.row(0, named=True)
    times_average = scored["probability"] / max(explained.average, 1e-12)
    checks_to_clear = explained.clearing.row(0, named=True) if explained.clearing.height else None
    records, usual = past.about(explained.consignment)
    day = filed["filed_at"].date()
    return Sheet(
        language=language,
        filed=filed,
        scored=scored,
        explained=explained,
        context=context,
        level=language.say(next(words for least, words in _BANDS if times_average >= least)),
        times_average=times_average,
        is_red=None if explained.limit is None else scored["margin"] >= explained.limit,
        fields=[shown for name, *shown in _fields(filed, language) if not (is_shared and name in _PRIVATE)],
        clearing=checks_to_clear,
        headline="" if checks_to_clear is None else clearing.headline(checks_to_clear, language),
        uncleared=[language.say(why) for why in checks.unsettled(explained.contributions)["why"]],
        route=route(filed),
        records=records,
        timelines={role: None if record is None else figures.timeline(record, day) for role, record in records.items()},
        usual=[compared for compared in usual if not (is_shared and compared.measure in _PRIVATE)],
        waterfall=figures.waterfall(explained, catalogue, language),
        changes=[
            (language.say(in_words(column)), before, now) for column, before, now in explained.changes.iter_rows()
        ],
    )


def _fields(filed: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str, str]]:
    """Filed fields as (column, name in words, value), without empty ones; a service's own fields come last."""
    names = countries(language)
    own_fields = [name for name in filed if name not in COLUMNS]
    for name in (*_SHOWN, *own_fields):
        value = filed.get(name)
        if value is None or value == []:
            continue
        if name in _COUNTRIES:
            text = names.get(value, value)
        elif isinstance(value, list):
            text = ", ".join(str(part) for part in value)
        elif isinstance(value, int | float):
            text = language.number(value, ",.0f" if float(value).is_integer() else ",.2f")
        elif hasattr(value, "date"):
            text = language.moment(value)
        else:
            text = language.say(_CHOICES[value]) if name in _CHOSEN and value in _CHOICES else str(value)
        if name == "declared_value":
            text = f"{text} {filed.get('currency') or ''}".strip()
        yield name, language.say(in_words(name)), f"{text} {_UNITS[name]}" if name in _UNITS else text
