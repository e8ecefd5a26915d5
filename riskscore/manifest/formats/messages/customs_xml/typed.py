"""What readers of XML take from the tools of all messages."""

from __future__ import annotations

from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.terms import is_to_order
from riskscore.manifest.formats.messages.texts import address, one_line

__all__ = ["Reader", "address", "is_to_order", "one_line"]
