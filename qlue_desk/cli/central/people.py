"""`central user`, `central desk` and `central key`: who may do what."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qlue_desk.cli.central.room import city_of, data_options, opened
from qlue_desk.cli.lazy import LazyGroup, command, option
from qlue_desk.cli.output import say, table, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.domain.complaint import Actor

_HERE = "qlue_desk.cli.central.people:"
ROLES = ("operator", "verifier", "officer", "supervisor", "city_supervisor", "admin", "auditor")
PASSWORD_VARIABLE = "QLUE_DESK_PASSWORD"

user = LazyGroup(
    "user",
    lazy={
        "list": (_HERE + "list_users", N_("orang sebuah kota")),
        "add": (_HERE + "add_user", N_("tambah orang")),
        "password": (_HERE + "set_password", N_("kata sandi baru")),
        "end": (_HERE + "end_user", N_("orang ini tidak boleh masuk lagi")),
    },
    help=N_("Orang: daftar, tambah, kata sandi."),
)
desk = LazyGroup(
    "desk",
    lazy={
        "code": (_HERE + "desk_code", N_("kode pendaftaran sekali pakai, 10 menit")),
        "list": (_HERE + "list_desks", N_("meja sebuah kota")),
        "move": (_HERE + "move_desk", N_("pindahkan meja ke dinas lain")),
        "revoke": (_HERE + "revoke_desk", N_("cabut meja; --wipe menghapus datanya")),
    },
    help=N_("Meja: kode pendaftaran, daftar, cabut."),
)
key = LazyGroup(
    "key",
    lazy={
        "add": (_HERE + "add_key", N_("kunci baru untuk sistem luar")),
        "revoke": (_HERE + "revoke_key", N_("cabut semua kunci sebuah sistem")),
    },
    help=N_("Kunci untuk sistem luar: intake, open311."),
)


def _person(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "city": actor.city,
        "dinas": actor.dinas,
    }


def _password() -> tuple[str, bool]:
    """From the environment, asked on a terminal, else made up (True) and told once."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given, False
    if sys.stdin.isatty():
        asked: str = click.prompt(
            _("Kata sandi (kosong: dibuatkan)"), default="", hide_input=True, show_default=False
        )
        if asked:
            return asked, False
    return secrets.token_urlsafe(9), True


