"""`riskscore score`: the printed list, the file for other programs, and no row lost."""

import csv
import json
import re

import polars as pl
import pytest

from riskscore.schema import UTC
from riskscore.views import console

COLUMNS = [
    "bill_of_lading", "container_number", "filed_at", "port_of_loading", "port_of_discharge", "probability", "margin",
    "rank", "reasons", "mitigating", "not_assessed", "model", "catalogue", "scored_at",
]  # fmt: skip
REASON = ["indicator", "feature", "sentence", "check", "contribution"]


def test_the_list_shows_the_riskiest_with_three_reasons_in_a_hundred_columns(riskscore, manifest, model):
    ran = riskscore("score", manifest, "--model", model, "--top", 4)
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 100
    assert "\x1b" not in ran.out
    assert len(set(re.findall(r"TOYU\d{7}", ran.out))) == 4
    assert [line.split()[0] for line in ran.out.splitlines() if re.match(r"^ \d+ ", line)] == ["1", "2", "3", "4"]
    blocks = re.split(r"\n \d+ +[<\d]", ran.out)[1:]
    assert all(1 <= block.count("  - ") <= 3 for block in blocks)
    assert "consignee: TRADER" in ran.out
    assert "40 rows read = 40 accepted + 0 in quarantine; 40 consignments" in ran.out
    assert "Model small, trained on simulated data." in ran.out


def test_a_house_bill_stands_in_full_under_its_master_bill():
    assert console.bill("MASTER4711 / HOUSE-4711-01", 24) == "MASTER4711 /\nHOUSE-4711-01"
    assert console.bill("B1", 24) == "B1"
    assert console.bill("B" * 40, 24) == "B" * 21 + "..."


def test_ten_consignments_are_shown_by_default(riskscore, manifest, model):
    listed = json.loads(riskscore("score", manifest, "--model", model, "--json").out)
    assert [row["rank"] for row in listed["ranked"]] == list(range(1, 11))
    assert listed["consignments"] == 40
    assert set(COLUMNS) <= set(listed["ranked"][0])
    assert list(listed["ranked"][0]["reasons"][0]) == REASON


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".csv"])
def test_the_file_has_all_consignments_riskiest_first(riskscore, manifest, model, suffix):
    out = manifest.with_name("ranked" + suffix)
    ran = riskscore("score", manifest, "--model", model, "--out", out, "--explain-share", "0.1", "--top", 1)
    assert ran.code == 0
    assert str(out) in ran.out.replace("\n", "")
    read = {".parquet": pl.read_parquet, ".jsonl": pl.read_ndjson, ".csv": pl.read_csv}[suffix]
    ranked = read(out)
    assert ranked.columns == COLUMNS
    assert ranked["rank"].to_list() == list(range(1, 41))
    assert ranked["margin"].is_sorted(descending=True)
    assert ranked["container_number"].n_unique() == 40
    assert ranked["reasons"].is_not_null().sum() == 4
    if suffix == ".parquet":
        assert ranked["scored_at"].dtype == UTC
        assert [field.name for field in ranked["reasons"].dtype.inner.fields] == REASON
    if suffix == ".csv":
        assert json.loads(ranked["reasons"][0])[0]["sentence"]


def test_formulas_are_defused_in_csv(riskscore, manifest, model, consignments):
    consignments.with_columns(bill_of_lading=pl.format("=CMD{}", "bill_of_lading")).write_csv(manifest)
    out, refused = manifest.with_name("o.csv"), manifest.with_name("q.csv")
    assert riskscore("score", manifest, "--model", model, "--out", out, "--quarantine", refused).code == 0
    cells = [cell for path in (out, refused) for row in csv.reader(path.open()) for cell in row]
    assert any(cell.startswith("'=CMD") for cell in cells)
    assert not [cell for cell in cells if cell.startswith("=")]


def test_refused_rows_are_complete_in_quarantine_and_the_counts_add_up(riskscore, manifest, model, consignments):
    broken = consignments.with_row_index("row").with_columns(
        filed_at=pl.when(pl.col("row") % 10 == 0).then(pl.lit("one fine day")).otherwise("filed_at")
    )
    broken.drop("row").write_csv(manifest)
    refused = manifest.with_name("refused.csv")
    ran = riskscore("score", manifest, "--model", model, "--quarantine", refused)
    assert "40 rows read = 36 accepted + 4 in quarantine" in ran.out
    rows = pl.read_csv(refused)
    assert rows["value"].to_list() == ["one fine day"] * 4
    assert rows["line"].to_list() == [2, 12, 22, 32]
    assert "TOYU0000010" in rows["row"][1]
    assert "--quarantine FILE" in riskscore("score", manifest, "--model", model).out


