"""Photos in the terminal: hostile files, the way of each terminal, before and after, online and offline."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import io
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image
from textual.geometry import Size

from qlue_desk.central.demo.pictures import picture
from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.photos import opening, viewer
from qlue_desk.desk.photos.dialog import PhotoDialog, beside
from qlue_desk.desk.photos.gallery import caption, pages, side_words
from qlue_desk.desk.photos.opening import CannotShow, open_picture
from qlue_desk.desk.photos.picture import BlockPicture, fitted_cells
from qlue_desk.desk.photos.terminal import Way, has_display, way_to_show
from qlue_desk.desk.sights import Sights
from qlue_desk.domain.complaint import Attachment, Status
from qlue_desk.settings import Settings, Ui
from qlue_desk.store import blobs
from qlue_desk.store.key import load_key
from qlue_desk.sync.state import Phase, SyncState
from tests.desk.scene import desk, screen_text
from tests.desk_world import NOW, DeskWorld
from tests.waiting import until_async as until

ROOT = Path(__file__).parents[2]


# --- files -----------------------------------------------------------------------------------------


def _saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_photo_is_turned_upright_and_made_small() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90 degrees
    wide = Image.new("RGB", (3000, 1000), (200, 10, 10))
    found = open_picture(_saved(wide, exif=exif))
    assert found.height == 1600
    assert found.width in (533, 534)
    assert found.mode == "RGB"


def test_what_is_transparent_lies_on_grey() -> None:
    found = open_picture(_saved(Image.new("RGBA", (4, 4), (255, 0, 0, 0)), "PNG"))
    assert found.getpixel((0, 0)) == (128, 128, 128)


def _png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that announce a picture of any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (picture("jalan_rusak", after=False)[:2000], opening.DAMAGED),
        (b"\xff\xd8\xff" + bytes(500), opening.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 300, opening.DAMAGED),
        (_png_that_claims(200, 200), opening.DAMAGED),
        (_png_that_claims(8000, 7000), opening.TOO_LARGE),
        (_png_that_claims(60_000, 60_000), opening.TOO_LARGE),
        (b"%PDF-1.7 and so on", opening.NO_PICTURE),
        (bytes(4) + b"ftypheic" + bytes(100), opening.NO_DECODER),
        (b"GIF89a" + bytes(100), opening.UNKNOWN),
        (b"", opening.UNKNOWN),
        (b"RIFF" + bytes(4) + b"WEBP" + bytes(40), opening.DAMAGED),
    ],
)
def test_a_damaged_or_hostile_file_is_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(CannotShow) as told:
        open_picture(content)
    assert str(told.value) == sentence


# --- terminals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, Way.KITTY),
        ({"TERM": "xterm-ghostty"}, Way.KITTY),
        ({"TERM": "foot"}, Way.SIXEL),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Way.SIXEL),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230800"}, Way.SIXEL),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "210400"}, Way.BLOCKS),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "WezTerm"}, Way.BLOCKS),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x"}, Way.BLOCKS),
        ({"TERM": "xterm-256color"}, Way.BLOCKS),
        ({}, Way.BLOCKS),
    ],
)
def test_the_way_goes_by_the_terminals_name(environ: dict[str, str], way: Way) -> None:
    assert way_to_show(environ) is way
    assert way_to_show(environ, "sixel") is Way.SIXEL
    assert way_to_show(environ, ascii_only=True) is Way.ASCII


def test_a_display_is_known_by_its_variables() -> None:
    assert has_display({"DISPLAY": ":0"}, "linux")
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert not has_display({}, "linux")
    assert has_display({}, "darwin")


def test_a_picture_keeps_its_shape() -> None:
    assert fitted_cells((480, 320), Size(60, 40), (10, 20)) == (60, 20)
    assert fitted_cells((320, 480), Size(60, 20), (10, 20)) == (27, 20)
    assert fitted_cells((1, 5000), Size(60, 20), (10, 20)) == (1, 20)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
@pytest.mark.parametrize("way", [Way.KITTY, Way.SIXEL])
def test_loading_the_library_asks_the_terminal_nothing(way: Way) -> None:
    """What the terminal answers would be taken for keys of the desk."""
    import pty

    code = (
        "from PIL import Image; from textual.geometry import Size;"
        "from qlue_desk.desk.photos.picture import picture_widget; from qlue_desk.desk.photos.terminal import Way;"
        f"found = picture_widget(Image.new('RGB', (300, 200)), Way('{way}'), Size(30, 10));"
        "print(type(found).__name__, found.styles.width, found.styles.height)"
    )
    ours, theirs = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, env=environ, check=True
    )
    os.close(theirs)
    written = os.read(ours, 10_000)
    os.close(ours)
    name = b"TGPImage" if way is Way.KITTY else b"Image"
    assert written == name + b" 30 10\r\n"


def test_blocks_have_the_colours_of_the_picture() -> None:
    image = Image.new("RGB", (2, 2), (255, 0, 0))
    image.paste((0, 0, 255), (0, 1, 2, 2))
    (segment, _other) = BlockPicture(image)._blocks(2, 1)[0]._segments
    assert segment.text == "▀"
    assert segment.style is not None
    assert segment.style.color is not None
    assert segment.style.bgcolor is not None
    assert segment.style.color.triplet == (255, 0, 0)
    assert segment.style.bgcolor.triplet == (0, 0, 255)


# --- which photos ----------------------------------------------------------------------------------


def _photo(name: str, *, evidence: bool = False, hours: int = 0) -> Attachment:
    at = NOW - dt.timedelta(hours=hours) if evidence else None
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Attachment(
        digest, name, "image/jpeg", 1000, evidence=evidence, by="Asep" if evidence else "", at=at
    )


def test_pages_pair_before_and_after_with_the_newest_evidence_first(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    before = [_photo("1.jpg"), _photo("2.jpg"), _photo("3.jpg")]
    after = [_photo("old.jpg", evidence=True, hours=50), _photo("new.jpg", evidence=True, hours=2)]
    complaint = world.complaint(attachments=(*before, *after))
    names = [(page.before and page.before.name, page.after and page.after.name) for page in pages(complaint)]
    assert names == [("1.jpg", "new.jpg"), ("2.jpg", "old.jpg"), ("3.jpg", "old.jpg")]
    assert side_words(before[1], complaint) == "SEBELUM · foto pelapor 2/3"
    assert caption(after[1], complaint, world.workplace.zone) == "24 Nov 07.12 · Asep · new.jpg"
    assert pages(world.complaint()) == ()
    world.close()


def test_photos_stand_as_they_are_largest() -> None:
    assert beside(80, 24)
    assert beside(120, 36)
    assert not beside(80, 48)
    assert not beside(60, 60)


# --- the dialog ------------------------------------------------------------------------------------


def _kept(home: Path, name: str, *, evidence: bool) -> Attachment:
    content = picture("jalan_rusak", after=evidence, stamp=name)
    digest = hashlib.sha256(content).hexdigest()
    load_key(home, database_exists=False)
    blobs.keep_file(home, digest, content)
    return Attachment(
        digest, name, "image/jpeg", len(content), evidence=evidence, by="Asep" if evidence else "",
        at=NOW - dt.timedelta(hours=2) if evidence else None,
    )  # fmt: skip


def _text(app: QlueDesk) -> str:
    return "\n".join(screen_text(app))


def _world(tmp_path: Path, *attachments: Attachment) -> DeskWorld:
    world = DeskWorld.make(tmp_path)
    world.add(
        status=Status.AWAITING_VERIFICATION,
        follow_up="Sudah ditambal.",
        proposed_by_name="Asep",
        proposed_by="u_asep",
        lat_e6=-6597147,
        lon_e6=106806039,
        attachments=attachments,
    )
    world.add(title="Lampu mati di dekatnya", lat_e6=-6598047, lon_e6=106806039, kelurahan="32.71.03.1007")
    return world


async def _opened(app: QlueDesk, pilot: object) -> PhotoDialog:
    screen = app.screen
    screen.show_own_query("sort:number")  # type: ignore[attr-defined]
    await until(lambda: len(screen.queue.numbers) == 2 and screen.current_cells is not None)  # type: ignore[attr-defined]
    await pilot.press("o")  # type: ignore[attr-defined]
    await until(lambda: isinstance(app.screen, PhotoDialog))
    assert isinstance(app.screen, PhotoDialog)
    return app.screen


def test_before_and_after_are_seen_at_one_glance(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(
            tmp_path,
            _kept(tmp_path, "lubang.jpg", evidence=False),
            _kept(tmp_path, "jauh.jpg", evidence=False),
            _kept(tmp_path, "tambal.jpg", evidence=True),
        )
        async with desk(world, size=(120, 36)) as (app, pilot):
            dialog = await _opened(app, pilot)
            await until(
                lambda: [bool(each.size.width) for each in dialog.query(BlockPicture)] == [True, True]
            )
            text = _text(app)
            assert "diusulkan selesai oleh Asep  Sudah ditambal." in text
            side = next(line for line in text.splitlines() if "SEBELUM" in line)
            assert "SEBELUM · foto pelapor 1/2" in side
            assert "SESUDAH · bukti dinas" in side
            assert "lubang.jpg" in text
            first, second = dialog.query(BlockPicture)
            assert first.size.width >= 50
            assert first.region.y == second.region.y
            await pilot.press("right")
            await until(lambda: "jauh.jpg" in _text(app) and "2/2" in _text(app))
            assert "tambal.jpg" in _text(app)
            await pilot.press("left", "left")
            await until(lambda: "lubang.jpg" in _text(app))
            await pilot.press("escape")
            await until(lambda: not isinstance(app.screen, PhotoDialog))
        world.close()

    asyncio.run(scene())


def test_g_and_shift_g_go_to_the_first_and_the_last_photo(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path, *(_kept(tmp_path, f"{n}.jpg", evidence=False) for n in range(4)))
        async with desk(world, size=(120, 36)) as (app, pilot):
            dialog = await _opened(app, pilot)
            await until(lambda: len(dialog.pages) == 4)
            for key, page in (("G", 3), ("g", 0), ("end", 3), ("home", 0)):
                await pilot.press(key)
                assert dialog.page == page, key
            await pilot.press("tab", "G")  # on the map there is no last one
            assert dialog.page == 0
        world.close()

    asyncio.run(scene())


def test_both_photos_say_that_they_are_on_their_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        world = _world(
            tmp_path,
            _kept(tmp_path, "lubang.jpg", evidence=False),
            _kept(tmp_path, "tambal.jpg", evidence=True),
        )
        opened, gate = Sights.picture, asyncio.Event()

        async def slow(sights: Sights, path: Path) -> object:
            await gate.wait()
            return await opened(sights, path)

        monkeypatch.setattr(Sights, "picture", slow)
        async with desk(world, size=(120, 36)) as (app, pilot):
            dialog = await _opened(app, pilot)
            await until(lambda: _text(app).count("Memuat foto…") == 2)
            gate.set()
            await until(lambda: len(dialog.query(BlockPicture)) == 2)
            assert "Memuat foto…" not in _text(app)
        world.close()

    asyncio.run(scene())


def test_where_photos_and_map_are_both_seen_tab_is_said_to_change_the_keys_only(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path, _kept(tmp_path, "lubang.jpg", evidence=False))
        async with desk(world, size=(160, 48)) as (app, pilot):
            await _opened(app, pilot)
            await until(lambda: "tab tombol untuk peta" in _text(app))
            await pilot.press("tab")
            await until(lambda: "tab tombol untuk foto" in _text(app))
            await pilot.resize_terminal(120, 36)
            await until(lambda: "tab foto" in _text(app))
        world.close()

    asyncio.run(scene())


def test_the_map_shows_the_report_and_what_is_open_around(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path)
        async with desk(world, size=(80, 24)) as (app, pilot):
            dialog = await _opened(app, pilot)
            await until(lambda: "100 m" in _text(app))
            text = _text(app)
            assert "BGR-26-000002  Lampu mati di dekatnya" in text
            assert "-6.597147, 106.806039   lebar peta 1,4 km" in text
            assert "◐" in text
            assert "tab foto" not in text
            await pilot.press("plus")
            await until(lambda: "lebar peta 875 m" in _text(app))
            await pilot.press("0")
            await until(lambda: dialog.map.is_whole)
            await pilot.press("0")
            await until(lambda: "lebar peta 1,4 km" in _text(app))
            before = dialog.map.window
            await pilot.press("right")
            await until(lambda: dialog.map.window != before)
        world.close()

    asyncio.run(scene())


def test_an_absent_photo_is_told_offline_and_a_damaged_one_is_a_sentence(tmp_path: Path) -> None:
    async def scene() -> None:
        damaged = b"\xff\xd8\xff" + bytes(100)
        digest = hashlib.sha256(damaged).hexdigest()
        load_key(tmp_path, database_exists=False)
        blobs.keep_file(tmp_path, digest, damaged)
        world = _world(
            tmp_path,
            _photo("jauh.jpg"),
            Attachment(digest, "rusak.jpg", "image/jpeg", len(damaged), evidence=True, by="Asep", at=NOW),
        )
        async with desk(world, size=(120, 36), phase=Phase.OFFLINE) as (app, pilot):
            await _opened(app, pilot)
            await until(lambda: "Foto ini rusak dan tidak bisa ditampilkan." in _text(app))
            assert "belum ada di meja ini" in _text(app)
        world.close()

    asyncio.run(scene())


def test_a_photo_comes_as_soon_as_the_line_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Central's half is real in tests/desk/test_presence.py; here the line comes back while one looks."""
    content = picture("pju", after=True)
    digest = hashlib.sha256(content).hexdigest()
    attachment = Attachment(digest, "lampu.jpg", "image/jpeg", len(content), evidence=True, by="Asep", at=NOW)
    monkeypatch.setattr("qlue_desk.desk.photos.dialog.AGAIN_SECONDS", 0.05)

    async def scene() -> None:
        world = _world(tmp_path, attachment)
        async with desk(world, size=(120, 36), phase=Phase.OFFLINE) as (app, pilot):
            dialog = await _opened(app, pilot)
            await until(lambda: "belum ada di meja ini" in _text(app))
            blobs.keep_file(tmp_path, digest, content)
            app.line_state = SyncState(phase=Phase.CONNECTED, last_contact=NOW)
            await until(lambda: len(dialog.query(BlockPicture)) == 1)
        world.close()

    asyncio.run(scene())


