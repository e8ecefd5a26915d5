"""Every command with wrong, odd and hostile arguments, files, models and lakes ends as the contract says.

The exit code is 0, 1, 2 or 75. At most six lines stand on stderr, each of at most 300 characters, all printable.
Neither stdout nor stderr has a traceback, or a character that a terminal would obey.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import hostile

DAY = "2024-03-01"
FILES = [*(name for name in hostile.TEXTS if name.partition(".")[2] not in ("toml", "stix")), "folder.csv", "loop.csv"]
TOMLS = [name for name in hostile.TEXTS if name.endswith(".toml")]
MODELS = [f"model-{name}" for name in hostile.MODELS]

CALLS = [
    *(f"columns|{name}" for name in FILES),
    *(f"score|{name}" for name in FILES),
    *(f"columns|{name}|--propose" for name in ("evil.csv", "names.csv", "digits.json", "empty.csv", "binary.csv")),
    *(f"score|good.csv|{option}|{name}" for option in ("--settings", "--columns") for name in TOMLS),
    *(f"score|good.csv|--model|{name}" for name in MODELS),
    *(f"models|show|{name}" for name in MODELS),
    *(f"score|good.csv|--out|{out}" for out in ("out", "nowhere/x.csv", "/proc/x.csv", "x.pdf", "good.csv")),
    f"score|good.csv|--out|{'x' * 300}.csv",
    f"score|good.csv|--out|{chr(0x7bb1) * 83}.csv",
    *(f"score|good.csv|--history|{name}" for name in ("names.csv", "binary.csv", "folder.csv", "full", "loop.csv")),
    *(f"score|good.csv|--outcomes|{name}" for name in ("findings.csv", "broken.parquet", "deep.json", "evil.csv")),
    *(f"score|good.csv|--stow-plan|{name}" for name in ("good.csv", "broken.edi", "binary.csv")),
    f"score|good.csv|--encoding|{hostile.ESCAPE}",
    f"score|good.csv|--filed-at|{hostile.ESCAPE}",
    f"score|good.csv|--lang|{hostile.ESCAPE}",
    f"score|good.csv|--{hostile.ESCAPE}",
    f"score|{hostile.ESCAPE}",
    f"score|{'x' * 5_000}",
    *(f"score|good.csv|--top|{'9' * digits}" for digits in (10, 20, 4_000, 5_000)),
    "score|good.csv|--explain-share|1e999",
    f"simulate|new|--days|{2**31}",
    f"train|--out|m|--world|full|--hold-back|{2**31 - 1}",
    "train|--out|m|--world|full|--tune|nan",
    "rehearse|--mix|nan|nan|nan",
    "score|good.csv|--day-first|--month-first",
    "score|" + "|".join(["good.csv"] * 50),
    hostile.ESCAPE,
    "",
    "lake",
    f"features|--settings|{'y' * 999}",
    f"explain|good.csv|--container|{hostile.ESCAPE}",
    f"explain|evil.csv|--container|TOYU0000001|--set|{hostile.ESCAPE}=5",
    f"explain|evil.csv|--container|TOYU0000001|--set|gross_weight_kg={'9' * 5_000}",
    "explain|evil.csv|--container|TOYU0000001",
    "explain|evil.csv|--container|TOYU0000001|--json",
    f"explain|evil.csv|--container|TOYU0000001|--limit|{hostile.ESCAPE}",
    *(f"explain|evil.csv|--container|TOYU0000001|--waterfall|{out}"
      for out in ("/proc/x.png", "nowhere/x.png", "out/x.svg", "x.exe")),
    *(f"explain|evil.csv|--container|TOYU0000001|--sheet|{out}"
      for out in ("/proc/x.html", "nowhere/x.pdf", "out/x.html", "x.exe")),
    "simulate|full|--days|2|--per-day|9",
    "simulate|new|--days|0",
    "simulate|new|--days|2|--per-day|9|--start|9999-12-31",
    "simulate|/proc/x|--days|1|--per-day|1",
    "train|--out|m|--manifests|good.csv|--outcomes|findings.csv",
    "train|--out|/proc/m|--world|full",
    "train|--out|m|--lake|nowhere|--mlflow|http://me:secret@host",
    "evaluate|--manifests|good.csv|--outcomes|findings.csv",
    "evaluate|--manifests|good.csv|--outcomes|findings.csv|--model|model-types",
    *(f"rehearse|--weeks|{weeks}" for weeks in ("0", "-5", "x")),
    "rehearse|--mix|1|1|1|--weeks|4|--out|x.exe",
    "models|list",
    f"models|show|{hostile.ESCAPE}",
    "models|show|../../etc",
    "models|compare|model-null|model-types",
    f"models|retire|{hostile.ESCAPE}|--reason|x",
    "models|promote|model-types|--override|x",
    "models|rollback|--reason|x",
    "alerts|check|pairs.csv",
    "alerts|check|deep.json",
    f"cases|search|{hostile.ESCAPE}",
    f"cases|search|{'word ' * 3_000}",
    f"cases|show|{hostile.ESCAPE}",
    f"lake|init|{hostile.ESCAPE}",
    "lake|init|full",
    "lake|init|http://me:secret@host/lake",
    "lake|init|nothing://x",
    "lake|init|/proc/lake",
    "lake|init|good.csv/lake",
    "lake|info|good.csv",
]  # fmt: skip
"""Commands that need no lake; the words are divided by bars, and paths are below the hostile folder."""

ON_LAKE = [
    "lake|info|LAKE",
    "lake|compact|LAKE",
    "lake|export|LAKE|scores|o.csv",
    f"lake|export|LAKE|{hostile.ESCAPE}|o.csv",
    "lake|export|LAKE|scores|/proc/o.csv",
    "lake|export|LAKE|scores|o.parquet|--as-of|0001-01-01",
    f"nightly|--lake|LAKE|--inbox|inbox|--date|{DAY}",
    "nightly|--lake|LAKE|--inbox|nowhere",
    "nightly|--lake|LAKE|--inbox|good.csv",
    "nightly|--lake|LAKE|--inbox|inbox|--reports|good.csv|--date|2024-03-05",
    *(f"nightly|--lake|LAKE|--inbox|inbox|--capacity|{name}|--date|2024-03-06" for name in TOMLS),
    "record|--lake|LAKE|findings.csv",
    "record|--lake|LAKE|deep.json",
    f"record|--lake|LAKE|--bill|{hostile.ESCAPE}|--container|x|--finding|clean",
    f"record|--lake|LAKE|--bill|B1|--container|TOYU0000001|--finding|{hostile.ESCAPE}",
    "report|--lake|LAKE",
    "report|--lake|LAKE|--out|/proc/x.html",
    "report|--lake|LAKE|--senders",
    f"report|--lake|LAKE|--by|{hostile.ESCAPE}",
    "report|--lake|LAKE|--from|9999-12-31|--to|0001-01-01",
    "whatif|--lake|LAKE|--boxes|5",
    f"whatif|--lake|LAKE|--boxes|{hostile.ESCAPE}=5",
    f"whatif|--lake|LAKE|--boxes|{'9' * 400}",
    "whatif|--lake|LAKE|--threshold|nan",
    "whatif|--lake|LAKE|--shares|1,2,x",
    "whatif|--lake|LAKE|--capacity|types.toml",
    "drift|--lake|LAKE",
    "drift|--lake|LAKE|--out|/proc/d.html",
    "drift|--lake|LAKE|--from|0001-01-01|--to|9999-12-31",
    f"lake|compact|LAKE|--keep-days|{2**31 - 1}",
    "record|--lake|LAKE|--bill|B1|--container|TOYU0000001|--finding|seizure|--quantity|nan",
    f"slate|draw|--lake|LAKE|--date|{DAY}|--seed|{hostile.ESCAPE}",
    f"slate|draw|--lake|LAKE|--date|{DAY}|--port|{hostile.ESCAPE}",
    f"slate|show|--lake|LAKE|--date|{DAY}",
    f"slate|show|--lake|LAKE|--date|{DAY}|--json",
    f"slate|add|--lake|LAKE|--date|{DAY}|--bill|{hostile.ESCAPE}|--container|x|--reason|{hostile.ESCAPE}",
    f"slate|strike|--lake|LAKE|--date|{DAY}|--bill|B1|--container|x|--reason|{hostile.ESCAPE * 99}",
    f"slate|sheets|--lake|LAKE|--date|{DAY}|--out|full",
    f"slate|sheets|--lake|LAKE|--date|{DAY}|--out|/proc/x",
    "models|list|--lake|LAKE",
    "models|show|champion|--lake|LAKE",
    "models|rollback|--lake|LAKE|--reason|x",
    *(f"alerts|import|--lake|LAKE|{name}" for name in hostile.ALERTS),
    f"alerts|import|--lake|LAKE|alerts.csv|--provider|{hostile.ESCAPE}",
    "alerts|list|--lake|LAKE",
    "alerts|list|--lake|LAKE|--json",
    "alerts|match|evil.csv|--lake|LAKE",
    "alerts|match|evil.csv|--lake|LAKE|--out|/proc/x.csv",
    f"alerts|decide|{hostile.ESCAPE}|--lake|LAKE|--value|x|--reason|y",
    f"alerts|expire|{hostile.ESCAPE}|--lake|LAKE|--reason|y",
    "alerts|export|/proc/x.json|--lake|LAKE",
    "alerts|export|o.json|--lake|LAKE|--handling|x",
    "alerts|package|/proc/p|--lake|LAKE|--bill|B1|--container|TOYU0000001",
    f"alerts|package|p|--lake|LAKE|--bill|{hostile.ESCAPE}|--container|x",
    "maps|list|--lake|LAKE",
    *(f"maps|add|{hostile.ESCAPE}|{name}|--lake|LAKE" for name in TOMLS),
    f"maps|remove|{hostile.ESCAPE}|--lake|LAKE",
    "explain|evil.csv|--container|TOYU0000001|--lake|LAKE|--sheet|s.html",
    "cases|search|tea|--lake|LAKE",
]  # fmt: skip
"""Commands on a lake with one night, which `LAKE` stands for."""

READERS = [
    "lake|info|LAKE",
    "lake|compact|LAKE",
    "lake|export|LAKE|scores|o.csv",
    "nightly|--lake|LAKE|--inbox|inbox|--date|2024-03-02",
    "report|--lake|LAKE",
    "whatif|--lake|LAKE|--boxes|5",
    "drift|--lake|LAKE",
    f"slate|show|--lake|LAKE|--date|{DAY}",
    "models|list|--lake|LAKE",
    "alerts|list|--lake|LAKE",
    "record|--lake|LAKE|--bill|B1|--container|TOYU0000001|--finding|clean",
    "cases|search|tea|--lake|LAKE",
]
"""Commands that meet what is damaged in a lake."""


def _clean(text: str) -> bool:
    return text.replace("\n", "").isprintable()


def check(ran, call: str) -> None:
    """Raise AssertionError unless a command ended as the contract says."""
    lines = ran.err.splitlines()
    assert ran.code in (0, 1, 2, 75), call
    assert len(lines) <= 6, lines
    assert max(map(len, lines), default=0) <= 300, lines
    assert _clean(ran.err), repr(ran.err)
    assert _clean(ran.out), repr(ran.out)
    assert "Traceback" not in ran.out + ran.err
    assert "secret@" not in ran.out + ran.err
    assert lines or ran.code in (0, 1), call
    if call.endswith("--json") and ran.code == 0:
        json.loads(ran.out)


@pytest.fixture(scope="module")
def armoury(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("hostile")
    hostile.fill(folder, model)
    return folder


@pytest.fixture(scope="module")
def night(tmp_path_factory, model, consignments):
    """A lake with one night of forty consignments."""
    from riskscore import cli  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("night")
    (folder / "inbox").mkdir()
    consignments.write_csv(folder / "inbox" / "m.csv")
    hostile.settle(folder / "inbox")
    words = ["--inbox", str(folder / "inbox"), "--date", DAY, "--model", str(model)]
    for call in (["lake", "init", str(folder / "lake")], ["nightly", "--lake", str(folder / "lake"), *words]):
        with pytest.raises(SystemExit) as ended:
            cli.main(call)
        assert not ended.value.code
    return folder / "lake"


@pytest.fixture
def attack(riskscore, armoury, model, monkeypatch, tmp_path):
    """Run a call in the hostile folder, on a lake, and check how it ends."""
    monkeypatch.chdir(armoury)
    monkeypatch.setenv("RISKSCORE_DEFECTS", str(tmp_path / "defects"))
    monkeypatch.setenv("RISKSCORE_MODELS", str(model.parent))

    def run(call: str, lake: Path | None = None):
        words = [str(lake) if word == "LAKE" else word for word in call.split("|")] if call else []
        if words[:1] in (["score"], ["explain"], ["nightly"]) and "--model" not in words and "--help" not in words:
            words += [] if words[0] == "explain" and "--set" in words else ["--model", str(model)]
        ran = riskscore(*words)
        check(ran, call)
        return ran

    return run


def _defects(folder: Path) -> list[str]:
    """What the reports of defects say, if any of them may not be there."""
    return [report.read_text() for report in folder.glob("defects/*")]


def _modes(*places: Path) -> set[tuple[str, int]]:
    """The kinds and permissions of everything in `places`."""
    found = [path for place in places for path in (place, *place.rglob("*")) if not path.is_symlink()]
    return {("folder" if path.is_dir() else "file", path.stat().st_mode & 0o777) for path in found}


PRIVATE, PUBLIC = {("folder", 0o700), ("file", 0o600)}, {("folder", 0o755), ("file", 0o644)}


@pytest.mark.slow
def test_only_the_owner_reads_what_names_somebody(attack, armoury, night, manifest, tmp_path):
    umask = os.umask(0o022)
    try:
        lake = shutil.copytree(night, tmp_path / "lake", copy_function=shutil.copy2)
        out = tmp_path / "out"
        out.mkdir(0o700)
        for call in (
            f"score|{manifest}|--out|{out}/s.csv|--quarantine|{out}/q.parquet",
            f"explain|{manifest}|--container|TOYU0000001|--waterfall|{out}/w.svg|--sheet|{out}/s.html",
            f"report|--lake|{lake}|--out|{out}/r.html",
            f"lake|export|{lake}|scores|{out}/scores.csv",
            f"slate|sheets|--lake|{lake}|--date|{DAY}|--top|1|--out|{out}/sheets",
            f"alerts|package|{out}/package|--lake|{lake}|--bill|BL00001|--container|TOYU0000001",
            f"alerts|export|{out}/alerts.json|--lake|{lake}",
        ):
            assert attack(call).code == 0, call
        assert _modes(lake, out, night.parent / "inbox" / "reports", night.parent / "inbox" / "done") == PRIVATE | {
            ("file", 0o644)  # the manifest itself, as it was delivered
        }
        assert attack(f"simulate|{tmp_path}/world|--days|2|--per-day|9").code == 0
        assert attack(f"columns|good.csv|--save|{tmp_path}/world/map.toml").code == 0
        assert _modes(tmp_path / "world") == PUBLIC
    finally:
        os.umask(umask)


LIMITED = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)); from riskscore import cli; cli.main()"
)


@pytest.mark.parametrize("out", ["s.csv", "s.parquet", "s.jsonl"])
def test_a_file_that_does_not_fit_is_one_line_and_leaves_what_was_there(out, manifest, model, tmp_path):
    """A limit on the size of files stands for a full disk."""
    (tmp_path / out).write_text("as it was")
    before = sorted(tmp_path.iterdir())
    words = ["score", str(manifest), "--model", str(model), "--out", str(tmp_path / out)]
    ran = subprocess.run([sys.executable, "-c", LIMITED, *words], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: cannot write {tmp_path / out}: ")
    assert ran.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / out).read_text() == "as it was"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: ascii(call)[:60])
def test_a_command_without_a_lake(call, attack, tmp_path):
    attack(call)
    assert _defects(tmp_path) == []


@pytest.mark.slow
def test_commands_on_a_lake(attack, armoury, night, tmp_path):
    lake = shutil.copytree(night, tmp_path / "lake")
    hostile.drop(armoury / "inbox")
    for call in ON_LAKE:
        attack(call, lake)
        assert _defects(tmp_path) == [], call
        shutil.rmtree(tmp_path / "defects", ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("damage", hostile.LAKES)
def test_commands_on_a_damaged_lake(damage, attack, night, tmp_path):
    lake = shutil.copytree(night, tmp_path / "lake")
    hostile.LAKES[damage](lake)
    for call in READERS:
        attack(call, lake)