def test_an_empty_manifest_is_not_an_error(riskscore, manifest, model, consignments):
    consignments.clear().write_csv(manifest)
    out = manifest.with_name("o.parquet")
    ran = riskscore("score", manifest, "--model", model, "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert "no consignments" in ran.out
    assert pl.read_parquet(out).columns == COLUMNS
    assert pl.read_parquet(out).is_empty()
    assert json.loads(riskscore("score", manifest, "--model", model, "--json").out)["ranked"] == []


def test_a_manifest_with_only_refused_rows_is_not_an_error(riskscore, manifest, model, consignments):
    consignments.with_columns(filed_at=pl.lit("soon")).write_csv(manifest)
    refused = manifest.with_name("q.jsonl")
    ran = riskscore("score", manifest, "--model", model, "--quarantine", refused)
    assert ran.code == 0
    assert "40 rows read = 0 accepted + 40 in quarantine" in ran.out
    assert pl.read_ndjson(refused).height == 40


def test_history_can_be_files_a_repeated_option_a_folder_or_a_pattern(riskscore, manifest, model, past):
    folder, outcomes = past
    days = sorted(folder.iterdir())
    histories = [
        ["--history", *days],
        ["--history", days[0], "--history", days[1]],
        ["--history", folder],
        ["--history", folder / "*.csv"],
    ]
    outs = [manifest.with_name(f"{number}.parquet") for number in range(len(histories))]
    for history, out in zip(histories, outs, strict=True):
        assert riskscore("score", manifest, *history, "--outcomes", outcomes, "--model", model, "--out", out).code == 0
    margins = [pl.read_parquet(out)["margin"].to_list() for out in outs]
    assert margins[1:] == margins[:1] * 3
    without = manifest.with_name("alone.parquet")
    riskscore("score", manifest, "--model", model, "--out", without)
    assert pl.read_parquet(without)["margin"].to_list() != margins[0]


def test_several_manifests_are_ranked_as_one(riskscore, manifest, model, consignments):
    second = manifest.with_name("second.jsonl")
    consignments.with_columns(bill_of_lading=pl.format("X{}", "bill_of_lading")).write_ndjson(second)
    listed = json.loads(riskscore("score", manifest, second, "--model", model, "--json").out)
    assert listed["rows"] == listed["consignments"] == 80


def test_a_column_map_names_an_unknown_heading(riskscore, manifest, model, consignments):
    consignments.rename({"container_number": "Kiste"}).write_csv(manifest)
    assert riskscore("score", manifest, "--model", model).code == 2
    ours = manifest.with_name("ours.toml")
    ours.write_text('[columns]\n"Kiste" = "container_number"\n')
    assert riskscore("score", manifest, "--model", model, "--columns", ours).code == 0


def test_control_characters_are_not_printed(riskscore, manifest, model, consignments):
    hostile = "\x1b[31mred\x07 [bold]markup[/bold] \u202etxt\u0000 {value} \u200bx"
    consignments.with_columns(consignee_name=pl.lit(hostile), goods_description=pl.lit(hostile)).write_ndjson(
        path := manifest.with_name("hostile.jsonl")
    )
    for command in (["score", path], ["explain", path, "--container", "TOYU0000003"]):
        ran = riskscore(*command, "--model", model)
        assert ran.code == 0
        assert not set(ran.out) & set("\x1b\x07\u202e\x00\u200b")
        assert "[bold]markup[/bold]" in " ".join(ran.out.split())


def test_the_same_input_gives_the_same_ranking(riskscore, manifest, model):
    outs = [manifest.with_name(name) for name in ("a.parquet", "b.parquet")]
    for out in outs:
        riskscore("score", manifest, "--model", model, "--out", out)
    first, second = (pl.read_parquet(out).drop("scored_at") for out in outs)
    assert first.equals(second)


def test_without_history_a_warning_is_printed(riskscore, manifest, model, past):
    warning = "every party, lane and box looks new"
    for command in (["score", manifest], ["explain", manifest, "--container", "TOYU0000001"]):
        assert warning in riskscore(*command, "--model", model).out
        assert warning not in riskscore(*command, "--model", model, "--history", past[0]).out


@pytest.mark.parametrize(("columns", "width"), [(40, 60), (60, 60), (100, 100), (300, 140)])
def test_the_list_fits_the_terminal(columns, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert console.stdout().width == width
