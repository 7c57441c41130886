"""`login`, `logout`, `whoami`: which city's desk this is, and who sits at it."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import click

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

PASSWORD_VARIABLE = "QLUE_DESK_PASSWORD"
TOKEN_VARIABLE = "QLUE_DESK_TOKEN"


@command("login", N_("Hubungkan meja ini ke pusat dengan kode pendaftaran, lalu masuk sebagai orang."))
@click.argument("server", metavar="[URL]", required=False)
@option("--code", metavar="CODE", help=N_("kode pendaftaran sekali pakai dari pengelola kota"))
@option("--user", metavar="NAME", help=N_("nama pengguna; kata sandi ditanyakan, atau QLUE_DESK_PASSWORD"))
@option("--desk-name", metavar="TEXT", default="", help=N_("nama meja ini, mis. Loket 2"))
@pass_shell
def login(
    shell: Shell, server: str | None, code: str | None, user: str | None, desk_name: str, json_output: bool
) -> None:
    """Enrol if asked, then sign a person in."""
    from qlue_desk.sync import signing_in

    shell.tell_of_waiting()
    if server:
        name = desk_name or platform.node() or "desk"
        if code:
            signing_in.enrol(server, code, name, shell.home, private_ca=shell.private_ca())
        elif token := os.environ.get(TOKEN_VARIABLE, "").strip():
            signing_in.adopt_token(server, token, shell.home, private_ca=shell.private_ca())
        elif signing_in.resume(server, shell.home, private_ca=shell.private_ca()):
            pass  # the token is still here: this is a desk already, also where its database was lost
        elif sys.stdin.isatty() and not json_output:
            code = click.prompt(_("Kode pendaftaran"))
            signing_in.enrol(server, code, name, shell.home, private_ca=shell.private_ca())
        else:
            raise Usage(
                _("Untuk pusat baru perlu --code KODE, atau token di {name}.").format(name=TOKEN_VARIABLE)
            )
    elif code:
        raise Usage(_("Sebutkan alamat pusat: qlue-desk login URL --code KODE."))
    else:
        signing_in.need_enrolment(shell.home)
    user = user or _asked_user(json_output)
    from qlue_desk.store import ballast

    actor = signing_in.sign_in(shell.home, user, _password(json_output), private_ca=shell.private_ca())
    ballast.make(shell.home)
    if json_output:
        write_json(_identity(shell))
    else:
        say(_("Masuk sebagai {name}.").format(name=actor.name))


@command("logout", N_("Keluar; pekerjaan yang belum terkirim tetap tersimpan dan tetap dikirim."))
@pass_shell
def logout(shell: Shell, json_output: bool) -> None:
    """Sign the person out."""
    from qlue_desk.sync import signing_in

    signing_in.sign_out(shell.home)
    if json_output:
        write_json({"signed_in": False})
    else:
        say(_("Sudah keluar."))


@command("whoami", N_("Siapa yang masuk, di meja mana, ke pusat mana."))
@pass_shell
def whoami(shell: Shell, json_output: bool) -> None:
    """Tell who is signed in."""
    found = _identity(shell)
    if json_output:
        write_json(found)
        return
    say(f"{found['name']} · {', '.join(found['role_labels'])}")
    say(f"{found['dinas_name']} · {found['city_name']}")
    say(f"{found['server']} · {found['desk_name'] or found['desk']}")


def _identity(shell: Shell) -> dict[str, Any]:
    from qlue_desk.domain.complaint import ROLE_LABEL

    with shell.workplace(even_locked=True) as workplace:
        actor, city, desk = workplace.actor, workplace.city, workplace.desk
        roles = sorted(actor.roles)
        return {
            "signed_in": True,
            "user": actor.id,
            "name": actor.name,
            "roles": [str(role) for role in roles],
            "role_labels": [_(ROLE_LABEL[role]) for role in roles],
            "dinas": actor.dinas,
            "dinas_name": city.dinas_name(actor.dinas),
            "city": city.key,
            "city_name": city.name,
            "desk": desk.id,
            "desk_name": desk.name,
            "desk_dinas": desk.dinas,
            "server": workplace.server_url,
            "home": str(shell.home),
        }


def _asked_user(json_output: bool) -> str:
    if json_output or not sys.stdin.isatty():
        raise Usage(_("Sebutkan siapa: --user NAMA."))
    user: str = click.prompt(_("Nama pengguna"))
    return user


def _password(json_output: bool) -> str:
    """From the environment, a terminal without echo, or one line of standard input."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    if sys.stdin.isatty() and not json_output:
        asked: str = click.prompt(_("Kata sandi"), hide_input=True)
        return asked
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        raise Usage(_("Kata sandi belum diberikan: {name} atau masukan baku.").format(name=PASSWORD_VARIABLE))
    return line
