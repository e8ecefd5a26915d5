"""Sentences on what two consignments have in common and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.cases import places
from riskscore.cases.traits import PARTIES
from riskscore.explanation.contributions import Group
from riskscore.explanation.strongest import LEAST
from riskscore.features.catalogue import Catalogue
from riskscore.language import Language, mark

Floats = NDArray[np.float64]

MOST_REASONS = 3
"""Most red flags named in one sentence."""

TIMES = 1.5
"""Least factor between two weights that is mentioned."""

STRONG = 0.1
"""Least contribution, in log-odds, of a red flag that is named: about 10% of the odds."""

_PARTY = {
    "consignee_key": ("consignee_name", mark("Same consignee: {name}.")),
    "shipper_id": ("shipper_name", mark("Same shipper: {name}.")),
    "forwarder_id": ("forwarder_name", mark("Same forwarder: {name}.")),
    "notify_id": ("notify_name", mark("Same notify party: {name}.")),
}


class Comparison:
    """Compares consignments whose contributions are grouped by the same red flags."""

    def __init__(
        self, by_flag: Sequence[Group], names: Sequence[str], catalogue: Catalogue, language: Language
    ) -> None:
        self._say = language.say
        self._language = language
        self._titles = [
            catalogue.features[names[group.columns[0]]].meaning
            if group.indicator is None
            else catalogue.flags[group.indicator]
            for group in by_flag
        ]

    def compare(
        self, one: dict[str, Any], other: dict[str, Any], ours: Floats, theirs: Floats
    ) -> tuple[list[str], list[str]]:
        """Return similarities and differences of two rows of `traits`; `ours`, `theirs` are contributions by group."""
        shares = [*self._parties(one, other), *self._same(one, other)]
        differs = list(self._different(one, other))
        both = np.minimum(ours, theirs)
        strongest = np.argsort(-both, kind="stable")[:MOST_REASONS]
        flags = [self._say(self._titles[group]) for group in strongest if both[group] > STRONG]
        if flags:
            shares.append(self._say("Raised the risk of both: {flags}.", flags="; ".join(flags)))
        for here, there, text in (
            (ours, theirs, mark("Raised the risk only here: {flags}.")),
            (theirs, ours, mark("Raised the risk only there: {flags}.")),
        ):
            only = [
                group for group in np.argsort(-here, kind="stable") if here[group] > STRONG >= LEAST >= there[group]
            ]
            if only:
                titles = "; ".join(self._say(self._titles[group]) for group in only[:MOST_REASONS])
                differs.append(self._say(text, flags=titles))
        return shares, differs

    def _parties(self, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
        if one["bill_of_lading"] == other["bill_of_lading"]:
            yield self._say("Same bill of lading.")
        if one["container_number"] == other["container_number"] and len(one["container_number"]) > 1:
            yield self._say("Same container.")
        for party in PARTIES:
            name, text = _PARTY[party]
            if one[party] is not None and one[party] == other[party]:
                yield self._say(text, name=one[name] or one["consignee_id"])

    def _same(self, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
        place = places.port_name
        lane = ("port_of_loading", "port_of_discharge")
        if all(one[end] and one[end] == other[end] for end in lane):
            start, end = (place(one[end]) for end in lane)
            yield self._say("Same lane: {loading} to {discharge}.", loading=start, discharge=end)
        else:
            if one["origin"] and one["origin"] == other["origin"]:
                yield self._say("Both from {country}.", country=self._language.country(one["origin"]))
            if one["destination"] and one["destination"] == other["destination"]:
                yield self._say("Both bound for {country}.", country=self._language.country(one["destination"]))
        hubs = [port for port in one["transhipment_ports"] or [] if port in (other["transhipment_ports"] or [])]
        if hubs:
            yield self._say("Same transhipment port: {hubs}.", hubs=", ".join(map(place, hubs)))
        if one["kind"] and one["kind"] == other["kind"]:
            yield self._say("Same kind of goods: {kind}.", kind=self._kind(one["kind"]))
        elif one["hs4"] and one["hs4"] == other["hs4"]:
            yield self._say("Same HS heading: {heading}.", heading=one["hs4"])

    def _different(self, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
        for name, text in (
            ("origin", mark("Origin: {here} here, {there} there.")),
            ("destination", mark("Destination: {here} here, {there} there.")),
        ):
            if one[name] and other[name] and one[name] != other[name]:
                here, there = (self._language.country(row[name]) for row in (one, other))
                yield self._say(text, here=here, there=there)
        hubs_here, hubs_there = one["transhipment_ports"] or [], other["transhipment_ports"] or []
        if not set(hubs_here) & set(hubs_there) and (hubs_here or hubs_there):
            here, there = (", ".join(map(places.port_name, ports)) for ports in (hubs_here, hubs_there))
            if not hubs_there:
                yield self._say("Transhipment: {here} here, none there.", here=here)
            elif not hubs_here:
                yield self._say("Transhipment: none here, {there} there.", there=there)
            else:
                yield self._say("Transhipment: {here} here, {there} there.", here=here, there=there)
        if not self._same_goods(one, other):
            yield self._say(
                "Declared goods: {here} here, {there} there.",
                here=short(one["goods_description"]),
                there=short(other["goods_description"]),
            )
        weights = [row["gross_weight_kg"] for row in (one, other)]
        if all(weight and weight > 0 for weight in weights) and max(weights) >= TIMES * min(weights):
            here, there = (self._language.number(weight) for weight in weights)
            yield self._say("Weight: {here} kg here, {there} kg there.", here=here, there=there)

    def _same_goods(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return bool(one["kind"] and one["kind"] == other["kind"]) or bool(one["hs4"] and one["hs4"] == other["hs4"])

    def _kind(self, kind: str) -> str:
        return self._say(kind.replace("_", " "))


def short(text: str | None, most: int = 50) -> str:
    """Put a description on one line and cut it to `most` characters."""
    line = " ".join((text or "-").split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."
