"""`central …`: running a city's server. Nothing of the server loads before a command of it is called."""

from __future__ import annotations

from qlue_desk.cli.lazy import LazyGroup
from qlue_desk.domain.moves import N_

_HERE = "qlue_desk.cli.central."

central = LazyGroup(
    "central",
    lazy={
        "init": (_HERE + "running:init", N_("mulai sebuah pusat")),
        "serve": (_HERE + "running:serve", N_("layani meja, warga, dan masukan laporan")),
        "city": (_HERE + "cities:city", N_("kota: daftar, tambah, kerja sama")),
        "dinas": (_HERE + "cities:dinas", N_("dinas sebuah kota")),
        "user": (_HERE + "people:user", N_("orang: daftar, tambah, kata sandi")),
        "desk": (_HERE + "people:desk", N_("meja: kode pendaftaran, daftar, cabut")),
        "key": (_HERE + "people:key", N_("kunci untuk sistem luar: intake, open311")),
        "intake": (_HERE + "intake:intake", N_("ambil laporan: tabel, gammu, qlue")),
        "escalate": (_HERE + "running:escalate", N_("jalankan eskalasi dan penutupan yang jatuh tempo")),
        "backup": (_HERE + "keeping:backup", N_("cadangan utuh, sambil melayani")),
        "restore": (_HERE + "keeping:restore", N_("pulihkan cadangan; tidak ada yang hilang dari meja")),
        "check": (_HERE + "keeping:check", N_("periksa basis data, rantai, dan berkas")),
    },
    help=N_("Jalankan server sebuah kota."),
)
