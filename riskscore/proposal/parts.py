"""The parts of a proposal, before they are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from riskscore.proposal.answers import Answer
from riskscore.proposal.fields import Proposed, Ratio


@dataclass
class Proposal:
    """What is proposed for a file, part by part; write.py makes the TOML."""

    name: str
    key: str | None = None
    numbered: bool = False
    lacks: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    answer: Answer | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    fields: list[Proposed] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    has_goods: bool = False
    profiles: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
