"""What else is read from outside: findings, alerts, settings, capacities, column maps, models and their registry.

`SAMPLES` has a made-up file for each reader, and `read(name, path)` reads a mangled one, as the commands do. The trees
of a model get the checksum that fits them, as a forger would give them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "models" / "default"
_PROMOTED = {
    **{"action": "promote", "model": "m", "champion": "m", "checksum": "ab" * 32, "number": 1, "before": "default"},
    **{"at": "2024-01-05T00:00:00+00:00", "reason": "made up", "refusals": [], "figures": {"share": 0.5}},
}

SAMPLES: Mapping[str, str] = {
    "outcomes.csv": (
        "bill_of_lading,container_number,inspected_at,known_at,finding,commodity,quantity_kg,note\n"
        "BL1,MSKU1234565,2024-01-03,2024-01-04,clean,,,\n"
        "BL2,TCLU7654321,2024-01-03 10:00,2024-01-05,seizure,ivory,12.5,x\n"
        "BL3,TGBU4471200,2024-01-03,2024-01-04,irregular,,,papers\n"
    ),
    "alerts.csv": (
        "id,kind,name,aliases,address,country,container_number,vessel_imo,origin,destination,goods,reason,provider,"
        "reliability,handling,valid_from,valid_until,status,updated_at\n"
        "1,party,MADE UP TRADING,Made-up Ltd; MU,1 Quay,NG,,,,,,tip,Made up,B2,green,2024-01-01,2024-12-31,active,\n"
        "2,container,,,,,MSKU1234565,,,,,tip,Made up,A1,amber,,,,2024-01-02\n"
        "3,route,,,,,,,NGAPP,VNHPH,3901; plastic,tip,Made up,C3,clear,,,withdrawn,\n"
        "4,vessel,MADE UP STAR,,,,,9501813,,,,tip,Made up,F6,red,,,,\n"
    ),
    "alerts.stix.json": json.dumps(
        {
            "type": "bundle",
            "id": "bundle--0c4d2a3e-7d4c-4b7e-9d0c-0b5b8f6f1a11",
            "objects": [
                {
                    "type": "identity",
                    "spec_version": "2.1",
                    "id": "identity--3f1c9d3a-1f0b-4f43-8b1a-5a8d4f6f1a12",
                    "created": "2024-01-01T00:00:00.000Z",
                    "modified": "2024-01-01T00:00:00.000Z",
                    "name": "Made up",
                    "identity_class": "organization",
                },
                {
                    "type": "indicator",
                    "spec_version": "2.1",
                    "id": "indicator--9a1b0c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2d",
                    "created_by_ref": "identity--3f1c9d3a-1f0b-4f43-8b1a-5a8d4f6f1a12",
                    "created": "2024-01-01T00:00:00.000Z",
                    "modified": "2024-01-02T00:00:00.000Z",
                    "name": "MADE UP TRADING",
                    "description": "tip",
                    "pattern": "[identity:name = 'MADE UP TRADING']",
                    "pattern_type": "stix",
                    "valid_from": "2024-01-01T00:00:00Z",
                    "valid_until": "2024-12-31T00:00:00Z",
                    "confidence": 50,
                    "object_marking_refs": ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
                },
            ],
        },
        indent=1,
    ),
    "settings.toml": (
        '[row]\nname = "entry"\nkey = "entry_no"\n\n[columns]\nWeight = "gross_weight_kg"\n\n'
        '[field.importer]\nfrom = "Importer"\nkind = "key"\nmeaning = "the importer"\n\n'
        '[field.quota]\nfrom = "Quota"\nkind = "number"\ndirection = 1\n\n'
        '[outcome]\nfinding = "Result"\nknown_after_days = 3\nwords = { "OK" = "clean", "Seized" = "seizure" }\n\n'
        '[profiles]\nstrength = 5\n\n[training]\nallow = ["quota"]\n'
    ),
    "capacity.toml": (
        "[default]\nboxes = 10\nscans = 20\ndocuments = 40\naudits = 20\nthreshold = 0.0\n"
        "shares = { score = 0.7, explore = 0.1, random = 0.1, intelligence = 0.1 }\n\n"
        "[port.VNHPH]\nboxes = 6\n\n[[port.VNHPH.on]]\ndate = 2024-05-01\nboxes = 2\n"
    ),
    "map.toml": (
        '[columns]\n"B/L No" = "bill_of_lading"\nCntr = "container_number"\n'
        'Weight = "gross_weight_kg"\nDate = "filed_at"\n'
    ),
    "champions.json": json.dumps(_PROMOTED, indent=1),
}
FILES = ("card.json", "calibration.json", "model.txt")
NAMES = (*SAMPLES, *FILES)


@cache
def sample(name: str) -> bytes:
    """The undamaged file of a reader."""
    return SAMPLES[name].encode() if name in SAMPLES else (MODEL / name).read_bytes()


def read(name: str, path: Path) -> None:
    """Read a file as the reader `name`. Raises what the reader raises."""
    if name in FILES:
        _model(name, path)
    elif name == "champions.json":
        _registry(path)
    else:
        _readers()[name](path)


@cache
def _readers() -> dict[str, Callable[[Path], object]]:
    from riskscore.alerts import files  # noqa: PLC0415  the parent process does without
    from riskscore.casework import column_maps, outcomes  # noqa: PLC0415
    from riskscore.selection import capacity  # noqa: PLC0415
    from riskscore.settings import read_settings  # noqa: PLC0415

    return {
        "outcomes.csv": lambda path: outcomes.read([path]),
        "alerts.csv": lambda path: files.read([path]),
        "alerts.stix.json": lambda path: files.read([path]),
        "settings.toml": read_settings,
        "capacity.toml": capacity.read,
        "map.toml": column_maps.check,
    }


def _model(name: str, path: Path) -> None:
    """Load a model with one file replaced, and score three rows with it."""
    import numpy as np  # noqa: PLC0415

    from riskscore.features import catalogue  # noqa: PLC0415
    from riskscore.model.booster import Booster  # noqa: PLC0415

    folder = path.with_name("model")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(MODEL, folder)
    shutil.copyfile(path, folder / name)
    if name == "model.txt":
        card = json.loads((folder / "card.json").read_text("utf-8"))
        card["model_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / "card.json").write_text(json.dumps(card), "utf-8")
    model = Booster.load(folder, catalogue.load())
    matrix = np.random.default_rng(0).normal(size=(3, len(model.features)))
    margins = model.margin(matrix)
    model.calibration.apply(margins)
    model.contributions(matrix)


def _registry(path: Path) -> None:
    """Read a registry whose only change is the file."""
    from riskscore.model import archive, registry  # noqa: PLC0415

    root = path.with_name("models")
    (root / archive.HISTORY).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, root / archive.HISTORY / "000001.json")
    known = registry.Registry(archive.Folder(root))
    known.champion, known.checksum, known.retired, known.changes_of("m")
