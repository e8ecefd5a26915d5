"""Our tokenizer of EDIFACT and the library pydifact split the same messages into the same segments."""

import io
import warnings
from pathlib import Path

import pytest
from pydifact.parser import Parser

from riskscore.manifest.formats.messages.un_edifact.segments import Elements, Segments

MESSAGES = sorted((Path(__file__).parents[3] / "sample_manifests" / "messages").glob("*.edi"))
RELEASED = (
    "UNA:+.? 'UNB+UNOC:3+A+B+240501:0800+1'UNH+1+CUSCAR:D:95B:UN'FTX+AAA+++TEA?+COFFEE ?: 5?'6 ??'UNT+3+1'UNZ+1+1'"
)


def by_pydifact(text: str) -> list[Elements]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that its own service directory is incomplete
        return [
            [[segment.tag], *([part] if isinstance(part, str) else list(part) for part in segment.elements)]
            for segment in Parser().parse(text)
            if segment.tag != "UNA"
        ]


def ours(data: bytes) -> list[Elements]:
    segments = Segments(io.BytesIO(data), data)
    segments.declare("UNOC")
    return list(segments)


@pytest.mark.parametrize("path", [path for path in MESSAGES if "x12" not in path.name], ids=lambda path: path.name)
def test_the_samples_have_the_same_segments(path: Path) -> None:
    segments = ours(path.read_bytes())
    assert len(segments) > 20
    assert segments == by_pydifact(path.read_text("latin-1"))


def test_released_characters_mean_the_same() -> None:
    segments = ours(RELEASED.encode("latin-1"))
    assert segments == by_pydifact(RELEASED)
    assert segments[2][-1] == ["TEA+COFFEE : 5'6 ?"]
