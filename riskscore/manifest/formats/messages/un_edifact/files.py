"""A file of UN/EDIFACT: cargo messages become rows, stow plans another table, the rest is left aside by name.

Bookings, instructions, load lists, declarations and answers are known by name and are no manifests.
"""

from __future__ import annotations

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.stow_plan import Slots
from riskscore.manifest.formats.messages.un_edifact.baplie import BaplieReader
from riskscore.manifest.formats.messages.un_edifact.cuscar import CuscarReader
from riskscore.manifest.formats.messages.un_edifact.iftmcs import IftmcsReader
from riskscore.manifest.formats.messages.un_edifact.interchange import Interchange, MessageReader
from riskscore.manifest.formats.messages.un_edifact.segments import is_edifact
from riskscore.manifest.formats.table import Count, Table
from riskscore.units import counted

CARGO, PLANS = ("CUSCAR", "IFTMCS"), ("BAPLIE",)

NAMES = {
    "APERAK": "an acknowledgement of a message",
    "CALINF": "a call of a ship at a port",
    "COARRI": "a report of containers loaded or discharged",
    "CODECO": "a report of containers at a gate",
    "CONTRL": "a receipt of an interchange",
    "COPARN": "an announcement of a container",
    "COPINO": "an announcement of a truck at a terminal",
    "COPRAR": "a list of containers to load or discharge",
    "COREOR": "a release of containers",
    "CUSDEC": "a customs declaration",
    "CUSEXP": "an express consignment declaration",
    "CUSREP": "a customs report of a ship",
    "CUSRES": "an answer of customs",
    "DESADV": "a despatch advice",
    "IFTDGN": "a notification of dangerous goods",
    "IFTMAN": "an arrival notice",
    "IFTMBC": "a booking confirmation",
    "IFTMBF": "a booking request",
    "IFTMBP": "an enquiry about a booking",
    "IFTMIN": "a shipping instruction",
    "IFTSAI": "a schedule of ships",
    "IFTSTA": "a report of the status of a shipment",
    "INVOIC": "an invoice",
    "INVRPT": "a report of stock",
    "MOVINS": "an instruction for stowing a ship",
    "ORDERS": "an order",
    "PAXLST": "a list of passengers or crew",
    "PRICAT": "a price list",
    "TPFREP": "a report of a terminal",
    "VERMAS": "a verified gross mass",
}
"""What a message of each type is."""


def sniff(file: File) -> bool:
    """Whether the file is an EDIFACT interchange, or a message without one."""
    return is_edifact(file.head)


def read(file: File, count: Count) -> list[Table]:
    """Read all messages of the file: a table of consignments, one of a stow plan, or both.

    Raises LeftAsideError where all its messages are of other types, ManifestError where it has no message.
    """
    reader = Reader()
    rows, slots = Rows("EDIFACT"), Slots()
    with file.open() as stream:
        interchange = Interchange(stream, file.head, reader)
        readers: dict[str, MessageReader] = {
            "CUSCAR": CuscarReader(rows, reader, interchange.line),
            "IFTMCS": IftmcsReader(rows, reader, interchange.line),
            "BAPLIE": BaplieReader(slots, reader, interchange.line),
        }
        interchange.walk(readers)
    types = dict.fromkeys(kind for kind, _ in interchange.types)
    if not types:
        raise ManifestError(
            f"{file.name} has no EDIFACT message in it"
            + (f" ({interchange.damage})" if interchange.damage else "")
            + "; ask its sender for the complete file"
        )
    others = [kind for kind in types if kind not in readers]
    if len(others) == len(types):
        raise LeftAsideError(file.name, " and ".join(map(named, others[:3])))
    notes = interchange.notes() + [_aside(interchange, kind) for kind in others]
    tables = []
    if types.keys() & set(CARGO) and types.keys() & set(PLANS):
        notes.append("a stow plan is in the file, too; name the file with --stow-plan to compare the two")
    if types.keys() & set(CARGO):
        rows.form = interchange.form(*CARGO)
        tables.append(rows.table(notes, encoding=interchange.segments.encoding))
    if types.keys() & set(PLANS):
        tables.append(slots.table(interchange.form(*PLANS), notes))
    return tables


def named(kind: str) -> str:
    """What a type of message is, for people."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in kind[:10])
    return f"{NAMES.get(kind, 'a message')} (EDIFACT {shown or 'without a type'})"


def _aside(interchange: Interchange, kind: str) -> str:
    number = sum(count for (other, _), count in interchange.types.items() if other == kind)
    return f"{counted(number, 'message')} left aside: {named(kind)}"
