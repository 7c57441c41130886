"""Own views on bad days: a full disk, a broken file, two windows; nothing is lost and every error is a sentence."""

from __future__ import annotations

import errno
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qlue_desk import settings
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.view_file import KEPT, LONGEST_QUERY, ViewFile
from qlue_desk.settings import Settings, SettingsError
from qlue_desk.store.errors import StoreError

WRITTEN = '[views]\na = "is:open"\n'


def made(path: Path, content: str | bytes = WRITTEN) -> ViewFile:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ViewFile(path, settings.read(path))


def lying(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if not each.name.endswith(".lock")}


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """The operating system lets no file grow beyond: what a full disk does, to this process alone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("saved", [0, 1, KEPT])
def test_a_save_without_room_changes_nothing_and_the_way_back_is_whole(tmp_path: Path, saved: int) -> None:
    file = made(tmp_path / "config.toml", WRITTEN + "#" + "x" * 30_000 + "\n")
    for number in range(saved):
        file.save(f"v{number}", "overdue")
    before = lying(tmp_path)
    for _again in range(2):
        with no_file_above(20_000), pytest.raises(StoreError, match=r"config\.toml tidak bisa ditulis"):
            file.save("Got", "got")
        assert lying(tmp_path) == before
    with no_file_above(20_000):
        if saved:
            with pytest.raises(StoreError, match=r"config\.toml tidak bisa ditulis"):
                file.take_back()
        else:
            assert not file.take_back()
    assert lying(tmp_path) == before
    assert file.take_back() is bool(saved)
    assert len(file.views) == max(saved, 1)


@pytest.mark.parametrize("saved", [0, 2, KEPT])
def test_a_rename_that_fails_midway_is_put_right(
    tmp_path: Path, saved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made(tmp_path / "config.toml")
    for number in range(saved):
        file.save(f"v{number}", "overdue")
    before = lying(tmp_path)
    whole = os.replace
    for good in range(saved + 2):
        left = good

        def failing(source: Path, target: Path) -> None:
            nonlocal left
            if left == 0:
                left = -1
                raise OSError(errno.EIO, "Input/output error")
            left -= 1
            whole(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", failing)
            with pytest.raises(StoreError, match="cakram gagal"):
                file.save("Got", "got")
        assert lying(tmp_path) == before, good


def test_an_empty_version_is_damage_and_is_not_brought_back(tmp_path: Path) -> None:
    file = made(tmp_path / "config.toml")
    file.save("b", "overdue")
    file.save("c", "overdue")
    newest = tmp_path / "config.toml.1"
    newest.write_bytes(b"\0" * 40)
    with pytest.raises(StoreError, match=r"config\.toml\.1 kosong, jadi tidak dipakai"):
        file.take_back()
    assert set(settings.read(file.path).views) == {"a", "b", "c"}
    newest.unlink()
    assert file.take_back()
    assert file.path.read_text() == WRITTEN


def test_no_file_before_is_told_from_an_empty_one(tmp_path: Path) -> None:
    file = ViewFile(tmp_path / "config.toml")
    file.save("Got", "got")
    assert (tmp_path / "config.toml.1").read_text() == "# qlue-desk: no settings stood here before\n"
    assert file.take_back()
    assert settings.read(file.path) == Settings()
    empty = made(tmp_path / "leer.toml", "")
    empty.save("Got", "got")
    assert empty.take_back()
    assert settings.read(empty.path) == Settings()


def test_what_cannot_be_read_or_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b'[views]\na="\xff"\n')
    with pytest.raises(SettingsError, match=r"broken\.toml: bukan teks UTF-8\."):
        ViewFile(broken).save("x", "is:open")
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    for path in (loop, folder):
        with pytest.raises(StoreError, match="bukan berkas biasa"):
            ViewFile(path).save("x", "is:open")
    with pytest.raises(StoreError, match="bagian dari namanya bukan folder"):
        ViewFile(broken / "config.toml").save("x", "is:open")
    file = made(tmp_path / "config.toml")
    (tmp_path / "config.toml.1").mkdir()
    for act in (lambda: file.save("x", "is:open"), file.take_back):
        with pytest.raises(StoreError, match=r"config\.toml\.1 bukan berkas biasa"):
            act()
    assert file.path.read_text() == WRITTEN
    assert (tmp_path / "config.toml.1").is_dir()


def test_a_query_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    file = made(tmp_path / "config.toml")
    with pytest.raises(Refused, match="tidak utuh"):
        file.save("n", "jalan \ud800")
    with pytest.raises(Refused, match=f"paling panjang {LONGEST_QUERY} huruf"):
        file.save("n", "x" * (LONGEST_QUERY + 1))
    file.save("n", "x" * LONGEST_QUERY)
    assert len(settings.read(file.path).views["n"]) == LONGEST_QUERY


def test_line_ends_and_the_mark_of_an_editor_stay(tmp_path: Path) -> None:
    windows = b'\xef\xbb\xbf# mine\r\n[views]\r\na = "is:open"\r\n'
    file = made(tmp_path / "config.toml", windows)
    file.save("b", "overdue")
    assert file.path.read_bytes() == windows + b'b = "overdue"\r\n'
    assert file.take_back()
    assert file.path.read_bytes() == windows


def test_windows_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    windows = [made(path) for _ in range(8)]
    begin = threading.Barrier(len(windows))

    def save(number: int) -> None:
        begin.wait()
        for turn in range(4):
            windows[number].save(f"v{number}.{turn}", "overdue")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(windows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(settings.read(path).views) == 1 + 8 * 4


def test_a_view_takes_neither_the_name_of_a_role_nor_of_another_window(tmp_path: Path) -> None:
    file = made(tmp_path / "config.toml")
    with pytest.raises(Refused, match="“lewat TENGGAT” sudah ada"):
        file.rename("a", "lewat TENGGAT", "is:open", ["Perlu saya", "Lewat tenggat"])
    ViewFile(file.path, settings.read(file.path)).save("b", "overdue")
    with pytest.raises(Refused, match="“B” sudah ada"):
        file.rename("a", "B", "is:open")
    file.rename("Lewat tenggat", "lewat tenggat", "overdue", ["Lewat tenggat"])
    assert settings.read(file.path).views == {"a": "is:open", "b": "overdue", "lewat tenggat": "overdue"}
