"""What a command cannot write is refused before its work: no file of the input is read, and nothing is left behind."""

from pathlib import Path

import pytest

from riskscore.lake.open import create_lake

KEY = "--bill|B1|--container|TOYU0000001"
FILES = [
    "score|gone.csv|--out|{}.csv",
    "score|gone.csv|--quarantine|{}.parquet",
    f"explain|gone.csv|{KEY}|--waterfall|{{}}.svg",
    f"explain|gone.csv|{KEY}|--sheet|{{}}.pdf",
    "columns|gone.csv|--save|{}.toml",
    "evaluate|--manifests|gone.csv|--outcomes|gone.csv|--out|{}.html",
    "rehearse|--out|{}.csv",
    "rehearse|--out|{}.svg",
    "report|--lake|gone|--out|{}.html",
    "report|--lake|gone|--out|{}.csv",
    "drift|--lake|gone|--out|{}.json",
    "whatif|--lake|gone|--boxes|5|--out|{}.html",
    "models|compare|a|b|--manifests|gone.csv|--outcomes|gone.csv|--out|{}.json",
    "alerts|match|gone.csv|--lake|gone|--out|{}.jsonl",
    "alerts|import|gone.csv|--lake|lake|--quarantine|{}.csv",
    "alerts|export|{}.stix|--lake|gone",
    f"alerts|package|{{}}.zip|--lake|gone|{KEY}",
    "lake|export|lake|scores|{}.csv",
]
"""Commands that write a file."""

FOLDERS = [
    "nightly|--lake|gone|--inbox|inbox|--reports|{}",
    "simulate|{}",
    "train|--manifests|gone.csv|--outcomes|gone.csv|--out|{}",
    "slate|sheets|--lake|gone|--date|2024-03-01|--out|{}",
    "lake|backup|lake|{}",
    "lake|restore|gone|{}/lake",
    f"alerts|package|{{}}|--lake|gone|{KEY}",
]
"""Commands that write a folder."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    create_lake(tmp_path / "lake")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "file").write_text("as it was")
    for ending in ("csv", "parquet", "svg", "pdf", "toml", "html", "json", "jsonl", "stix", "zip"):
        (tmp_path / f"folder.{ending}").mkdir()
    return tmp_path


CALLS = [(call, target) for call in FILES for target in ("folder", "gone/x", "/proc/x")]
CALLS += [(call, target) for call in FOLDERS for target in ("file", "/proc/x")]


@pytest.mark.parametrize(("call", "target"), CALLS)
def test_it_is_refused_before_anything_is_done(call, target, place, riskscore):
    before = sorted(place.rglob("*"))
    ran = riskscore(*call.format(target).split("|"))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert ran.err.startswith("error: cannot write"), ran.err
    assert target in ran.err
    assert sorted(place.rglob("*")) == before
    assert (place / "file").read_text() == "as it was"
