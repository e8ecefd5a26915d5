"""A service's own rows: settings are proposed, a model is trained and judged, and rows are scored and explained."""

import json
import tomllib
from pathlib import Path

import declarations
import polars as pl
import pytest

from riskscore import settings
from riskscore.features import own

SAMPLE = Path(__file__).parents[2] / "sample_manifests" / "customs-declarations.toml"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    past = declarations.file(folder, "past.csv", declarations.rows(days=120))
    later = declarations.file(folder, "later.csv", declarations.rows(days=20, first=120))
    return declarations.settings(folder), past, later


@pytest.mark.slow
def test_train_evaluate_score_and_explain_work(riskscore, files, tmp_path):
    ours, past, later = files
    model = tmp_path / "model"
    own_words = ("--settings", ours)
    trained = riskscore("train", "--manifests", past, "--outcomes", past, *own_words, "--out", model)
    assert trained.code == 0, trained.err
    assert json.loads((model / "card.json").read_text())["data"] == "real"
    command = ("evaluate", "--model", model, "--manifests", later, "--outcomes", later, "--history", past, *own_words)
    result = json.loads(riskscore(*command, "--json").out)
    assert result["overall"]["rows"] == 800
    assert result["overall"]["roc_auc"]["value"] > 0.8
    listed = riskscore("score", later, "--history", past, "--model", model, *own_words, "--top", 2)
    assert "Earlier declarations with HS code" in " ".join(listed.out.split())
    number = pl.read_csv(later, infer_schema=False)["Number"][3]
    explained = riskscore("explain", later, "--bill", number, "--history", past, "--model", model, *own_words)
    assert f"Number {number}" in explained.out
    assert "tax type" in explained.out


@pytest.mark.slow
def test_findings_in_the_history_count_and_later_ones_do_not(riskscore, files, tmp_path):
    ours, past, later = files
    model = tmp_path / "model"
    riskscore("train", "--manifests", past, "--outcomes", past, "--settings", ours, "--out", model)

    def scored(*words):
        out = tmp_path / "scored.parquet"
        ran = riskscore("score", later, "--settings", ours, "--model", model, "--out", out, *words)
        assert ran.code == 0, ran.err
        return pl.read_parquet(out).sort("bill_of_lading")["margin"].to_list()

    frame = pl.read_csv(later, infer_schema=False)
    turned = declarations.file(tmp_path, "t.csv", frame.with_columns(Fraud=pl.lit("1")).filter(Day=frame["Day"].max()))
    same = scored("--history", past)
    assert scored("--history", past, "--outcomes", turned) == same
    silent = declarations.file(tmp_path, "silent.csv", pl.read_csv(past, infer_schema=False).drop("Fraud"))
    assert scored("--history", silent) != same


def test_a_field_with_the_answer_is_refused_by_train_and_rows_in_quarantine_are_told(riskscore, files, tmp_path):
    _, past, _ = files
    leak = pl.when(pl.col("Fraud") == "1").then(pl.lit("held")).otherwise(pl.lit("free"))
    frame = pl.read_csv(past, infer_schema=False).with_columns(Step=leak)
    first = pl.int_range(pl.len()) == 0
    frame = frame.with_columns(pl.when(~first).then(name).alias(name) for name in ("Number", "Fraud"))
    leaking = declarations.file(tmp_path, "leaking.csv", frame)
    text = declarations.SETTINGS + "\n[field.step]\nfrom = 'Step'\nkind = 'category'\nvalues = ['free', 'held']\n"
    words = ("--manifests", leaking, "--outcomes", leaking, "--settings", declarations.settings(tmp_path, text))
    ran = riskscore("train", *words, "--out", tmp_path / "model")
    assert ran.code == 2
    assert "warning: In quarantine and not used: 1 of 4,800 rows (" in ran.err
    assert "error: step (1.000) alone tells the" in ran.err
    assert "remove [field.step]" in ran.err
    assert not (tmp_path / "model").exists()


def test_key_and_number_rows_need_propose(riskscore, files):
    _, past, _ = files
    for words, said in (
        (("--key", "Number"), "add --propose"),
        (("--propose", "--key", "Number", "--number-rows"), "contradict each other"),
    ):
        ran = riskscore("columns", past, *words)
        assert ran.code == 2
        assert said in ran.err


def test_propose_prints_valid_settings(riskscore, files):
    _, past, _ = files
    proposed = riskscore("columns", past, "--propose")
    assert proposed.code == 0
    assert settings.parse_settings(tomllib.loads(proposed.out)).key == "Number"


def test_the_sample_settings_give_a_catalogue_and_do_not_read_the_findings(riskscore):
    ours = settings.read_settings(SAMPLE)
    declared = own.catalogue(ours)
    assert "goods_origin_departure_tax_rate_seizure_rate" in declared.names
    read = {field.source for field in ours.read} | set(ours.columns)
    assert not {"Fraud", "Critical Fraud"} & read
    listed = riskscore("features", "--settings", SAMPLE)
    assert "goods_origin_departure_tax_rate_seizure_rate" in listed.out


def test_a_mistake_in_the_settings_is_one_line(riskscore, files, tmp_path):
    _, past, _ = files
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[row]\nkeyy = 'Number'", "utf-8")
    ran = riskscore("columns", past, "--settings", wrong)
    assert ran.code == 2
    assert ran.err == f"error: settings {wrong}: [row] unknown entry 'keyy'; did you mean key?\n"


def test_explain_needs_a_known_key(riskscore, files):
    ours, past, _ = files
    for words in ([], ["--bill", "nowhere"]):
        ran = riskscore("explain", past, "--settings", ours, *words)
        assert ran.code == 2
        assert ran.err.count("\n") == 1
