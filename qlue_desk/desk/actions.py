"""The one registry of what keys do: bindings, key bar, palette and the `?` page are made from it.

The same key is the same intent everywhere; a person's own keys stand in `desk/keys.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Place(StrEnum):
    """Where an action makes sense."""

    QUEUE = "queue"
    DETAIL = "detail"
    OUTBOX = "outbox"
    SUMMARY = "summary"
    MAP = "map"


class Group(StrEnum):
    """Headings of the `?` page, in its order."""

    MOVE = "Bergerak"
    WORK = "Menindaklanjuti"
    MARK = "Menandai dan mengulang"
    FIND = "Mencari dan tampilan"
    TRAY = "Kotak keluar"
    MAP = "Peta"
    DESK = "Meja"


class DeskAction(msgspec.Struct, frozen=True):
    """One thing a person can do with a key."""

    id: str
    keys: str
    """Comma-separated Textual key names."""
    label: str
    """Two words at most: key bar."""
    tooltip: str
    """One sentence: palette and `?` page."""
    group: Group
    places: frozenset[Place]
    bar: int = 0
    """Rank in the key bar, 1 first; 0 = not shown there."""
    at: Mapping[Place, str] = {}
    """The sentence where the same intent is said otherwise: on the summary a row is a number."""

    def says(self, place: Place | None) -> str:
        """The sentence on a screen."""
        return self.at.get(place, self.tooltip) if place is not None else self.tooltip

    @property
    def method(self) -> str:
        """Name of the Textual action that runs it."""
        name = self.id.replace("-", "_")
        return f"app.{name}" if self.id in OF_APP else name


OF_APP = frozenset({"outbox", "summary", "sync", "palette", "help", "network", "theme", "guide", "quit"})
"""Actions that are the same on every screen; the app runs them."""

_LISTS = frozenset({Place.QUEUE, Place.OUTBOX, Place.SUMMARY, Place.MAP})
_CASE = frozenset({Place.QUEUE, Place.DETAIL})
_ALL = frozenset(Place)
_ROWS = _ALL - {Place.MAP}
"""Where arrows go from row to row; on a map they move the map."""
_MAP = frozenset({Place.MAP})
_QUEUE = frozenset({Place.QUEUE})
_OUTBOX = frozenset({Place.OUTBOX})


def _on_summary(sentence: str) -> Mapping[Place, str]:
    return {Place.SUMMARY: sentence}


ACTIONS: tuple[DeskAction, ...] = (
    DeskAction(
        "down", "j,down", "turun", "Baris berikut", Group.MOVE, _ROWS, at=_on_summary("Angka di bawah")
    ),
    DeskAction("up", "k,up", "naik", "Baris sebelumnya", Group.MOVE, _ROWS, at=_on_summary("Angka di atas")),
    DeskAction("left", "left", "kiri", "Angka sebelumnya", Group.MOVE, frozenset({Place.SUMMARY})),
    DeskAction("right", "right", "kanan", "Angka berikut", Group.MOVE, frozenset({Place.SUMMARY})),
    DeskAction("first", "g,home", "awal", "Ke baris pertama", Group.MOVE, _ALL, at=_on_summary("Ke atas")),
    DeskAction("last", "G,end", "akhir", "Ke baris terakhir", Group.MOVE, _ALL, at=_on_summary("Ke bawah")),
    DeskAction(
        "half-down", "ctrl+d,pagedown", "setengah layar turun", "Setengah layar turun", Group.MOVE, _ALL
    ),
    DeskAction("half-up", "ctrl+u,pageup", "setengah layar naik", "Setengah layar naik", Group.MOVE, _ALL),
    DeskAction(
        "open",
        "enter,l",
        "buka",
        "Buka laporan di baris ini",
        Group.MOVE,
        _LISTS,
        bar=2,
        at=_on_summary("Buka laporan yang dihitung angka ini"),
    ),
    DeskAction(
        "back",
        "escape,h",
        "kembali",
        "Kembali; kosongkan tanda atau pencarian",
        Group.MOVE,
        _ALL,
        at=_on_summary("Kembali ke antrean"),
    ),
    DeskAction(
        "next-pane",
        "tab",
        "panel",
        "Pindah ke panel berikut",
        Group.MOVE,
        _ALL,
        at=_on_summary("Angka berikut"),
    ),
    DeskAction(
        "follow-up",
        "t",
        "tindak lanjut",
        "Tindak lanjut: yang bisa, dan sebab yang belum bisa",
        Group.WORK,
        _CASE,
        bar=3,
    ),
    DeskAction(
        "accept",
        "A",
        "terima usulan",
        "Terima usulan: kategori, kelurahan, dinas; disposisi",
        Group.WORK,
        _CASE,
    ),
    DeskAction(
        "take", "a", "ambil", "Ambil laporan, atau lepas / serahkan ke rekan", Group.WORK, _CASE, bar=4
    ),
    DeskAction("note", "c", "catatan", "Tulis catatan intern atau publik", Group.WORK, _CASE, bar=5),
    DeskAction("priority", "p", "prioritas", "Ubah prioritas: biasa, tinggi, darurat", Group.WORK, _CASE),
    DeskAction(
        "macro", "m", "makro", "Makro: beberapa tindakan sekaligus, dari config.toml", Group.WORK, _CASE
    ),
    DeskAction(
        "snooze",
        "w",
        "tunda",
        "Tunda sampai waktu tertentu, hanya untuk Anda; sekali lagi mengubah atau membangunkan",
        Group.WORK,
        _CASE,
    ),
    DeskAction("photo", "o", "foto/peta", "Buka foto dan peta laporan", Group.WORK, _CASE),
    DeskAction(
        "similar",
        "d",
        "mirip",
        "Laporan mirip, duplikat; yang ditandai: gabungkan",
        Group.WORK,
        _CASE,
    ),
    DeskAction(
        "reveal",
        "i",
        "nomor pelapor",
        "Lihat nomor telepon pelapor; alasannya dicatat pusat",
        Group.WORK,
        _CASE,
    ),
    DeskAction(
        "enter-report", "e", "laporan baru", "Catat laporan baru (112, datang langsung)", Group.WORK, _QUEUE
    ),
    DeskAction(
        "mark", "space", "tandai", "Tandai baris ini, lalu turun satu baris", Group.MARK, _QUEUE, bar=6
    ),
    DeskAction(
        "mark-range", "v", "rentang", "Tandai dari tanda terakhir sampai baris ini", Group.MARK, _QUEUE
    ),
    DeskAction("mark-all", "V", "semua", "Tandai semua yang tampil", Group.MARK, _QUEUE),
    DeskAction("repeat", "full_stop", "ulangi", "Ulangi tindakan terakhir pada baris ini", Group.MARK, _CASE),
    DeskAction(
        "undo",
        "u",
        "batalkan",
        "Batalkan yang terakhir (di kotak keluar: baris ini), bila belum terkirim",
        Group.MARK,
        _CASE | _OUTBOX,
    ),
    DeskAction("copy", "y", "salin nomor", "Salin nomor laporan", Group.MARK, _CASE),
    DeskAction(
        "query", "slash", "cari", "Cari dan saring", Group.FIND, frozenset({Place.QUEUE, Place.DETAIL}), bar=1
    ),
    DeskAction("next-hit", "n", "hasil berikut", "Hasil pencarian berikut", Group.FIND, _CASE),
    DeskAction("previous-hit", "N", "hasil sebelumnya", "Hasil pencarian sebelumnya", Group.FIND, _CASE),
    DeskAction(
        "save-view", "S", "simpan tampilan", "Simpan pencarian ini sebagai tampilan", Group.FIND, _QUEUE
    ),
    DeskAction("preview", "z", "pratinjau", "Tampilkan atau sembunyikan pratinjau", Group.FIND, _CASE),
    DeskAction("map", "M", "peta", "Peta laporan di tampilan ini, per kelurahan", Group.FIND, _QUEUE),
    DeskAction("outbox", "O", "kotak keluar", "Kotak keluar dan yang ditolak pusat", Group.FIND, _ALL),
    DeskAction("summary", "R", "ringkasan", "Ringkasan untuk pengawas", Group.FIND, _ALL),
    DeskAction(
        "handover",
        "H",
        "serah terima",
        "Serah terima sif: yang berubah, jatuh tempo, macet; tinggalkan catatan",
        Group.FIND,
        _ALL,
    ),
    DeskAction(
        "monthly",
        "B",
        "bulanan",
        "Laporan bulanan untuk pimpinan: baca di layar, lalu simpan sebagai md, pdf atau csv",
        Group.FIND,
        frozenset({Place.SUMMARY}),
    ),
    DeskAction(
        "tray-retry",
        "full_stop",
        "ulangi",
        "Ulangi yang ditolak pada keadaan sekarang",
        Group.TRAY,
        _OUTBOX,
        bar=1,
    ),
    DeskAction(
        "tray-note",
        "n",
        "kirim sbg catatan",
        "Kirim tulisan Anda sebagai catatan",
        Group.TRAY,
        _OUTBOX,
        bar=3,
    ),
    DeskAction(
        "tray-hand",
        "a",
        "serahkan",
        "Serahkan laporannya kepada rekan, dengan catatan apa yang ditolak",
        Group.TRAY,
        _OUTBOX,
        bar=2,
    ),
    DeskAction(
        "tray-discard",
        "d",
        "buang",
        "Buang tindakan atau tulisan ini, setelah bertanya",
        Group.TRAY,
        _OUTBOX,
        bar=4,
    ),
    DeskAction(
        "tray-copy", "y", "salin", "Salin tulisan yang tertinggal, atau nomornya", Group.TRAY, _OUTBOX, bar=6
    ),
    DeskAction(
        "tray-enter", "e", "catat lagi", "Catat lagi laporan yang hilang di pusat", Group.TRAY, _OUTBOX, bar=7
    ),
    DeskAction("tray-export", "E", "ekspor", "Simpan isi kotak ini ke berkas", Group.TRAY, _OUTBOX, bar=5),
    DeskAction("map-next", "j", "berikut", "Kelurahan berikut di daftar", Group.MAP, _MAP, bar=3),
    DeskAction("map-previous", "k", "sebelumnya", "Kelurahan sebelumnya di daftar", Group.MAP, _MAP),
    DeskAction(
        "map-closer", "plus,equals_sign", "perbesar", "Perbesar peta ke kelurahan itu", Group.MAP, _MAP, bar=4
    ),
    DeskAction("map-wider", "minus", "perkecil", "Perkecil peta", Group.MAP, _MAP, bar=5),
    DeskAction("map-whole", "0", "seluruh kota", "Seluruh kota", Group.MAP, _MAP, bar=6),
    DeskAction("map-left", "left", "geser kiri", "Geser peta ke kiri", Group.MAP, _MAP),
    DeskAction("map-right", "right", "geser kanan", "Geser peta ke kanan", Group.MAP, _MAP),
    DeskAction("map-up", "up", "geser atas", "Geser peta ke atas", Group.MAP, _MAP),
    DeskAction("map-down", "down", "geser bawah", "Geser peta ke bawah", Group.MAP, _MAP),
    DeskAction("sync", "r", "sinkron", "Sinkronkan sekarang", Group.DESK, _ALL),
    DeskAction(
        "palette", "colon", "perintah", "Semua perintah; ketik nomor untuk membuka laporan", Group.DESK, _ALL
    ),
    DeskAction("help", "question_mark", "bantuan", "Bantuan: semua tombol", Group.DESK, _ALL, bar=8),
    DeskAction("network", "x", "jaringan", "Demo: putuskan atau sambungkan jaringan", Group.DESK, _ALL),
    DeskAction(
        "theme",
        "T",
        "tema",
        "Ganti tema: gelap, terang, kontras tinggi, aman buta warna, 16 warna terminal, tanpa warna",
        Group.DESK,
        _ALL,
    ),
    DeskAction(
        "guide",
        "P",
        "panduan",
        "Tutup panduan langkah pertama, atau buka lagi di langkah yang belum",
        Group.DESK,
        _QUEUE,
    ),
    DeskAction("quit", "q", "keluar", "Keluar; yang belum terkirim tetap tersimpan", Group.DESK, _ALL, bar=9),
)
"""Everything a key can do. The saved views 1–9 are added by `bindings`."""

ACTION_BY_ID: dict[str, DeskAction] = {action.id: action for action in ACTIONS}
MOST_IN_BAR = 7
