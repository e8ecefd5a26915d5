"""Comparable cases: consignments inspected here before, and published seizures; nearest ones and search by text.

Cases are shown, never learned from: no feature, model or training may import this package.
"""

from riskscore.cases.inspected import Inspected, gather
from riskscore.cases.likeness import published
from riskscore.cases.nearest import comparable

__all__ = ["Inspected", "comparable", "gather", "published"]
