"""Requirements are found by words, beginnings of words and ids."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import harmonizer as hz
from harmonizer.errors import UnknownNameError, UsageError
from harmonizer.knowledge.search import search


def names(answer: hz.Answer) -> list[str]:
    return [f"{row['framework']}:{row['id']}" for row in answer]


def test_an_id_is_found_as_it_is_written_and_so_is_its_beginning(kg: hz.Harmonizer) -> None:
    assert names(kg.search("164.312(a)(2)(iv)"))[0] == "hipaa:164.312(a)(2)(iv)"
    below = names(kg.search("164.312"))
    assert len(below) > 15
    assert all(name.startswith("hipaa:164.312") for name in below)


def test_every_word_must_occur_and_the_end_of_a_word_may_be_left_out(kg: hz.Harmonizer) -> None:
    found = list(kg.search("encrypt data", limit=200))
    assert len(found) > 3
    for row in found:
        text = f"{row['title']} {row['summary']}".casefold()
        assert "encrypt" in text and "data" in text


def test_one_framework_may_be_searched_alone_and_an_unknown_one_is_named(kg: hz.Harmonizer) -> None:
    assert {row["framework"] for row in kg.search("access", framework="soc2")} == {"soc2"}
    with pytest.raises(UnknownNameError, match="did you mean soc2"):
        kg.search("access", framework="soc")


def test_an_older_version_is_found_only_where_it_is_asked_for(kg: hz.Harmonizer) -> None:
    assert {row["framework"] for row in kg.search("deployer", framework="eu-ai-act@2024")} == {"eu-ai-act"}
    found = names(kg.search("deployer"))
    assert len(found) == len(set(found))


@pytest.mark.parametrize("words", ['"', "NOT AND (", "a* OR b", "key:x", "'; DROP TABLE text; --", "𝕏 مرحبا", "^"])
def test_what_looks_like_an_expression_is_searched_as_words_or_refused(kg: hz.Harmonizer, words: str) -> None:
    try:
        kg.search(words)
    except UsageError as error:
        assert "at least one word" in str(error)


def test_a_text_index_that_was_cut_off_is_made_again(kg: hz.Harmonizer, tmp_path: Path) -> None:
    whole = search(kg.index, tmp_path, "encryption")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:3000])
    assert search(kg.index, tmp_path, "encryption") == whole


def test_without_a_folder_to_write_to_the_search_still_answers(kg: hz.Harmonizer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(search(kg.index, tmp_path / "file" / "below", "encryption")) > 3


def test_sessions_that_search_a_new_dataset_at_once_all_get_their_answer(kg: hz.Harmonizer, tmp_path: Path) -> None:
    alone = search(kg.index, tmp_path / "alone", "encrypt").rows
    together = Barrier(6)

    def first_search(_: int) -> object:
        together.wait()
        return search(kg.index, tmp_path / "shared", "encrypt").rows

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(first_search, range(6))) == [alone] * 6
    assert len(list((tmp_path / "shared").iterdir())) == 1