def test_the_viewer_gets_a_readable_copy_that_goes_with_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    at_exit: list[tuple[object, ...]] = []
    monkeypatch.setattr("atexit.register", lambda *call, **_named: at_exit.append(call))
    viewer._folder.cache_clear()
    content = picture("pju", after=True)
    copy = viewer.copied_out(content, hashlib.sha256(content).hexdigest())
    assert copy.read_bytes() == content
    assert copy.suffix == ".jpg"
    assert copy.parent.stat().st_mode & 0o777 == 0o700
    [(remove, folder)] = at_exit
    assert (remove, folder) == (shutil.rmtree, copy.parent)
    viewer._folder.cache_clear()


def test_a_photo_of_another_key_or_one_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    async def scene() -> None:
        kept = _kept(tmp_path, "lama.jpg", evidence=True)
        stored = blobs.path_of(tmp_path, kept.sha256)
        sealed = stored.read_bytes()
        assert blobs.read_file(tmp_path, kept.sha256) == picture("jalan_rusak", after=True, stamp="lama.jpg")
        stored.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        world = _world(tmp_path, kept)
        async with desk(world, size=(120, 36)) as (app, pilot):
            await _opened(app, pilot)
            await until(lambda: "Berkas foto tidak bisa dibaca." in _text(app))
        world.close()

    asyncio.run(scene())


