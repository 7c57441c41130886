"""What can be wrong with a city file, as one sentence each that names file, key, found and allowed.

The sentences are msgids: this floor cannot translate, so the error carries template and fields and an
upper floor may say `_(error.template).format(**error.fields)`.
"""

from __future__ import annotations

UNREADABLE = "{place}: berkas tidak dapat dibaca ({why})."
NOT_TOML = "{place}: bukan TOML yang sah ({why})."
MISSING = "{place}: {key} belum ada; wajib diisi: {allowed}."
UNKNOWN_KEY = "{place}: kunci {found} tidak dikenal di {key}; yang boleh: {allowed}."
UNKNOWN_VALUE = "{place}: {key} berisi {found}, yang tidak dikenal; yang boleh: {allowed}."
WRONG_SHAPE = "{place}: {key} berisi {found}; yang boleh: {allowed}."
TWICE = "{place}: {key} {found} dipakai dua kali ({users}); setiap {key} hanya boleh dipakai sekali."
OVERLAP = (
    "{place}: pemilik kategori {category} tumpang tindih ({first} dan {second}); "
    "pada satu hari hanya boleh ada satu pemilik."
)
BACKWARDS = (
    "{place}: masa pemilik {found} pada kategori {category} berakhir ({until}) sebelum mulai ({since}); "
    "until harus sama dengan atau sesudah since."
)
NO_OWNER = "{place}: kategori {found} tidak punya pemilik; isi owners dengan salah satu dari: {allowed}."
RESERVED_LETTER = (
    "{place}: huruf {found} pada kategori {category} sudah dipakai layar operator "
    "(g hantu, k iseng, i informasi); pakai huruf lain a–z atau A–Z."
)
NO_FILE = (
    "{place}: {key} menunjuk {found}, yang tidak ada; yang boleh: nama berkas GeoJSON di samping berkas ini."
)


class CityFileError(ValueError):
    """A city file that cannot be used; `str()` is the one Indonesian sentence."""

    def __init__(self, template: str, **fields: str):
        self.template = template
        self.fields = fields
        super().__init__(template.format(**fields))
