"""`central city` and `central dinas`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qlue_desk.cli.central.room import city_of, data_options, opened
from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import LazyGroup, command, option, unknown_word
from qlue_desk.cli.output import say, table, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.domain.city import City

_HERE = "qlue_desk.cli.central.cities:"
IDENTIFIED = {"dinas": "key", "categories": "key", "kecamatan": "code", "kelurahan": "code"}
"""Lists of a city, and what tells their entries apart."""
COOPERATION = ("none", "trial", "partner")

city = LazyGroup(
    "city",
    lazy={
        "list": (_HERE + "list_cities", N_("kota yang dilayani dan yang disertakan program")),
        "add": (_HERE + "add_city", N_("tambah kota dari berkas, atau yang disertakan")),
        "set": (_HERE + "set_city", N_("ubah kerja sama; bergabung melepas laporan yang ditahan")),
    },
    help=N_("Kota: daftar, tambah, kerja sama."),
)
dinas = LazyGroup(
    "dinas",
    lazy={
        "list": (_HERE + "list_dinas", N_("dinas sebuah kota")),
        "add": (_HERE + "add_dinas", N_("tambah atau ganti dinas")),
    },
    help=N_("Dinas sebuah kota."),
)


def _city_json(found: City) -> dict[str, Any]:
    return {
        "key": found.key,
        "name": found.name,
        "prefix": found.prefix,
        "zone": found.zone,
        "cooperation": str(found.cooperation),
        "coordinator": found.coordinator,
        "dinas": len([one for one in found.dinas if not one.outside]),
        "categories": len(found.categories),
        "kelurahan": len(found.kelurahan),
    }


@command("list", N_("Kota yang dilayani pusat ini."))
@data_options
@pass_shell
def list_cities(shell: Shell, data: Path | None, database: str | None, json_output: bool) -> None:
    """List cities."""
    from qlue_desk.cities import shipped

    with opened(shell, data, database) as hub:
        found = hub.cities()
    others = [key for key in shipped() if key not in {one.key for one in found}]
    if json_output:
        write_json({"cities": [_city_json(one) for one in found], "shipped": others})
        return
    table([(one.key, one.name, str(one.cooperation), one.zone) for one in found])
    say(_("Disertakan, belum ditambah: {known}").format(known=", ".join(others) or "–"))


@command(
    "add", N_("Tambah kota dari berkas TOML, atau yang disertakan menurut nama; yang sudah ada diperbarui.")
)
@click.argument("what", metavar="FILE|NAME")
@data_options
@pass_shell
def add_city(shell: Shell, what: str, data: Path | None, database: str | None, json_output: bool) -> None:
    """Add a city."""
    from qlue_desk.central import admin
    from qlue_desk.cities import shipped

    path = Path(what)
    if not path.is_file() and what not in shipped():
        looks_like_file = path.suffix or len(path.parts) > 1
        raise Usage(
            (
                _("{path} adalah folder, bukan berkas.") if path.is_dir() else _("Berkas {path} tidak ada.")
            ).format(path=path)
            if looks_like_file
            else unknown_word(what, list(shipped()))
        )
    with opened(shell, data, database) as hub:
        known = {one.key: one for one in hub.cities()}
        found = admin.add_city_file(hub, path) if path.is_file() else admin.add_shipped_city(hub, what)
    before = known.get(found.key)
    changed = [] if before is None else changes(before, found)
    if before is not None and path.is_file() and (wanted := _named_cooperation(path, found)):
        warn(
            _("Kerja sama tetap {now}, bukan {wanted} seperti di berkas; ubah dengan: {command}").format(
                now=found.cooperation,
                wanted=wanted,
                command=f"qlue-desk central city set {found.key} --cooperation {wanted}",
            )
        )
    if json_output:
        write_json(_city_json(found) | {"updated": before is not None, "changed": changed})
    else:
        _say_added(found, before, changed)
    if not found.kelurahan:
        warn(_("Tidak ada kelurahan di berkas: setiap laporan menunggu verifikator untuk ditempatkan."))


def _named_cooperation(path: Path, city: City) -> str:
    """What the file names where the city is otherwise: joining lets reports go, so only `set` does it."""
    import tomllib

    named = tomllib.loads(path.read_text("utf-8-sig")).get("cooperation")
    return "" if named is None or named == str(city.cooperation) else str(named)


def _say_added(found: City, before: City | None, changed: list[str]) -> None:
    if before is None:
        say(_("{city} ditambahkan: {n} kategori, {k} kelurahan, kerja sama {cooperation}.").format(
            city=found.name, n=len(found.categories), k=len(found.kelurahan), cooperation=found.cooperation
        ))  # fmt: skip
        return
    if not changed:
        say(_("{city} sudah ada; tidak ada yang berubah.").format(city=found.name))
        return
    say(_("{city} diperbarui; kerja sama tetap {cooperation}.").format(
        city=found.name, cooperation=found.cooperation
    ))  # fmt: skip
    for line in changed:
        say(f"  {line}")


def changes(before: City, after: City) -> list[str]:
    """What an updated city file changes: `+` new, `-` gone, `~` other than before."""
    lines = []
    for field in type(after).__struct_fields__:
        old, new = getattr(before, field), getattr(after, field)
        if old == new or field == "cooperation":
            continue
        if field not in IDENTIFIED:
            lines.append(f"~ {field}")
            continue
        was, now = ({getattr(one, IDENTIFIED[field]): one for one in each} for each in (old, new))
        lines += [f"+ {field} {key}" for key in now if key not in was]
        lines += [f"- {field} {key}" for key in was if key not in now]
        lines += [f"~ {field} {key}" for key in now if key in was and was[key] != now[key]]
        if was == now:
            lines.append(f"~ {field}")
    return lines


@command("set", N_("Ubah kerja sama kota; bergabung melepas semua laporan yang ditahan sekaligus."))
@click.argument("name")
@option("--cooperation", type=click.Choice(COOPERATION), required=True, help="none, trial, partner")
@data_options
@pass_shell
def set_city(
    shell: Shell, name: str, cooperation: str, data: Path | None, database: str | None, json_output: bool
) -> None:
    """Join or leave."""
    from qlue_desk.domain.city import Cooperation

    with opened(shell, data, database) as hub:
        released = hub.register.set_cooperation(name, Cooperation(cooperation))
    if json_output:
        write_json({"city": name, "cooperation": cooperation, "released": released})
    else:
        say(n_("{city}: {cooperation}; {n} laporan dilepas.", released).format(
            city=name, cooperation=cooperation, n=number(released)))  # fmt: skip


@command("list", N_("Dinas sebuah kota, juga pihak luar."))
@option("--city", metavar="NAME", help=N_("kota"))
@data_options
@pass_shell
def list_dinas(
    shell: Shell, city: str | None, data: Path | None, database: str | None, json_output: bool
) -> None:
    """List dinas."""
    with opened(shell, data, database) as hub:
        found = hub.city(city_of(hub, city)).dinas
    if json_output:
        write_json(found)
    else:
        table([(one.key, one.name, one.full_name, _("luar") if one.outside else "") for one in found])


@command("add", N_("Tambah dinas, atau ganti yang kuncinya sama."))
@click.argument("dinas_key", metavar="KEY")
@option("--city", metavar="NAME", help=N_("kota"))
@option("--name", metavar="TEXT", required=True, help=N_("nama pendek di layar"))
@option("--full-name", metavar="TEXT", default="", help=N_("nama lengkap"))
@option("--outside", is_flag=True, help=N_("pihak luar: laporan hanya dirujuk ke sana"))
@option("--inactive", is_flag=True, help=N_("tidak menerima disposisi lagi"))
@data_options
@pass_shell
def add_dinas(
    shell: Shell,
    dinas_key: str,
    city: str | None,
    name: str,
    full_name: str,
    outside: bool,
    inactive: bool,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Add a dinas."""
    from qlue_desk.central import admin
    from qlue_desk.domain.city import Dinas

    made = Dinas(dinas_key, name, full_name, outside=outside, active=not inactive)
    with opened(shell, data, database) as hub:
        found = admin.add_dinas(hub, city_of(hub, city), made)
    if json_output:
        write_json(made)
    else:
        say(_("{dinas} ada di {city}.").format(dinas=name, city=found.name))
