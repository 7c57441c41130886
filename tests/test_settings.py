import tomllib
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from qlue_desk.settings import (
    ColumnName,
    Section,
    Settings,
    SettingsError,
    Ui,
    find_file,
    home_folder,
    load,
    own_file,
    read,
)
from qlue_desk.settings_check import allowed_words
from qlue_desk.words import _, set_language

SHIPPED = Path(__file__).parents[1] / "config.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_file_names_every_setting_with_its_default():
    in_file = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    in_code = msgspec.to_builtins(Settings())
    for name in Settings.unwritten:
        del in_code[name]
    assert in_file == in_code


def test_shipped_file_can_be_read():
    assert read(SHIPPED) == Settings()


def test_wrong_value_names_file_line_found_allowed_and_nearest(tmp_path):
    path = written(tmp_path, '[ui]\nlanguage = "id"\ntheme = "drak"\n')
    with pytest.raises(SettingsError) as caught:
        read(path)
    allowed = ", ".join(f"“{word}”" for word in get_args(get_type_hints(Ui)["theme"]))
    assert str(caught.value) == (
        f'{path}:3: ui.theme = "drak" tidak bisa; mungkin “dark”. Yang boleh: {allowed}.'
    )


def test_number_out_of_range_says_the_range(tmp_path):
    path = written(tmp_path, "[central]\nport = 99999\n")
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:2: central.port = 99999 tidak bisa. Yang boleh: 0–65535."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('min_client = "baru"', 'central.min_client = "baru" tidak bisa. Yang boleh: “1.4.0”.'),
        ("min_client = 1", "central.min_client = 1 tidak bisa. Yang boleh: “1.4.0”."),
        ("desk_per_minute = 0", "central.desk_per_minute = 0 tidak bisa. Yang boleh: 1–1000000."),
        ("public_per_minute = -1", "central.public_per_minute = -1 tidak bisa. Yang boleh: 1–1000000."),
    ],
)
def test_limits_of_a_server(tmp_path, line, sentence):
    path = written(tmp_path, f"[central]\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:2: {sentence}"


def test_wrong_kind_of_value(tmp_path):
    path = written(tmp_path, '[ui]\n\npreview = "yes"\n')
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value) == f'{path}:3: ui.preview = "yes" tidak bisa. Yang boleh: true, false.'


def test_unknown_key_points_at_the_nearest(tmp_path):
    path = written(tmp_path, "[sync]\nwait_second = 3\n")
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value).startswith(
        f"{path}:2: “wait_second” bukan pengaturan [sync]; mungkin “wait_seconds”. Yang ada: wait_seconds, "
    )


@pytest.mark.parametrize("text", ["[unwritten]\n", 'unwritten = "a"\n'])
def test_what_the_code_keeps_for_itself_is_no_setting(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}:1: “unwritten” bukan pengaturan {path}. Yang ada: ui, sync, notify, views, keys, replies,"
        " macros, triage, export, shifts, central, serve, demo."
    )


def test_unknown_table(tmp_path):
    path = written(tmp_path, "\n[uy]\nlanguage = 'id'\n")
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: “uy” bukan pengaturan {path}")


def test_a_value_where_a_table_belongs(tmp_path):
    path = written(tmp_path, "ui = 3\n")
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:1: ui = 3 tidak bisa. Yang boleh: [ui]."


def test_reply_without_its_text(tmp_path):
    path = written(tmp_path, '[replies.terima]\nverb = "acknowledge"\n')
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}:1: [replies.terima] belum punya “text”."


def test_broken_toml_says_the_line(tmp_path):
    path = written(tmp_path, "[ui]\nlanguage = \n")
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: bukan TOML yang benar")


def test_not_utf_8(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes(b'[ui]\nlanguage = "\xe9"\n')
    with pytest.raises(SettingsError, match="bukan teks UTF-8"):
        read(path)


def test_views_keys_and_replies(tmp_path):
    path = written(
        tmp_path,
        '[views]\n"Lampu mati" = "lampu sort:due"\n[keys]\nfollow_up = "t,f4"\n'
        '[replies.terima]\nverb = "acknowledge"\ntext = "Terima kasih."\n',
    )
    settings = read(path)
    assert settings.views == {"Lampu mati": "lampu sort:due"}
    assert settings.keys == {"follow_up": "t,f4"}
    assert settings.replies["terima"].text == "Terima kasih."
    assert settings.replies["terima"].public is True


def test_search_order(tmp_path, monkeypatch):
    here, named, user = tmp_path / "here", tmp_path / "named.toml", tmp_path / "user"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(user))
    assert find_file(None, {}) is None
    assert load(None, {}) == Settings()
    in_user = user / "qlue-desk" / "config.toml"
    in_user.parent.mkdir(parents=True)
    in_user.write_text('[ui]\ntheme = "light"\n')
    assert load(None, {}).ui.theme == "light"
    (here / "config.toml").write_text('[ui]\ntheme = "contrast"\n')
    home = tmp_path / "home"
    home.mkdir()
    assert load(None, {"QLUE_DESK_HOME": str(home)}).ui.theme == "contrast"
    (home / "config.toml").write_text('[ui]\ntheme = "mono"\n')
    assert load(None, {"QLUE_DESK_HOME": str(home)}).ui.theme == "mono"
    assert own_file(None, {}) == here / "config.toml"
    named.write_text('[ui]\nlanguage = "en"\n')
    assert load(None, {"QLUE_DESK_CONFIG": str(named)}).ui.language == "en"
    assert find_file(in_user, {"QLUE_DESK_CONFIG": str(named)}) == in_user


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="tidak ditemukan"):
        load(tmp_path / "none.toml", {})


