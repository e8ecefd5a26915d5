"""Strengths: how much a model mistrusts the seizure rates of small pasts, where it chose otherwise than is declared.

    seizure rate = (seized + strength x base rate) / (inspected + strength)

A profile declares its strength, in inspections. A search may find that all of them do better weaker or stronger by one
factor; the model then carries its own, and what is scored with it must be measured with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from riskscore.features.catalogue import Catalogue
from riskscore.model.card import Card

SETTING = "strengths"
"""Name among a card's settings of the strengths that were chosen: profile -> inspections."""

FACTORS = (0.3, 1.0, 3.0, 10.0)
"""What the declared strengths may be multiplied by."""


def chosen(catalogue: Catalogue, factor: float) -> dict[str, float]:
    """The strengths of all profiles that have one, `factor` times what is declared."""
    profiles = catalogue.profiles.profiles
    return {name: profile.strength * factor for name, profile in profiles.items() if profile.strength is not None}


def measured_with(catalogue: Catalogue, strengths: Mapping[str, float]) -> Catalogue:
    """`catalogue` with other `strengths` of its profiles; those that are not named keep theirs."""
    declared = catalogue.profiles
    profiles = {
        name: replace(profile, strength=strengths.get(name, profile.strength))
        for name, profile in declared.profiles.items()
    }
    return replace(catalogue, profiles=replace(declared, profiles=profiles))


def of(card: Card, catalogue: Catalogue) -> Catalogue:
    """`catalogue` as the model of `card` measures with it: the very same where nothing was chosen."""
    strengths = card.settings.get(SETTING)
    return measured_with(catalogue, strengths) if strengths else catalogue
