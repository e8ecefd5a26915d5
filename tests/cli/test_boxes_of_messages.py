"""`riskscore explain` of a box from a message: beside its stow plan, and as a house bill of a consolidation."""

MESSAGES = "sample_manifests/messages"
BOX = ("--container", "NRDU4101873", "--bill", "NRDLGYE260703")
NEEDS = "on the stow plan, not on the manifest: needs the stow plan"


def test_a_stow_plan_settles_what_needs_it(riskscore):
    alone = riskscore("explain", f"{MESSAGES}/cuscar.edi", *BOX)
    beside = riskscore("explain", f"{MESSAGES}/cuscar.edi", *BOX, "--stow-plan", f"{MESSAGES}/baplie.edi")
    assert NEEDS in " ".join(alone.out.split())
    assert NEEDS not in " ".join(beside.out.split())
    assert "stow plan: nothing differs for this box" in beside.out


def test_a_house_bill_says_that_the_container_is_shared(riskscore, tmp_path):
    box = ("--container", "DFSU3308618", "--bill", "ANG260092", "--sheet", tmp_path / "sheet.html")
    explained = riskscore("explain", f"{MESSAGES}/scmtr.json", *box)
    assert "other house bills may have goods in it" in " ".join(explained.out.split())
    assert "other house bills may share this container" in (tmp_path / "sheet.html").read_text()
