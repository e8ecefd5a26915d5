"""Strengths: how much a model smooths seizure rates that rest on few inspections.

    seizure rate = (seized + strength x base rate) / (inspected + strength)

A profile declares its strength, in inspections. A search may find that all strengths work better when multiplied by one
factor. The model then has strengths of its own, and everything scored with it must be measured with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from riskscore.features.catalogue import Catalogue
from riskscore.model.card import Card

SETTING = "strengths"
"""Name of the chosen strengths (profile -> inspections) in the settings of a card."""

FACTORS = (0.3, 1.0, 3.0, 10.0)
"""Factors that a search tries for the declared strengths."""


def chosen(catalogue: Catalogue, factor: float) -> dict[str, float]:
    """Return the declared strengths times `factor`, of all profiles that have one."""
    profiles = catalogue.profiles.profiles
    return {name: profile.strength * factor for name, profile in profiles.items() if profile.strength is not None}


def measured_with(catalogue: Catalogue, strengths: Mapping[str, float]) -> Catalogue:
    """Return `catalogue` with the given `strengths`; profiles that are not named keep theirs."""
    declared = catalogue.profiles
    profiles = {
        name: replace(profile, strength=strengths.get(name, profile.strength))
        for name, profile in declared.profiles.items()
    }
    return replace(catalogue, profiles=replace(declared, profiles=profiles))


def catalogue_for(card: Card, catalogue: Catalogue) -> Catalogue:
    """Return `catalogue` with the strengths of the model of `card`; `catalogue` itself if it has none."""
    strengths = card.settings.get(SETTING)
    return measured_with(catalogue, strengths) if strengths else catalogue
