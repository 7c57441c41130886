"""Why the operating system said no, in our own words: its own are English on most machines."""

from __future__ import annotations

import errno

from qlue_desk.domain.moves import N_

_REASONS: dict[int, str] = {
    errno.ENOENT: N_("berkas atau folder itu tidak ada"),
    errno.EACCES: N_("tidak ada izin"),
    errno.EPERM: N_("tidak ada izin"),
    errno.ENOTDIR: N_("bagian dari namanya bukan folder"),
    errno.EISDIR: N_("itu folder, bukan berkas"),
    errno.EEXIST: N_("sudah ada"),
    errno.ENOTEMPTY: N_("folder itu tidak kosong"),
    errno.ENOSPC: N_("cakram penuh"),
    errno.EFBIG: N_("melewati batas ukuran berkas"),
    errno.EROFS: N_("cakram itu hanya bisa dibaca"),
    errno.EIO: N_("cakram gagal membaca atau menulis"),
    errno.EBUSY: N_("sedang dipakai"),
    errno.ENAMETOOLONG: N_("namanya terlalu panjang"),
    errno.ELOOP: N_("tautannya berputar"),
    errno.EMFILE: N_("terlalu banyak berkas terbuka"),
    errno.EADDRINUSE: N_("alamat itu sedang dipakai program lain"),
    errno.EADDRNOTAVAIL: N_("alamat itu bukan milik mesin ini"),
    getattr(errno, "EDQUOT", errno.ENOSPC): N_("cakram penuh"),
}


def reason_of(error: OSError) -> str:
    """The reason as an Indonesian phrase and key of the catalogues; what the system said where we have none."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
