"""`riskscore columns` says what every message is, a manifest or not."""

import json
from pathlib import Path

from riskscore.cli import main

MESSAGES = Path(__file__).parents[2] / "sample_manifests" / "messages"


def run(*words: str) -> int:
    try:
        main(["columns", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_a_stow_plan_is_shown_with_what_is_aboard(capsys):
    assert run(str(MESSAGES / "baplie.edi"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["boxes_aboard"] == 4
    assert "stow plan" in told["left_aside"]


def test_a_message_that_is_no_manifest_is_named(tmp_path, capsys):
    (tmp_path / "b.edi").write_text("UNB+UNOA:2+A+B+240501:0800+1'UNH+1+IFTMBC:D:99B:UN'BGM+770+X+9'UNT+3+1'UNZ+1+1'")
    assert run(str(tmp_path / "b.edi")) == 0
    assert "a booking confirmation (EDIFACT IFTMBC), not a manifest" in " ".join(capsys.readouterr().out.split())
