"""Audit packs: one framework, one period, as it stood, and what was tampered with is named."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harmonizer as hz
from harmonizer import cli
from harmonizer.errors import DataError, UnknownNameError, UsageError
from harmonizer.programme.journal import Change
from harmonizer.reports.pack_check import verify_pack
from harmonizer.reports.withheld import WITHHELD, Guard

PERIOD = "2026-01-01/2026-06-30"
MARCH, MAY, JULY = (datetime(2026, month, 2, 12, tzinfo=UTC) for month in (3, 5, 7))
LEAKY = "also for HIPAA, 45 CFR 164.312(d), hipaa:164.308(a)(3)(i)"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of the AI platform with a past: what stood in March, May and July differs."""
    folder = tmp_path_factory.mktemp("pack") / "w"
    assert CliRunner().invoke(cli.app, ["init", str(folder), "--example", "ai-platform"]).exit_code == 0
    kg = hz.load(folder)
    source = folder.parent / "hipaa-users.csv"
    source.write_text("ann\nben\n")
    register, assessment = kg.programme.register, kg.assessment
    assessment.record([Change("control", "sso-with-mfa", "status", "in progress"),
                       Change("control", "sso-with-mfa", "owner", "Ann"),
                       Change("control", "sso-with-mfa", "notes", LEAKY),
                       Change("control", "combined-vendor-agreement-set", "status", "implemented"),
                       Change("control", "separate-administrator-accounts", "status", "not applicable"),
                       Change("control", "separate-administrator-accounts", "reason_code", "risk accepted")],
                      author="ann", at=MARCH)  # fmt: skip
    register.add(str(source), controls=["sso-with-mfa"], title="Users (HIPAA)", kind="user list", notes=LEAKY,
                 origin="identity provider", collected="2026-03-01", at=MARCH)  # fmt: skip
    register.add("https://evidence.example/hipaa/baa", controls=["combined-vendor-agreement-set"],
                 kind="signed agreement", collected="2026-03-01", at=MARCH)  # fmt: skip
    assessment.record([Change("requirement", "soc2:CC6.1", "finding", "partly"),
                       Change("requirement", "soc2:CC6.1", "notes", f"two accounts were shared; {LEAKY}"),
                       Change("requirement", "hipaa:164.312(d)", "finding", "not met at all")], author="eve", at=MAY)  # fmt: skip
    assessment.record([Change("control", "sso-with-mfa", "status", "implemented"),
                       Change("requirement", "soc2:CC6.1", "finding", "met")], author="ann", at=JULY)  # fmt: skip
    source.write_text("ann\n")
    register.add(str(source), controls=["sso-with-mfa"], kind="user list", collected="2026-07-01", at=JULY)
    return folder


