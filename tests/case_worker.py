"""Run as a process: python case_worker.py record URI FILE TIMES | change URI DATE EVENT BILL CONTAINER ...

`record` records the file TIMES times. `change` makes the same change to each box in turn, and prints the bill if it
succeeded. The process prints `ready` once it has loaded, and begins when it receives a line.
"""

import sys
from datetime import date
from pathlib import Path

from riskscore.casework import outcomes, slates
from riskscore.errors import SettingsError
from riskscore.lake.open import open_lake


def main(what: str, uri: str, *words: str) -> None:
    lake = open_lake(uri)
    print("ready", flush=True)
    sys.stdin.readline()
    if what == "record":
        for _ in range(int(words[1])):
            rows, refused = outcomes.read([Path(words[0])])
            outcomes.record(lake, rows, refused=refused)
        return
    night, event, *boxes = words
    for bill, container in zip(boxes[::2], boxes[1::2], strict=True):
        try:
            slates.change(
                lake, date.fromisoformat(night), bill=bill, container=container, event=event, reason="because"
            )
        except SettingsError:
            continue
        print(bill, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