def test_home_folder_follows_the_variable(tmp_path):
    assert home_folder({"QLUE_DESK_HOME": str(tmp_path)}) == tmp_path


def test_no_secret_can_be_a_setting():
    names = [
        field.name
        for table in (Settings, *(t for t in Section.__subclasses__() if t is not Settings))
        for field in msgspec.structs.fields(table)
    ]
    assert not {"token", "password", "secret"} & set(names)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            'reply = "Di {jalann}"',
            "{file}:3: [macros.a] {jalann} tidak dikenal; mungkin {jalan}. Yang ada: {nomor} {judul} {jalan}"
            " {kelurahan} {kecamatan} {kategori} {dinas} {petugas} {tenggat} {tanggal}.",
        ),
        (
            'do = "propose"',
            "{file}:3: [macros.a] do = “propose” tidak bisa. Yang boleh: dispatch (disposisi), ",
        ),
        ('reason = "sebab"', "{file}:3: [macros.a] “reason” adalah alasan dari “do”, yang belum ada."),
        ('priority = "besar"', "{file}:3: [macros.a] priority = “besar” tidak bisa. Yang boleh: biasa, "),
        (
            'when = "is:open"',
            "{file}:2: [macros.a] tidak melakukan apa-apa; isi do, reply, note, assign atau",
        ),
        ('balas = "x"', "{file}:3: “balas” bukan pengaturan [macros.a]"),
    ],
)
def test_a_macro_that_could_never_run_is_told_with_its_line(tmp_path, line, sentence):
    path = written(tmp_path, f'[macros.a]\nlabel = "A"\n{line}\n[macros.b]\nlabel = "B"\ndo = "Terima"\n')
    found = read(path)
    assert str(found.wrong_macros["a"]).startswith(sentence.replace("{file}", str(path)))
    assert list(found.wrong_macros) == ["a"]
    assert {name: macro.verb for name, macro in found.macros.items()} == {"b": "acknowledge"}


def test_what_do_takes_is_said_in_the_readers_words(tmp_path):
    error = read(written(tmp_path, '[macros.a]\nlabel = "A"\ndo = "terbang"\n')).wrong_macros["a"]
    assert "acknowledge (terima), return (bukan tugas kami), " in error.sentence()
    set_language("en")
    try:
        assert ", acknowledge, return, transfer, " in error.sentence(_)
    finally:
        set_language("id")


def test_nobody_writes_what_the_desk_finds_out(tmp_path):
    with pytest.raises(SettingsError, match="“wrong_macros” bukan pengaturan"):
        read(written(tmp_path, "[wrong_macros]\n"))


def test_the_examples_of_macros_in_the_shipped_file_can_be_read(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    examples = text[text.index("# [macros.") : text.index("[macros]\n")]
    found = read(written(tmp_path, examples.replace("# ", "")))
    assert list(found.macros) == ["terima-jalan", "tanya-lokasi", "darurat"]
    assert found.macros["darurat"].assign == "me"


def test_a_list_of_words_says_which_it_takes() -> None:
    assert allowed_words(list[ColumnName]).startswith("[“number”, “due”, “status”")
    assert allowed_words(list[str]) == "[“…”, “…”]"


def test_what_is_no_file_beside_the_data_is_told_and_elsewhere_is_none_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home, here):
        (folder / "config.toml").mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    assert find_file(None, {}) is None
    with pytest.raises(SettingsError) as caught:
        find_file(None, {"QLUE_DESK_HOME": str(home)})
    assert caught.value.sentence() == f"{home / 'config.toml'}: itu bukan berkas biasa."
    (home / "config.toml").rmdir()
    (home / "config.toml").symlink_to("nowhere")
    with pytest.raises(SettingsError):
        find_file(None, {"QLUE_DESK_HOME": str(home)})
