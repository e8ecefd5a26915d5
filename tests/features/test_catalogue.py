"""The catalogue declares what the code computes, covers the red flags, and has complete sentences."""

from string import Formatter

import pytest

from riskscore import folders
from riskscore.errors import CatalogueError
from riskscore.explanation.sentences import absent_sentence
from riskscore.features import build, catalogue

CATALOGUE = catalogue.load()


def test_declared_and_computed_features_are_the_same():
    assert list(build.functions()) == CATALOGUE.names


def test_the_catalogue_is_broad():
    assert len(CATALOGUE.names) >= 80
    assert len(CATALOGUE.measured) >= 42


def test_each_of_the_61_flags_is_measured_or_states_what_it_needs():
    assert set(CATALOGUE.flags) == set(range(1, 62))
    assert not set(CATALOGUE.measured) & set(CATALOGUE.unassessable)
    assert set(CATALOGUE.measured) | set(CATALOGUE.unassessable) == set(CATALOGUE.flags)


@pytest.mark.parametrize("feature", CATALOGUE.features.values(), ids=lambda feature: feature.name)
def test_a_feature_has_complete_sentences(feature):
    for sentence in (feature.reason, feature.check, *([feature.relief] if feature.relief else [])):
        assert sentence[0].isupper() or sentence[0] in "{\"'", sentence
        assert sentence[-1] in ".?", sentence
    assert feature.meaning and feature.unit and feature.source


@pytest.mark.parametrize("feature", CATALOGUE.features.values(), ids=lambda feature: feature.name)
def test_a_feature_without_a_value_is_told_without_mathematics(feature):
    assert "log" not in absent_sentence(feature).replace("catalogue", "")


def test_an_uncomputed_feature_is_named(tmp_path, monkeypatch):
    for file in folders.features().glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "goods.toml").open("a") as goods:
        goods.write('\n[smell]\nmeaning="m"\nunit="u"\ndirection=0\nneeds=[]\nreason="R."\ncheck="C."\nsource="s"\n')
    monkeypatch.setattr(folders, "features", lambda: tmp_path)
    catalogue.load.cache_clear()
    try:
        with pytest.raises(CatalogueError, match="declared in features/ but not computed: smell"):
            build.functions()
    finally:
        catalogue.load.cache_clear()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("[smell]\nunit='u'", "lacks 'meaning'"),
        ("[smell", "not valid TOML"),
        (
            "[smell]\nindicator=99\nmeaning='m'\nunit='u'\ndirection=0\nneeds=[]\nreason='R.'\ncheck='C.'\nsource='s'",
            "unknown flag",
        ),
    ],
)
def test_a_malformed_catalogue_gives_one_clear_error(entry, message, tmp_path, monkeypatch):
    for file in folders.features().glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "goods.toml").write_text(entry)
    monkeypatch.setattr(folders, "features", lambda: tmp_path)
    catalogue.load.cache_clear()
    try:
        with pytest.raises(CatalogueError, match=message):
            catalogue.load()
    finally:
        catalogue.load.cache_clear()


def test_template_fields_are_plain_names():
    for feature in CATALOGUE.features.values():
        for _, field, _, _ in Formatter().parse(feature.reason + feature.relief):
            assert field is None or field.isidentifier(), feature.name
