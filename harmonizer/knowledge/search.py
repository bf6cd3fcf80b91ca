"""Full-text search over the requirements, by SQLite's FTS5.

The text index is made once for each index and kept beside it in the user's cache folder. Every word must occur, the
last letters of a word may be left out (``encrypt`` finds encryption), and an id or a part of one is found as it is
written (``164.312``). Ids weigh more than titles, titles more than summaries (BM25).
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from harmonizer.answer import Answer
from harmonizer.errors import UsageError
from harmonizer.knowledge.index import Index

COLUMNS = ("framework", "id", "title", "summary", "rank")

_SCHEMA = """
CREATE VIRTUAL TABLE text USING fts5(
    key UNINDEXED, framework UNINDEXED, id, title, summary, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
"""


def search(index: Index, folder: Path, words: str, framework: str = "", limit: int = 50) -> Answer:
    """The requirements that hold all the words, best first; ``rank`` is 1 for the best.

    Parameters
    ----------
    folder: where the text index is kept; it is made there when it is missing.
    framework: ``slug@version`` to search alone, or empty for every current version.
    """
    asked = _expression(words)
    if not asked:
        raise UsageError("name at least one word or number to search for")
    keys = [framework] if framework else [one.key for one in index.frameworks.values()]
    marks = ", ".join("?" * len(keys))
    with closing(_opened(index, folder)) as connection:
        found = connection.execute(
            "SELECT key FROM text WHERE text MATCH ? AND framework IN "
            f"({marks}) ORDER BY bm25(text, 0, 0, 10.0, 4.0, 1.0), rowid LIMIT ?",
            [asked, *keys, limit],
        ).fetchall()
    rows = []
    for rank, (key,) in enumerate(found, start=1):
        one = index.requirements[key]
        rows.append((one.framework, one.id, one.title, one.summary, rank))
    return Answer.of(COLUMNS, rows, title=f"Requirements with {words}")


def _expression(words: str) -> str:
    """The words as an FTS5 expression: each as a phrase of its parts, the last part open at its end."""
    parts = (" ".join(re.findall(r"\w+", word)) for word in words.split())
    return " AND ".join(f'"{part}"*' for part in parts if part)


def _opened(index: Index, folder: Path) -> sqlite3.Connection:
    path = folder / f"search-{index.hash[:32]}.sqlite"
    if path.exists():
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            connection.execute("SELECT key FROM text LIMIT 1")
        except sqlite3.DatabaseError:  # cut off: made again
            connection.close()
        else:
            return connection
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as own:  # others may be making the same index now
            aside = Path(own) / path.name
            with closing(sqlite3.connect(aside)) as made:
                _fill(made, _texts(index))
            aside.replace(path)
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    except OSError:  # a read-only home only costs speed
        connection = sqlite3.connect(":memory:")
        _fill(connection, _texts(index))
        return connection


def _fill(connection: sqlite3.Connection, texts: Iterable[tuple[str, ...]]) -> None:
    connection.execute(_SCHEMA)
    connection.executemany("INSERT INTO text VALUES (?, ?, ?, ?, ?)", texts)
    connection.commit()


def _texts(index: Index) -> Iterable[tuple[str, ...]]:
    return (
        (one.key, one.key.partition(":")[0], one.id, one.title, one.summary) for one in index.knowledge.requirements
    )
