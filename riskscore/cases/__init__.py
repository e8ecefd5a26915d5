"""Cases: what a consignment is like, among what was inspected here before and among published seizures.

    outcomes ─▶ inspected.gather ─▶ measured as of their own filing ─▶ comparable ─▶ nearest seized and clean ones
    cases.toml ─▶ library.load ──────────────────────────────────────▶ published  ─▶ nearest published seizures
    free text ─▶ query.understand ─▶ search: both of them

Cases are shown, never learned from: no feature and no training can reach this package.
"""

from riskscore.cases.inspected import Inspected, gather
from riskscore.cases.likeness import published
from riskscore.cases.nearest import comparable

__all__ = ["Inspected", "comparable", "gather", "published"]
