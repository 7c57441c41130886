"""`serve`: this desk in a browser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import click

from qlue_desk.cli.exits import CommandFailed, Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, write_json
from qlue_desk.cli.shell import Shell, cannot_listen, check_host, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.words import _


@command(
    "serve", N_("Buka meja ini di peramban; orang masuk dengan nama dan kata sandinya. ctrl+c berhenti.")
)
@option("--host", metavar="HOST", help=N_("alamat (127.0.0.1)"))
@option("--port", type=click.IntRange(0, 65535), metavar="N", help=N_("porta; 0 memilih yang bebas"))
@option("--behind-proxy", metavar="URL", help=N_("alamat https di peramban, bila di belakang proksi TLS"))
@pass_shell
def serve(
    shell: Shell, host: str | None, port: int | None, behind_proxy: str | None, json_output: bool
) -> None:
    """Serve until a signal comes."""
    settings = shell.settings.serve
    host, port = host or settings.host, settings.port if port is None else port
    public = _public(behind_proxy if behind_proxy is not None else settings.behind_proxy)
    from qlue_desk.browser.doors import is_loopback

    check_host(host)
    if not is_loopback(host) and not public:
        raise Usage(
            _(
                "{host} bisa dicapai dari luar, dan kata sandi tidak boleh lewat tanpa TLS: "
                "pasang proksi TLS di depan, lalu sebutkan alamatnya dengan --behind-proxy https://…"
            ).format(host=host)
        )
    from qlue_desk.browser.server import BrowserDesk
    from qlue_desk.browser.server import serve as serve_desk
    from qlue_desk.browser.window import desk_command
    from qlue_desk.store.database import Store
    from qlue_desk.sync import signing_in

    def ready(url: str) -> None:
        if json_output:
            write_json({"url": url}, one_line=True)
        else:
            say(_("Meja terbuka di {url}; ctrl+c untuk berhenti.").format(url=url))

    store = Store.open(shell.home)
    try:
        signing_in.transport_for(store, private_ca=shell.private_ca()).close()  # enrolled at all?
        asyncio.run(
            serve_desk(
                lambda addresses: BrowserDesk(
                    store, desk_command(_config()), addresses, private_ca=shell.private_ca()
                ),
                host, port, public, ready,
            )
        )  # fmt: skip
    except OSError as error:
        raise CommandFailed(cannot_listen(error, host, port), code="cannot_listen") from error
    finally:
        store.close()


def _config() -> Path | None:
    given = click.get_current_context().find_root().params.get("config")
    return Path(given).absolute() if given else None


def _public(address: str) -> str:
    """The address without its path.

    :raises Usage: when it is not an https address.
    """
    if not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc or parts.path not in ("", "/") or parts.query:
        raise Usage(
            _("--behind-proxy: “{found}” bukan alamat seperti https://meja.kota.example.").format(
                found=address
            )
        )
    return f"https://{parts.netloc}"
