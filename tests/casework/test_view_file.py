"""Own views in config.toml: what the person wrote stays, nothing is half, a mistake is taken back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from qlue_desk import settings
from qlue_desk.casework.errors import Refused
from qlue_desk.casework.view_file import KEPT, ViewFile
from qlue_desk.casework.views import views_of
from qlue_desk.domain.complaint import Role
from qlue_desk.settings import Settings, SettingsError
from tests.desk_world import DeskWorld, actor

WRITTEN = """# mine
[ui]
theme = "light"  # bright room

[views]
# rubbish first
"Sampah" = "category:sampah"
"Lampu" = 'lampu mati'   # PJU

[keys]
quit = "f10"
"""


@pytest.fixture
def file(tmp_path: Path) -> ViewFile:
    path = tmp_path / "config.toml"
    path.write_text(WRITTEN)
    path.chmod(0o640)
    return ViewFile(path, settings.read(path))


def test_saving_adds_one_line_and_leaves_all_others(file: ViewFile) -> None:
    assert file.save(" Got ", 'category:drainase "got mampet"') == "Got"
    before, after = WRITTEN.splitlines(), file.path.read_text().splitlines()
    assert [line for line in after if line not in before] == ['Got = "category:drainase \\"got mampet\\""']
    assert [line for line in before if line not in after] == []
    assert file.views == settings.read(file.path).views
    assert list(file.views) == ["Sampah", "Lampu", "Got"]
    assert file.path.stat().st_mode & 0o777 == 0o640
    assert (file.path.parent / "config.toml.1").read_text() == WRITTEN
    file.save("lampu", "lampu")
    assert file.views == {"Sampah": "category:sampah", "Lampu": "lampu", "Got": file.views["Got"]}


def test_a_mistake_is_taken_back_step_by_step(file: ViewFile) -> None:
    for number in range(KEPT + 2):
        file.save(f"v{number}", "overdue")
    kept = sorted(path.name for path in file.path.parent.glob("config.toml.*"))
    assert kept == [f"config.toml.{number}" for number in range(1, KEPT + 1)]
    for left in range(KEPT, 0, -1):
        assert file.take_back()
        assert len(file.views) == 2 + 2 + left - 1
    assert not file.take_back()
    assert list(file.views) == ["Sampah", "Lampu", "v0", "v1"]


def test_rename_delete_and_order(file: ViewFile) -> None:
    file.put_in_order(["Lampu", "Perlu saya"])
    file.rename("Lampu", "Lampu mati", "lampu mati")
    assert tomllib.loads(file.path.read_text())["ui"]["view_order"] == ["Lampu mati", "Perlu saya"]
    file.delete("sampah", of_role=False)
    assert file.views == {"Lampu mati": "lampu mati"}
    file.delete("Koordinasi", of_role=True)
    rina = actor("rina", "Rina", Role.OFFICER)
    names = [view.name for view in views_of(rina, file.views, file.order)]
    assert names[:2] == ["Lampu mati", "Perlu saya"]
    assert "Koordinasi" not in names
    with pytest.raises(Refused, match="sudah ada"):
        file.rename("Perlu saya", "lampu MATI", "overdue")
    for name in (" ", "x" * 41):
        with pytest.raises(Refused, match="1 sampai 40"):
            file.save(name, "overdue")
    assert "# PJU" not in file.path.read_text()  # it stood beside what was renamed
    assert "# bright room" in file.path.read_text()


def test_a_renamed_view_keeps_its_place_where_no_order_was_written(file: ViewFile) -> None:
    rina = actor("rina", "Rina", Role.OFFICER)

    def names() -> list[str]:
        return [view.name for view in views_of(rina, file.views, file.order)]

    first, second, *others = names()
    file.rename(second, "Belum", "overdue", shown=names())
    assert names() == [first, "Belum", *others]
    *before, sampah, lampu = names()
    file.rename(sampah, "Sampah liar", "category:sampah", shown=names())
    assert names() == [*before, "Sampah liar", lampu]
    assert tomllib.loads(file.path.read_text())["ui"]["view_order"] == names()


def test_what_somebody_broke_meanwhile_is_not_written_over(file: ViewFile) -> None:
    file.path.write_text('[ui]\ntheme = "drak"\n')
    with pytest.raises(SettingsError, match="drak"):
        file.save("Got", "overdue")
    assert file.path.read_text() == '[ui]\ntheme = "drak"\n'
    assert not list(file.path.parent.glob("config.toml.*"))


def test_views_of_another_window_are_kept(file: ViewFile) -> None:
    ViewFile(file.path, settings.read(file.path)).save("Lain", "overdue")
    file.save("Got", "overdue")
    assert list(file.views) == ["Sampah", "Lampu", "Lain", "Got"]


def test_a_first_view_makes_the_file_and_can_be_taken_back(tmp_path: Path) -> None:
    file = ViewFile(tmp_path / "new" / "config.toml", Settings(views={"Dari lain": "overdue"}))
    file.save("Got", "got")
    assert settings.read(file.path).views == {"Dari lain": "overdue", "Got": "got"}
    assert file.take_back()
    assert settings.read(file.path) == Settings()


def test_a_link_to_a_file_elsewhere_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(WRITTEN)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    ViewFile(link, settings.read(link)).save("Got", "got")
    assert link.is_symlink()
    assert settings.read(real).views["Got"] == "got"


def test_a_broken_query_says_where_and_why(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path / "home")
    path = tmp_path / "config.toml"
    path.write_text('[views]\n"Baik" = "overdue"\n"Rusak" = "status:dispached"\n')
    file = ViewFile(path, settings.read(path))
    problems = file.problems(world.workplace)
    assert list(problems) == ["Rusak"]
    # What may be meant instead goes by how alike all labels are.
    told, _maybe, _labels = problems["Rusak"].partition(" Mungkin: ")
    assert told == f"{path}:3: Rusak: Nilai “dispached” tidak dikenal untuk status."
    world.close()