def packed(workspace: Path, path: Path, framework: str = "soc2", **options: object) -> dict[str, bytes]:
    """The parts of a pack."""
    as_of = str(options.pop("as_of", ""))
    hz.load(workspace, as_of=as_of).audit_pack(framework, path, **{"period": PERIOD, **options})  # type: ignore[arg-type]
    return contents(path.read_bytes())


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpacked(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every part, and of a part that is a zip itself (a workbook) its parts too."""
    found = dict(parts)
    for name, data in parts.items():
        if data.startswith(b"PK"):
            found |= {f"{name}!{inner}": content for inner, content in unpacked(contents(data)).items()}
    return found


def table(parts: Mapping[str, bytes], name: str) -> dict[str, dict[str, str]]:
    """A table of the pack, by its first column."""
    rows = list(csv.DictReader(io.StringIO(parts[name].decode())))
    return {next(iter(row.values())): row for row in rows}


@pytest.fixture(scope="module")
def pack(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packs") / "soc2.zip"
    packed(workspace, path)
    return path


def test_nothing_of_another_framework_is_in_any_byte_of_any_part(pack: Path, workspace: Path) -> None:
    parts = unpacked(contents(pack.read_bytes()))
    assert any(name.startswith("control-matrix.xlsx!xl/worksheets/") for name in parts)
    kg = hz.load(workspace)
    guard = Guard(kg.index, [kg.index.framework("soc2")])
    for name, data in parts.items():
        folded = data.lower() + name.lower().encode()
        for word in (b"hipaa", b"164.", b"gdpr", b"pci dss", b"45 cfr", b"ephi", b"health information"):
            assert word not in folded, (name, word)
        assert not guard.names(data.decode("utf-8", errors="ignore")), name
    assert WITHHELD in parts["controls.csv"].decode()  # the notes named it, so something was taken out


def test_the_workbook_of_a_pack_is_filtered_too_and_says_nothing_of_cost(pack: Path, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    path = tmp_path / "matrix.xlsx"
    path.write_bytes(contents(pack.read_bytes())["control-matrix.xlsx"])
    book = CalamineWorkbook.from_path(str(path))
    controls = book.get_sheet_by_name("Controls").to_python()
    heading = next(row for row in controls if "Statement" in row)
    rows = {str(row[0]): dict(zip(heading, row, strict=True)) for row in controls}
    assert (rows["sso-with-mfa"]["Status"], rows["sso-with-mfa"]["Owner"]) == ("in progress", "Ann")
    assert WITHHELD in str(rows["sso-with-mfa"]["Notes"])
    assert "Effort" not in heading
    assert not any("person-days" in str(cell) for name in book.sheet_names
                   for row in book.get_sheet_by_name(name).to_python() for cell in row)  # fmt: skip


def test_ordinary_words_are_not_taken_for_another_framework(workspace: Path) -> None:
    kg = hz.load(workspace)
    for slug in kg.index.frameworks:
        guard = Guard(kg.index, [kg.index.framework(slug)])
        for word in ("privacy", "Requirements", "regulations", "administrator", "adored", "version 3.5.1", "e.g. (a)"):
            assert guard.text(word) == word, (slug, word)


def test_another_framework_is_in_it_only_where_it_is_asked_for(workspace: Path, tmp_path: Path) -> None:
    parts = packed(workspace, tmp_path / "both.zip", include=["hipaa"])
    assert table(parts, "requirements.csv")["hipaa:164.312(d)"]["finding"] == "not met at all"
    assert LEAKY in parts["controls.csv"].decode()
    assert "statement-of-applicability-hipaa.csv" in parts
    assert all(b"gdpr" not in data.lower() for data in unpacked(parts).values())


def test_a_pack_shows_the_state_at_the_end_of_its_period(pack: Path, workspace: Path, tmp_path: Path) -> None:
    then = contents(pack.read_bytes())
    assert table(then, "controls.csv")["sso-with-mfa"]["status"] == "in progress"
    assert table(then, "requirements.csv")["soc2:CC6.1"]["finding"] == "partly"
    assert len(table(then, "evidence.csv")) == 2
    assert {row["author"] for row in table(then, "history.csv").values()} == {"ann", "eve"}
    later = packed(workspace, tmp_path / "later.zip", as_of="2026-07-31")
    assert table(later, "controls.csv")["sso-with-mfa"]["status"] == "implemented"
    assert table(later, "requirements.csv")["soc2:CC6.1"]["finding"] == "met"
    assert len(table(later, "evidence.csv")) == 2  # what was collected in July says nothing of the period
    before = packed(workspace, tmp_path / "before.zip", period="2025-07-01/2025-12-31")
    assert not table(before, "evidence.csv")
    assert all(row["status"] == "not started" for row in table(before, "controls.csv").values())


def test_each_requirement_says_what_meets_and_shows_it_and_exceptions_are_listed(pack: Path) -> None:
    parts = contents(pack.read_bytes())
    row = table(parts, "requirements.csv")["soc2:CC6.1"]
    assert (row["applies"], row["controls"], row["met"]) == ("yes", "sso-with-mfa", "in some parts")
    artefacts = table(parts, "evidence.csv")
    assert row["evidence"] in artefacts
    kept = artefacts[row["evidence"]]
    assert parts[kept["file"]] == b"ann\nben\n" and kept["sha256"] in kept["file"]
    rows = list(csv.DictReader(io.StringIO(parts["exceptions.csv"].decode())))
    said = {(row["what"], row["state"]): row["reason"] for row in rows}
    assert said["separate-administrator-accounts", "not applicable"] == "risk accepted"
    assert said["sso-with-mfa", "in progress"] == "not implemented"
    assert said["soc2:CC6.1", "partly"].startswith("two accounts were shared")
    assert said["soc2:CC1.1", "met in no part"]
    assert table(parts, "requirements.csv")["soc2:P1.1"]["applies"] == "no"


def test_equal_state_makes_equal_bytes_and_the_manifest_names_every_part(
    pack: Path, workspace: Path, tmp_path: Path
) -> None:
    packed(workspace, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == pack.read_bytes()
    parts = contents(pack.read_bytes())
    assert set(json.loads(parts["MANIFEST.json"])["files"]) == set(parts) - {"MANIFEST.json"}
    assert not verify_pack(pack).rows


def repacked(pack: Path, path: Path, changes: Mapping[str, bytes | None]) -> Path:
    """The pack with parts changed, added, or (None) left out."""
    parts: dict[str, bytes | None] = {**contents(pack.read_bytes()), **changes}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)
    return path


@pytest.mark.parametrize("place", range(10))
def test_each_part_that_was_changed_or_left_out_is_named(pack: Path, tmp_path: Path, place: int) -> None:
    names = sorted(set(contents(pack.read_bytes())) - {"MANIFEST.json"})
    name = names[place % len(names)]
    data = bytearray(contents(pack.read_bytes())[name])
    data[len(data) // 2] ^= 1
    for number, (change, verdict) in enumerate(
        ((bytes(data), "changed"), (bytes(data) + b"x", "changed"), (None, "missing"))
    ):
        changed = repacked(pack, tmp_path / f"{number}.zip", {name: change})
        assert [(row["file"], row["verdict"]) for row in verify_pack(changed)] == [(name, verdict)]


def test_what_was_added_is_named_and_the_command_ends_with_1(pack: Path, tmp_path: Path) -> None:
    changed = repacked(pack, tmp_path / "more.zip", {"evidence/extra.txt": b"x", "README.md": b"other"})
    result = CliRunner().invoke(cli.app, ["verify-pack", str(changed), "--format", "csv"])
    assert result.exit_code == 1
    assert "README.md,changed," in result.output and "evidence/extra.txt,added," in result.output
    assert CliRunner().invoke(cli.app, ["verify-pack", str(pack)]).exit_code == 0


def test_a_damaged_byte_of_the_zip_is_noticed(pack: Path, tmp_path: Path) -> None:
    data = bytearray(pack.read_bytes())
    with zipfile.ZipFile(pack) as archive:
        entry = archive.getinfo("control-matrix.xlsx")
    data[entry.header_offset + 500] ^= 255
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(data)
    assert [row["file"] for row in verify_pack(damaged)] == ["control-matrix.xlsx"]


@pytest.mark.parametrize("data", [b"", b"no zip", None])
def test_what_is_no_pack_is_refused(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "x.zip"
    if data is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("MANIFEST.json", json.dumps({"format": "other", "files": {}}))
    else:
        path.write_bytes(data)
    with pytest.raises(DataError):
        verify_pack(path)


def test_a_tampered_artefact_is_not_packed(workspace: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "w"
    shutil.copytree(workspace, copy, ignore=shutil.ignore_patterns(".harmonizer"))
    for path in (copy / "evidence").iterdir():
        path.write_bytes(b"mallory")
    with pytest.raises(DataError, match="was changed after it was registered"):
        hz.load(copy).audit_pack("soc2", tmp_path / "x.zip", period=PERIOD)
    assert not (tmp_path / "x.zip").exists()


def test_evidence_that_names_another_framework_is_warned_of(workspace: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "w"
    shutil.copytree(workspace, copy, ignore=shutil.ignore_patterns(".harmonizer"))
    memo = tmp_path / "memo.txt"
    memo.write_text("Our HIPAA review of 164.312(d)")
    kg = hz.load(copy)
    kg.programme.register.add(str(memo), controls=["sso-with-mfa"], collected="2026-06-01", name="memo", at=JULY)
    made = hz.load(copy, as_of="2026-07-31").audit_pack("soc2", tmp_path / "x.zip", period=PERIOD)
    assert made.warnings == ("the artefact memo (memo.txt) names HIPAA: look at it before it is sent",)


def test_questions_that_cannot_be_answered_say_why(workspace: Path, tmp_path: Path) -> None:
    kg = hz.load(workspace)
    with pytest.raises(UsageError, match="is not a period"):
        kg.audit_pack("soc2", tmp_path / "x.zip", period="2026")
    with pytest.raises(UnknownNameError, match="did you mean soc2"):
        kg.audit_pack("soc", tmp_path / "x.zip", period=PERIOD)
    with pytest.raises(UsageError, match="--workspace DIR"):
        hz.load().audit_pack("soc2", tmp_path / "x.zip", period=PERIOD)
