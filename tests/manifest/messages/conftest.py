"""The samples of messages that the project ships."""

from pathlib import Path

import pytest

from riskscore.manifest.read import read


@pytest.fixture
def sample_path() -> Path:
    return Path(__file__).parents[3] / "sample_manifests" / "messages"


@pytest.fixture
def sample(sample_path):
    return lambda name: read(sample_path / name)
