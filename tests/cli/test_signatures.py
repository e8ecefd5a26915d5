"""`riskscore keys`, `models sign | verify`, `alerts sign | verify`, and what needs a signature then."""

import json
import shutil

import pytest

from riskscore.lake.open import create_lake


@pytest.fixture
def settings(riskscore, tmp_path):
    """Settings that ask for signatures with the key in maker.pem."""
    made = json.loads(riskscore("keys", tmp_path / "maker.pem", "--json").out)
    assert "PRIVATE" not in json.dumps(made)
    keys = json.dumps([made["public_key"]])
    (tmp_path / "asking.toml").write_text(f"[signatures]\nmodels = {keys}\nalerts = {keys}\n")
    return tmp_path / "asking.toml"


def test_a_model_without_the_signature_that_is_asked_for_scores_nothing(riskscore, settings, model, manifest, tmp_path):
    model = shutil.copytree(model, tmp_path / "mine")
    command = ["score", manifest, "--model", model, "--settings", settings, "--json"]
    ran = riskscore(*command)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "is not signed" in ran.err
    assert riskscore("models", "verify", model, "--settings", settings).code == 2
    assert riskscore("models", "sign", model, "--key", tmp_path / "maker.pem").code == 0
    assert "signed with a key of the settings" in riskscore("models", "verify", model, "--settings", settings).out
    assert riskscore(*command).code == 0


def test_alerts_without_the_signature_that_is_asked_for_are_not_imported(riskscore, settings, tmp_path):
    create_lake(tmp_path / "lake")
    alerts = tmp_path / "list.csv"
    alerts.write_text("id,kind,name,reason,provider\n1,party,Hai An Trading,seen,Customs of Freedonia\n")
    command = ["alerts", "import", alerts, "--lake", tmp_path / "lake", "--settings", settings]
    ran = riskscore(*command)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "is not signed" in ran.err
    assert riskscore("alerts", "sign", alerts, "--key", tmp_path / "maker.pem").code == 0
    assert riskscore("alerts", "verify", alerts, "--settings", settings).code == 0
    assert "1 new" in riskscore(*command).out
