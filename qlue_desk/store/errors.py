"""What can go wrong with the desk's own storage, each as one sentence for a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qlue_desk.domain.moves import N_


class StoreError(Exception):
    """Storage cannot do what was asked. `template` is Indonesian and a key of the catalogues."""

    def __init__(self, template: str, **values: str) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        values = {key: translate(value) if key == "why" else value for key, value in self.values.items()}
        return translate(self.template).format(**values)


class StoreClosed(StoreError):
    """The store was closed before this could run; nothing of it was written."""


class DiskFull(StoreError):
    """There is no room for what was to be written; nothing of it was."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            N_("Cakram penuh: {path} tidak bisa ditulis. Kosongkan ruang, lalu ulangi."), path=str(path)
        )


class Damaged(StoreError):
    """The database cannot be read any more; what had not left stands in the twin too."""


class NewerDatabase(StoreError):
    """A newer program wrote this database: it is read, never written."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            N_(
                "Basis data ini ditulis qlue-desk yang lebih baru (skema {found}, program ini mengenal"
                " {known}) dan hanya dibaca: perbarui program; kotak keluar bisa disimpan dengan"
                " qlue-desk outbox export."
            ),
            found=str(found),
            known=str(known),
        )


class NewerData(StoreError):
    """Central sent what this program is too old to read: a status or channel that came later.

    Nothing of the page was applied; own work can still be sent.
    """

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Pusat mengirim data yang belum dikenal program ini: perbarui qlue-desk; pekerjaan tetap dikirim."
            )
        )


class Superseded(Exception):
    """A newer read of the same lane took the place of this one; drop it in silence."""


class OffThread(RuntimeError):
    """A query outside the store's own threads: a mistake of ours, never of the person."""
