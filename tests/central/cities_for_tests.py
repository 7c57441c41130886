"""Cities made in memory or written to a temporary file; never taken from data without a licence."""

from __future__ import annotations

from qlue_desk.domain.city import (
    Category,
    City,
    Cooperation,
    Deadline,
    Dinas,
    Kecamatan,
    Kelurahan,
    Owner,
    SlaProfile,
    Unit,
)

SLA = SlaProfile(
    key="test",
    dispatch=Deadline(7, Unit.MINUTES),
    acknowledge=Deadline(24, Unit.HOURS),
    resolve={
        "fast": Deadline(5, Unit.WORKING_DAYS),
        "medium": Deadline(14, Unit.WORKING_DAYS),
        "slow": Deadline(60, Unit.WORKING_DAYS),
    },
    final=Deadline(10, Unit.WORKING_DAYS),
)


def small_bogor() -> City:
    """Enough of Bogor for a test: three dinas, three categories, two kelurahan."""
    return City(
        key="bogor",
        name="Kota Bogor",
        prefix="BGR",
        code="32.71",
        zone="Asia/Jakarta",
        cooperation=Cooperation.TRIAL,
        coordinator="diskominfo",
        sla=SLA,
        dinas=(
            Dinas("diskominfo", "Diskominfo", "Dinas Komunikasi dan Informatika"),
            Dinas("dpupr", "DPUPR", "Dinas Pekerjaan Umum dan Penataan Ruang"),
            Dinas("dlh", "DLH", "Dinas Lingkungan Hidup"),
            Dinas("pln", "PLN", outside=True),
        ),
        categories=(
            Category("jalan_rusak", "Jalan rusak", (Owner("dpupr"),), source_names=("Jalan Berlubang",)),
            Category("sampah", "Sampah menumpuk", (Owner("dlh"),), keywords=("sampah",)),
            Category("listrik", "Listrik padam", (Owner("pln"),)),
        ),
        kecamatan=(
            Kecamatan("32.71.03", "Bogor Tengah"),
            Kecamatan("32.71.06", "Tanah Sareal", aliases=("Tanah Sereal",)),
        ),
        kelurahan=(
            Kelurahan("32.71.03.1006", "Sempur", "32.71.03", lat_e6=-6590000, lon_e6=106800000),
            Kelurahan("32.71.06.1005", "Kebon Pedes", "32.71.06"),
        ),
    )
