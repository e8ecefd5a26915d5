"""Crafted files: what a library may do on them, to the process that looks at the files of an inbox."""

import os
from pathlib import Path

GOOD = (
    "Bill of Lading,Container No,Filing Date,POL,POD,Description,Gross Weight\n"
    "{},MSCU1234566,2019-03-25,NGAPP,VNHPH,PLASTIC RESIN,24000\n"
)
CRAFTED = ("ends.csv", "faults.csv", "fills.csv", "loops.csv", "raises.csv", "prints.csv")

DOING = """
import json, os, sys
sys.path[:] = json.loads(sys.stdin.readline())
from riskscore.manifest import read
from riskscore.nightly import looking
crafted = {
    "ends.csv": os.abort,
    "faults.csv": lambda: os.kill(os.getpid(), 11),
    "fills.csv": lambda: [bytes(2**26) for _ in range(10**4)],  # pages that are never touched: memory ends before time
    "loops.csv": lambda: [0 for _ in iter(int, 1)],
    "raises.csv": lambda: [][0],
    "prints.csv": lambda: print("{}"),
}
plain = read.read
def reading(path, **options):
    crafted.get(path.name, dict)()
    return plain(path, **options)
read.read = reading
looking.main()
"""
"""The process, in which a library does on files of these names what crafted files make it do."""


def arrive(inbox: Path, name: str, content: str) -> Path:
    """Put a file into an inbox, as one that has not changed for long."""
    path = inbox / name
    path.write_text(content)
    os.utime(path, (1, 1))
    return path
