"""The superset leaves as OSCAL that holds against NIST's schema and comes back as it left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from oscal_bindings.v1 import models as nist  # generated from NIST's published JSON schema of OSCAL 1.2

import harmonizer as hz
from harmonizer.formats.oscal.catalog import faults, places
from harmonizer.formats.oscal.documents import read
from harmonizer.formats.oscal.frameworks import export_catalog
from harmonizer.formats.oscal.resolve import resolve
from harmonizer.formats.registry import bring_in
from harmonizer.formats.workspace_files import write
from harmonizer.reports.oscal_plan import FILES

MODELS: dict[str, Any] = {"catalog": nist.CatalogDocument, "profile": nist.ProfileDocument,
          "mapping-collection": nist.MappingCollectionDocument,
          "component-definition": nist.ComponentDefinitionDocument}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("oscal")
    hz.load().export_oscal(target, "nyc-ll144")
    return target


@pytest.mark.parametrize("kind", FILES)
def test_each_document_holds_against_the_schema(kind: str, folder: Path) -> None:
    MODELS[kind].model_validate_json((folder / FILES[kind]).read_text())
    assert read(folder / FILES[kind]).kind == kind


def test_the_same_state_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    hz.load().export_oscal(tmp_path, "nyc-ll144")
    assert {name: (tmp_path / name).read_bytes() for name in FILES.values()} == {
        name: (folder / name).read_bytes() for name in FILES.values()}  # fmt: skip


def test_the_profile_selects_the_controls_of_the_plan(folder: Path) -> None:
    catalog = read(folder / FILES["catalog"])
    found, told = resolve(read(folder / FILES["profile"]), [catalog])
    assert (told, faults(catalog)) == ([], [])
    assert [place.id for place in places(found.body)] == list(hz.load().solve("nyc-ll144").controls)


def test_the_catalog_comes_back_deep_equal(folder: Path, tmp_path: Path) -> None:
    write(bring_in([folder / FILES["catalog"]], lambda: hz.load().index, slug="own"), tmp_path)
    assert export_catalog(tmp_path, "own", tmp_path / "out.json") == []
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads((folder / FILES["catalog"]).read_text())


def test_the_mappings_name_requirements_that_exist_and_state_what_the_plan_does(folder: Path) -> None:
    plan = hz.load().solve("nyc-ll144")
    expected = {(row["control"], requirement) for row in plan for requirement in str(row["nyc-ll144"]).split("; ")
                if requirement}  # fmt: skip
    (table,) = bring_in([folder / FILES["mapping-collection"]], lambda: hz.load().index).files.values()
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith(("#", "subject_id"))]
    assert {(row[0].partition(":")[2], row[3].partition(":")[2]) for row in rows} == expected
    assert {row[3].partition(":")[0] for row in rows} == {"nyc-ll144"}
    whole = {(control, key.partition(":")[2]) for control, detail in plan.details.items() for key in detail.whole}
    stated = {(row[0].partition(":")[2], row[3].partition(":")[2]) for row in rows if row[1] == "skos:narrowMatch"}
    assert stated == whole & expected
    assert stated
