"""CUSCAR: the customs cargo report, D.95B to D.16A, of a ship's bills or of the house bills of a consolidation.

UNH  BGM DTM TDT LOC            the message, its ship, voyage and arrival
EQD SEL MEA TMP                 the containers aboard
CNI RFF LOC NAD CNT             a bill
GID FTX MEA PCI CST SGP MEA     its goods lines, and what of them is in which container
"""

from __future__ import annotations

from riskscore.manifest.formats.messages.un_edifact.cargo import CargoReader


class CuscarReader(CargoReader):
    """Reads CUSCAR messages: a bill begins with CNI. Containers stand before the bills, or within one."""
