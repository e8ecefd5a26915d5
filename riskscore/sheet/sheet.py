"""The content of a case sheet: one consignment with all that an inspector decides by, ready to be written.

explanation ─┬─▶ risk in words · reasons · checks · waterfall
filed row ───┼─▶ what the box is · route on a map
past ────────┼─▶ history of consignee and shipper · what is usual for such goods
beside ──────┴─▶ rank of the last 90 days · intelligence · comparable cases · where the data came from
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from riskscore.alerts.schema import rank
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

_BANDS = ((10.0, mark("Very high risk")), (4.0, mark("High risk")), (1.5, mark("Raised risk")), (0.0, mark("Low risk")))
"""How many times the average box's probability each level of risk begins with: what is much differs by service."""

_SHOWN = (
    "goods_description", "hs_codes", "package_count", "package_type", "gross_weight_kg", "volume_m3", "declared_value",
    "marks", "container_type", "seal_numbers", "temperature_c", "shipper_name", "shipper_address", "consignee_name",
    "consignee_address", "consignee_id", "notify_name", "forwarder_name", "bill_type", "house_bill", "origin_country",
    "destination_country", "place_of_receipt", "place_of_delivery", "vessel_name", "vessel_imo", "voyage", "loaded_at",
    "arrives_at", "freight_terms", "freight_charge",
)  # fmt: skip
"""Fields of a consignment in the order in which a sheet shows them."""

_PRIVATE = ("usd_per_kg", "declared_value", "freight_terms", "freight_charge", "consignee_id")
"""What another service is not told."""

_UNITS = {"gross_weight_kg": "kg", "volume_m3": "m³", "temperature_c": "°C"}
_CHOICES = {
    "straight": mark("straight"),
    "to_order": mark("to order"),
    "sea_waybill": mark("sea waybill"),
    "prepaid": mark("prepaid"),
    "collect": mark("collect"),
}
"""Values that are chosen from a list, as they are told."""

_CHOSEN = ("bill_type", "freight_terms")
_COUNTRIES = ("origin_country", "destination_country")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a consignment stands among all that were scored from `days` before its night on: `rank` of `among`."""

    days: int
    rank: int
    among: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What a sheet tells besides, where it is known.

    standing   among the scores of the last days
    action     what the slate says of the box (open, scan, documents, audit, none) and by which share
    alerts     matches of intelligence, a row each as `alerts.match` gives them
    alike      nearest inspected consignments, `published` nearest published cases, as alike.py tells them
    sources    (what, which): model, data and versions, so that the sheet can be made again
    replay     the command that makes it again
    handling   the TLP code under which it leaves for another service, None for its own. It then has no values and
               freight, which are the trader's business, no earlier boxes of others, and no alert that is stricter
    """

    standing: Standing | None = None
    action: tuple[str, str | None] | None = None
    alerts: Sequence[Mapping[str, Any]] = ()
    alike: list[dict[str, Any]] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)
    sources: Sequence[tuple[str, str]] = ()
    replay: str = ""
    handling: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on one sheet, in one language."""

    language: Language
    filed: Mapping[str, Any]
    scored: Mapping[str, Any]
    explained: Explanation
    beside: Beside
    level: str
    times: float
    is_red: bool | None
    fields: Sequence[Sequence[str]]
    clearing: Mapping[str, Any] | None
    headline: str
    unsettled: Sequence[str]
    route: Route
    records: Mapping[str, TrackRecord | None]
    timelines: Mapping[str, Timeline | None]
    usual: Sequence[Usual]
    waterfall: Waterfall
    changes: Sequence[tuple[str, str | None, str | None]]

    @property
    def title(self) -> str:
        """The box by its number, or what stands for it."""
        container = self.filed["container_number"]
        return str(self.filed["bill_of_lading"] if container == NOTHING else container)

    @property
    def simulated(self) -> bool:
        """Whether the model has learned from simulated traffic."""
        return self.explained.data == "simulated"


def sheet(
    explained: Explanation, past: EarlierFilings, catalogue: Catalogue, language: Language, beside: Beside
) -> Sheet:
    """Make the sheet of one consignment; `explained` has its sentences in `language` already."""
    is_shared = beside.handling is not None
    if beside.handling is not None:
        strictest = rank(beside.handling)
        free = [alert for alert in beside.alerts if rank(alert["handling"]) <= strictest]
        beside = replace(beside, alerts=free, alike=[], replay="")
    filed, scored = explained.consignment.row(0, named=True), explained.scored.row(0, named=True)
    times = scored["probability"] / max(explained.average, 1e-12)
    told = explained.clearing.row(0, named=True) if explained.clearing.height else None
    records, usual = past.about(explained.consignment)
    day = filed["filed_at"].date()
    return Sheet(
        language=language,
        filed=filed,
        scored=scored,
        explained=explained,
        beside=beside,
        level=language.say(next(words for least, words in _BANDS if times >= least)),
        times=times,
        is_red=None if explained.limit is None else scored["margin"] >= explained.limit,
        fields=[shown for name, *shown in _fields(filed, language) if not (is_shared and name in _PRIVATE)],
        clearing=told,
        headline="" if told is None else clearing.headline(told, language),
        unsettled=[language.say(why) for why in checks.unsettled(explained.contributions)["why"]],
        route=route(filed),
        records=records,
        timelines={role: None if record is None else figures.timeline(record, day) for role, record in records.items()},
        usual=[one for one in usual if not (is_shared and one.measure in _PRIVATE)],
        waterfall=figures.waterfall(explained, catalogue, language),
        changes=[
            (language.say(in_words(column)), before, now) for column, before, now in explained.changes.iter_rows()
        ],
    )


def _fields(filed: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str, str]]:
    """What was filed, as (column, its name in words, value), without what was left open; own fields at the end."""
    names = countries(language)
    own = [name for name in filed if name not in COLUMNS]
    for name in (*_SHOWN, *own):
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
