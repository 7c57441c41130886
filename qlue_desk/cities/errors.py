"""What can be wrong with a city file, as one sentence each that names file, key, found and allowed.

The sentences are msgids: this floor cannot translate, so the error carries template and fields, and an
upper floor says `error.sentence(_)`.
"""

from __future__ import annotations

from collections.abc import Callable

from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean

UNREADABLE = N_("{place}: berkas tidak dapat dibaca ({why}).")
NOT_TOML = N_("{place}: bukan TOML yang sah ({why}).")
MISSING = N_("{place}: {key} belum ada; wajib diisi: {allowed}.")
UNKNOWN_KEY = N_("{place}: kunci {found} tidak dikenal di {key}; yang boleh: {allowed}.")
UNKNOWN_VALUE = N_("{place}: {key} berisi {found}, yang tidak dikenal; yang boleh: {allowed}.")
WRONG_SHAPE = N_("{place}: {key} berisi {found}; yang boleh: {allowed}.")
TOO_EARLY = N_("{place}: {key} berisi {found}; harus sesudah {other} ({at}).")
TWICE = N_("{place}: {key} {found} dipakai dua kali ({users}); setiap {key} hanya boleh dipakai sekali.")
OVERLAP = N_(
    "{place}: pemilik kategori {category} tumpang tindih ({first} dan {second}); "
    "pada satu hari hanya boleh ada satu pemilik."
)
BACKWARDS = N_(
    "{place}: masa pemilik {found} pada kategori {category} berakhir ({until}) sebelum mulai ({since}); "
    "until harus sama dengan atau sesudah since."
)
NO_OWNER = N_("{place}: kategori {found} tidak punya pemilik; isi owners dengan salah satu dari: {allowed}.")
NO_DEFAULT_CLASS = N_(
    "{place}: sla.resolve belum berisi {key}; kelas itu berlaku bagi laporan yang belum berkategori."
)
RESERVED_LETTER = N_(
    "{place}: huruf {found} pada kategori {category} sudah dipakai layar operator "
    "(g hantu, k iseng, i informasi); pakai huruf lain a–z atau A–Z."
)
NO_GEOJSON = N_(
    "{place}: bukan GeoJSON yang sah; yang boleh: FeatureCollection berisi poligon dengan properti kode."
)
TOO_FINE = N_("{place}: lebih dari {most} titik; yang boleh: batas yang lebih kasar.")
NO_FILE = N_(
    "{place}: {key} menunjuk {found}, yang tidak ada; yang boleh: nama berkas GeoJSON di samping berkas ini."
)


class CityFileError(ValueError):
    """A city file that cannot be used; `str()` is the one Indonesian sentence."""

    def __init__(self, template: str, **fields: str):
        self.template = template
        # What a hostile file brings is shown, not obeyed.
        self.fields = {key: clean(value, multiline=False) for key, value in fields.items()}
        super().__init__(template.format(**self.fields))

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language; values that are words of ours are translated too."""
        return translate(self.template).format(
            **{key: translate(value) if value else value for key, value in self.fields.items()}
        )