@command("list", N_("Orang sebuah kota."))
@option("--city", metavar="NAME", help=N_("kota"))
@option("--dinas", metavar="KEY", help=N_("hanya dinas ini"))
@data_options
@pass_shell
def list_users(
    shell: Shell,
    city: str | None,
    dinas: str | None,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """List people."""
    with opened(shell, data, database) as hub:
        found = hub.accounts.people(city_of(hub, city), dinas)
    if json_output:
        write_json([_person(actor) for actor in found])
    else:
        table([(actor.name, ", ".join(sorted(actor.roles)), actor.dinas or "") for actor in found])


@command("add", N_("Tambah orang; kata sandi dari QLUE_DESK_PASSWORD, ditanyakan, atau dibuatkan."))
@click.argument("name")
@option("--city", metavar="NAME", help=N_("kota"))
@option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help=N_("boleh berulang"))
@option("--dinas", metavar="KEY", help=N_("dinas; tanpa ini dinas koordinator"))
@option("--display", metavar="TEXT", default="", help=N_("nama di layar"))
@data_options
@pass_shell
def add_user(
    shell: Shell,
    name: str,
    city: str | None,
    roles: tuple[str, ...],
    dinas: str | None,
    display: str,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Add a person."""
    from qlue_desk.central import admin
    from qlue_desk.domain.complaint import Role

    password, made_up = _password()
    with opened(shell, data, database) as hub:
        actor = admin.add_user(
            hub,
            name,
            city_of(hub, city),
            [Role(role) for role in roles],
            display=display,
            dinas=dinas,
            password=password,
        )
    if json_output:
        write_json(_person(actor) | {"user": name.lower()} | ({"password": password} if made_up else {}))
        return
    say(_("{name} ditambahkan di {dinas}.").format(name=actor.name, dinas=actor.dinas))
    if made_up:
        say(_("Kata sandi pertama (hanya ditampilkan sekali): {password}").format(password=password))


@command("password", N_("Beri kata sandi baru."))
@click.argument("name")
@data_options
@pass_shell
def set_password(shell: Shell, name: str, data: Path | None, database: str | None, json_output: bool) -> None:
    """Set a password."""
    password, made_up = _password()
    with opened(shell, data, database) as hub:
        hub.accounts.set_password(name, password)
    if json_output:
        write_json({"user": name} | ({"password": password} if made_up else {}))
    else:
        template = _("Kata sandi {name} diganti: {password}") if made_up else _("Kata sandi {name} diganti.")
        say(template.format(name=name, password=password))


@command("end", N_("Orang ini tidak boleh masuk lagi; yang pernah dikerjakannya tetap tercatat."))
@click.argument("name")
@data_options
@pass_shell
def end_user(shell: Shell, name: str, data: Path | None, database: str | None, json_output: bool) -> None:
    """Let a person in no more."""
    with opened(shell, data, database) as hub:
        hub.accounts.set_active(name, False)
    if json_output:
        write_json({"user": name, "active": False})
    else:
        say(_("{name} tidak bisa masuk lagi.").format(name=name))


@command("code", N_("Kode sekali pakai (10 menit) yang membuat sebuah pemasangan menjadi meja dinas."))
@option("--city", metavar="NAME", help=N_("kota"))
@option("--dinas", metavar="KEY", required=True, help=N_("dinas"))
@option("--name", metavar="TEXT", default="", help=N_("nama meja"))
@data_options
@pass_shell
def desk_code(
    shell: Shell,
    city: str | None,
    dinas: str,
    name: str,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Make an enrolment code."""
    from qlue_desk.central import admin

    with opened(shell, data, database) as hub:
        code = admin.desk_code(hub, city_of(hub, city), dinas, name)
    if json_output:
        write_json({"code": code, "dinas": dinas, "minutes": 10})
    else:
        say(_("Kode: {code} (10 menit, sekali pakai)").format(code=code))
        say(f"qlue-desk login URL --code {code} --user …")


@command("list", N_("Meja sebuah kota: dinas, kapan terakhir terlihat."))
@option("--city", metavar="NAME", help=N_("kota"))
@data_options
@pass_shell
def list_desks(
    shell: Shell, city: str | None, data: Path | None, database: str | None, json_output: bool
) -> None:
    """List desks."""
    with opened(shell, data, database) as hub:
        found = hub.desks.of_city(city_of(hub, city))
    if json_output:
        write_json(found)
        return
    table(
        [
            (
                one.id,
                one.dinas,
                one.name,
                one.seen_at.isoformat(timespec="minutes") if one.seen_at else "–",
                _("dicabut") if one.revoked else _("disalin: dipakai di dua tempat") if one.cloned else "",
            )
            for one in found
        ]
    )


@command("move", N_("Pindahkan meja ke dinas lain; isinya diganti pada sinkron berikutnya."))
@click.argument("desk_id", metavar="ID")
@option("--dinas", metavar="KEY", required=True, help=N_("dinas"))
@data_options
@pass_shell
def move_desk(
    shell: Shell, desk_id: str, dinas: str, data: Path | None, database: str | None, json_output: bool
) -> None:
    """Move a desk."""
    with opened(shell, data, database) as hub:
        hub.desks.move(desk_id, dinas)
    if json_output:
        write_json({"desk": desk_id, "dinas": dinas})
    else:
        say(_("Meja {desk} sekarang milik {dinas}.").format(desk=desk_id, dinas=dinas))


@command("revoke", N_("Cabut meja; dengan --wipe datanya dihapus pada hubungan berikutnya."))
@click.argument("desk_id", metavar="ID")
@option("--wipe", is_flag=True, help=N_("meja menghapus datanya"))
@data_options
@pass_shell
def revoke_desk(
    shell: Shell, desk_id: str, wipe: bool, data: Path | None, database: str | None, json_output: bool
) -> None:
    """Revoke a desk."""
    with opened(shell, data, database) as hub:
        before = hub.desks.revoke(desk_id, wipe)
    if json_output:
        write_json({"desk": desk_id, "revoked": True, "wipe": wipe or before.wipe})
    elif not before.revoked:
        say(_("Meja {desk} dicabut.").format(desk=desk_id))
    elif wipe and not before.wipe:
        say(_("Meja {desk} sudah dicabut; perintah hapus ditambahkan.").format(desk=desk_id))
    else:
        say(_("Meja {desk} sudah dicabut.").format(desk=desk_id))


@command("add", N_("Kunci baru untuk sistem luar; ditampilkan sekali."))
@click.argument("name")
@option("--purpose", type=click.Choice(("intake", "open311")), required=True, help="intake, open311")
@option("--city", metavar="NAME", help=N_("kota"))
@data_options
@pass_shell
def add_key(
    shell: Shell,
    name: str,
    purpose: str,
    city: str | None,
    data: Path | None,
    database: str | None,
    json_output: bool,
) -> None:
    """Make a key."""
    with opened(shell, data, database) as hub:
        made = hub.api_keys.add(name, purpose, city_of(hub, city))
    if json_output:
        write_json({"name": name, "purpose": purpose, "key": made})
    else:
        say(_("Kunci {name}: {key}").format(name=name, key=made))


@command("revoke", N_("Cabut semua kunci sebuah sistem luar."))
@click.argument("name")
@data_options
@pass_shell
def revoke_key(shell: Shell, name: str, data: Path | None, database: str | None, json_output: bool) -> None:
    """Revoke keys."""
    with opened(shell, data, database) as hub:
        count = hub.api_keys.revoke(name)
    if json_output:
        write_json({"name": name, "revoked": count})
    else:
        say(n_("{n} kunci {name} dicabut.", count).format(n=number(count), name=name))
