"""City files that a test writes for itself from data without a licence; never committed."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

from qlue_desk.cities import load_city
from qlue_desk.domain.city import City


def key_of(name: str) -> str:
    """A key as city files want it."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "kosong"


def write_city(
    folder: Path,
    *,
    key: str,
    name: str,
    prefix: str,
    code: str,
    zone: str,
    owners: dict[str, str],
    kelurahan: dict[str, set[str]],
) -> City:
    """A city file with one category for each outside name; `owners` maps it to its agency's name."""
    dinas = {"diskominfo": "Diskominfo"} | {key_of(owner): owner for owner in owners.values()}
    lines = [
        f'key = "{key}"', f'name = "{name}"', f'prefix = "{prefix}"', f'code = "{code}"', f'zone = "{zone}"',
        'cooperation = "trial"', 'coordinator = "diskominfo"', 'sla = "sp4n"', "use = []",
    ]  # fmt: skip
    for dinas_key, dinas_name in dinas.items():
        lines += ["[[dinas]]", f'key = "{dinas_key}"', f'name = "{dinas_name}"']
    for source_name, owner in owners.items():
        lines += [
            "[[categories]]", f'key = "{key_of(source_name)}"', f'label = "{source_name}"',
            f'source_names = ["{source_name}"]', f'owners = [{{ dinas = "{key_of(owner)}" }}]',
        ]  # fmt: skip
    number = 0
    for index, (district, wards) in enumerate(sorted(kelurahan.items()), start=1):
        district_code = f"{code}.{index:02d}"
        lines += ["[[kecamatan]]", f'code = "{district_code}"', f'name = "{district.title()}"']
        for ward in sorted(wards):
            number += 1
            lines += [
                "[[kelurahan]]", f'code = "{district_code}.{1000 + number}"', f'name = "{ward}"',
                f'kecamatan = "{district_code}"',
            ]  # fmt: skip
    path = folder / f"{key}.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return load_city(path)


def samarinda(folder: Path, data: Path) -> City:
    """Categories and agencies counted from the routing table, places from the reports."""
    owners: dict[str, str] = {}
    counts: dict[str, int] = defaultdict(int)
    for row in _rows(data / "complaints_id" / "samarinda_kategori_instansi.csv"):
        if not row["kategori"] or not row["instansi_terdisposisi"]:
            continue
        if int(row["jumlah"]) > counts[row["kategori"]]:
            counts[row["kategori"]] = int(row["jumlah"])
            owners[row["kategori"]] = row["instansi_terdisposisi"]
    places = _places(data / "complaints_id" / "samarinda_sp4n_2024.csv", "kelurahan", only="Kota Samarinda")
    return write_city(
        folder, key="samarinda", name="Kota Samarinda", prefix="SMD", code="64.72", zone="Asia/Makassar",
        owners=owners, kelurahan=places,
    )  # fmt: skip


def sumenep(folder: Path, data: Path) -> City:
    """Event types of the call centre and their agencies."""
    owners = {
        row["kejadian"]: row["opd"] for row in _rows(data / "complaints_id" / "sumenep_kejadian_opd.csv")
    }
    places = _places(data / "complaints_id" / "sumenep_cc112.csv", "desa_kelurahan")
    return write_city(
        folder, key="sumenep", name="Kabupaten Sumenep", prefix="SMN", code="35.29", zone="Asia/Jakarta",
        owners=owners, kelurahan=places,
    )  # fmt: skip


def _places(path: Path, column: str, only: str = "") -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(path):
        if row["kecamatan"] and row[column] and (not only or row["kota_kabupaten"] == only):
            found[row["kecamatan"]].add(row[column])
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