def test_letters_show_a_photo_where_there_are_no_blocks(tmp_path: Path) -> None:
    async def scene() -> None:
        world = _world(tmp_path, _kept(tmp_path, "lubang.jpg", evidence=False))
        settings = Settings(ui=Ui(glyphs="ascii"))
        async with desk(world, size=(120, 36), settings=settings) as (app, pilot):
            dialog = await _opened(app, pilot)
            await until(lambda: len(dialog.query(BlockPicture)) == 1)
            await until(lambda: sum(character in ":-=+*#" for character in _text(app)) > 300)
            assert "▀" not in _text(app)
        world.close()

    asyncio.run(scene())


def test_the_viewer_is_told_of_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "has_display", lambda: False)
    assert viewer.open_outside("/x/y") == "Komputer ini tidak punya layar grafis; letaknya: /x/y"
    monkeypatch.setattr(viewer, "has_display", lambda: True)
    monkeypatch.setenv("PATH", "")
    assert viewer.open_outside("/x/y") == "Penampil tidak bisa dijalankan; letaknya: /x/y"


def test_a_picture_of_noise_is_opened_quickly() -> None:
    buffer = io.BytesIO()
    Image.effect_noise((4000, 3000), 80).convert("RGB").save(buffer, "JPEG", quality=60)
    found = open_picture(buffer.getvalue())
    assert max(found.size) <= 1600
