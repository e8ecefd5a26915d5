"""The sample messages of the project, changed and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from riskscore.manifest.read import Manifest, read

SAMPLES = Path(__file__).parents[1] / "sample_manifests" / "messages"
XML = ("awmds", "awbolds", "ens-ie315", "ics2-ie3f11", "wco-cri", "china-mt2101")


def changed(sample: str, *changes: tuple[str, str]) -> str:
    """The text of a sample in which each first text is replaced by the second, wherever it stands."""
    text = (SAMPLES / f"{sample}.xml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def parsed(folder: Path, text: str | bytes, name: str = "m.xml") -> Manifest:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    manifest = read(path)
    assert manifest.balance == 0
    return manifest


def rows(folder: Path, text: str | bytes) -> list[dict[str, Any]]:
    """The consignments, each without what it does not have."""
    found = parsed(folder, text).consignments.to_dicts()
    return [{name: value for name, value in row.items() if value is not None} for row in found]
