"""Whose commits are news: a stranger's, whenever it falls; never those of one's own family."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.store.others import Others


class Writer:
    """A connection to the one database, with all that it heard of strangers."""

    def __init__(self, path: Path, family: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.others = Others(family)
        self.others.begin(self.connection)

    def commit(self, *, changes: bool = True) -> bool:
        """Write a value, or nothing; whether it was told of a stranger."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.others.enter(self.connection)
        if changes:
            self.connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES ('v', randomblob(8))")
        found = self.others.leave(self.connection)
        self.connection.execute("COMMIT")
        return found

    def look(self) -> bool:
        return self.others.look(self.connection)


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[tuple[Writer, Writer, Writer]]:
    """A desk, its process, and a stranger; the stranger has been here before."""
    path = tmp_path / "some.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB)")
    made.close()
    stranger = Writer(path, "stranger")
    stranger.commit()
    found = (Writer(path, "family"), Writer(path, "family"), stranger)
    yield found
    for writer in found:
        writer.connection.close()


Writers = tuple[Writer, Writer, Writer]


def test_the_family_hears_nothing_of_itself(writers: Writers) -> None:
    desk, process, _stranger = writers
    assert [desk.commit(), process.commit(), desk.commit(), process.commit()] == [False] * 4
    assert (desk.look(), process.look()) == (False, False)


def test_a_stranger_is_heard_of_by_a_look_once(writers: Writers) -> None:
    desk, process, stranger = writers
    desk.commit()
    stranger.commit()
    assert (process.look(), process.look()) == (True, False)
    stranger.commit()
    assert (process.look(), desk.look()) == (True, True)


def test_a_stranger_between_two_commits_of_the_family_is_heard_of_by_the_second(writers: Writers) -> None:
    desk, process, stranger = writers
    for first, second in ((desk, desk), (desk, process), (process, desk)):
        first.commit()
        stranger.commit()
        assert second.commit()
        assert (desk.look(), process.look()) == (False, False)


def test_what_was_there_before_is_no_news(writers: Writers) -> None:
    desk, _process, _stranger = writers
    assert not desk.commit()


def test_what_changed_nothing_is_no_commit(writers: Writers) -> None:
    desk, _process, stranger = writers
    desk.commit()
    stranger.commit(changes=False)
    assert not desk.look()
    stranger.commit()
    assert not desk.commit(changes=False)
    assert desk.look()
