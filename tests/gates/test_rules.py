"""Rules are checked as a whole: every mistake is told with its line and the nearest that would be right."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harmonizer as hz
from harmonizer.errors import DataError
from harmonizer.gates.rules import BiasRule, check_names, read_rules

BIAS = """
[[rule]]
id = "bias"
kind = "bias"
predictions = "predictions.csv"
attributes = ["sex", ["sex", "race"]]
limits = { selection-rate-ratio = 0.8 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "gates.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(DataError) as caught:
        read_rules(written(folder, text))
    return str(caught.value)


def test_what_a_rule_leaves_open_has_a_default(tmp_path: Path) -> None:
    (rule,) = read_rules(written(tmp_path, 'name = "x"\n' + BIAS)).rules
    assert isinstance(rule, BiasRule)
    assert rule.attributes == (("sex",), ("sex", "race"))
    assert (rule.label, rule.prediction, rule.judge_by) == ("label", "prediction", "estimate")
    assert (rule.minimum_group, rule.confidence, rule.seed) == (30, 0.95, 0)


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """nam = "Release"
[[rule]]
id = "Bias One"
kind = "bias"
predictions = "p.csv"
metrics = "m.json"
atributes = ["sex"]
judge_by = "intervall"
minimum_group = 0
confidence = "high"
[rule.limits]
selection-rate-ration = 0.8
equal-opportunity-difference = 3

[[rule]]
id = "cover"
kind = "covrage"

[[rule]]
id = "cover"
kind = "coverage"
minimum = 0.5
"""
    message = refused(tmp_path, text)
    for line, words in (
        (1, "unknown field 'nam'; did you mean name?"),
        (3, "'id' is 'Bias One'; expected lower-case letters, digits and hyphens"),
        (5, "either predictions (CSV) or metrics (JSON)"),
        (7, "unknown field 'atributes'; did you mean attributes"),
        (8, "unknown judge_by 'intervall'; did you mean interval?"),
        (9, "'minimum_group' is 0; expected a whole number from 1"),
        (10, "'confidence' is 'high'; expected a number"),
        (12, "unknown metric 'selection-rate-ration'; did you mean selection-rate-ratio?"),
        (13, "'equal-opportunity-difference' of 'limits' is 3; expected a number from 0 to 1"),
        (17, "unknown kind 'covrage'; did you mean coverage?"),
        (20, "the id 'cover' stands twice"),
        (19, "a coverage rule names its frameworks"),
    ):
        assert re.search(rf"gates\.toml:{line}: [^\n]*{re.escape(words)}", message), (line, words, message)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('reference = { sexx = "male" }', "unknown attribute 'sexx'; did you mean sex?"),
        ('leave_out = { sex = [] }\nscore = "s"', "score and score_threshold are given together"),
        ('prediction = "p"\nscore = "s"\nscore_threshold = 0.5', "either a prediction or a score"),
        ("minimum_group = true", "'minimum_group' is True"),
        ("limits = {}", "not well-formed TOML"),
        ('label = ""', "'label' is ''; expected a text"),
    ],
)
def test_rules_that_do_not_fit_together_are_refused(tmp_path: Path, more: str, words: str) -> None:
    assert words in refused(tmp_path, f'name = "x"\n{BIAS}{more}\n')


FIELDS = sorted({*BiasRule.__dataclass_fields__, "frameworks", "minimum", "trained_elsewhere", "kind"} - {"line"})
VALUES = ['"x"', '""', "3", "-1", "0.5", "nan", "inf", "true", "[]", "[1]", '["sex"]', '[["sex"]]', "{}", "{ a = 1 }",
          '{ sex = "f" }', '{ sex = ["f"] }', "{ selection-rate-ratio = true }", "1e999", "1979-05-27",
          '"\\u0000"', "[[[]]]"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["bias", "coverage", "evidence", "lineage"]),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES)),
)
def test_whatever_a_field_holds_it_is_read_or_refused_with_its_place(kind: str, fields: dict[str, str]) -> None:
    lines = [f"{key} = {value}" for key, value in ({"kind": f'"{kind}"', "id": '"a"'} | fields).items()]
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), 'name = "x"\n[[rule]]\n' + "\n".join(lines))
        try:
            read_rules(path)
        except DataError as error:
            assert error.line


@pytest.mark.parametrize("text", ["", 'name = "x"\n', 'name = "x"\nrule = 3\n'])
def test_a_file_without_rules_is_refused(tmp_path: Path, text: str) -> None:
    assert "'rule' is" in (message := refused(tmp_path, text)) or "the field 'rule' is missing" in message


def test_a_limit_that_nothing_can_break_is_refused(tmp_path: Path) -> None:
    assert "always kept" in refused(tmp_path, 'name = "x"\n' + BIAS.replace("0.8", "0"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BIAS + 'controls = ["bias-release-gat"]\n', "rule 'bias' names an unknown control 'bias-release-gat'; did you "
                                                     "mean bias-release-gate"),
        ('[[rule]]\nid = "c"\nkind = "coverage"\nframeworks = ["sooc2"]\nminimum = 1\n', "did you mean soc2"),
    ],
)  # fmt: skip
def test_names_of_the_graph_are_checked_with_the_nearest(
    kg: hz.Harmonizer, tmp_path: Path, text: str, words: str
) -> None:
    rules = read_rules(written(tmp_path, 'name = "x"\n' + text))
    with pytest.raises(DataError, match=re.escape(words)):
        check_names(rules, kg.index)


def test_a_kind_of_evidence_must_be_one_of_the_controls(kg: hz.Harmonizer, tmp_path: Path) -> None:
    text = 'name = "x"\nevidence_kind = "model bias report"\n' + BIAS + 'controls = ["bias-release-gate"]\n'
    with pytest.raises(DataError, match="did you mean model bias test report"):
        check_names(read_rules(written(tmp_path, text)), kg.index)
