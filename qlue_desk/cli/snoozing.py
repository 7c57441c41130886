"""`snooze`: put reports aside until a time, as `w` on the screen does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from qlue_desk.cli.acting import worst_exit
from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import say, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell, refused
from qlue_desk.domain.moves import N_, Refusal
from qlue_desk.words import _


@command("snooze", N_("Tunda laporan sampai waktu tertentu, hanya untuk Anda; is:snoozed menemukannya."))
@click.argument("refs", metavar="REF...", nargs=-1, required=True)
@option("--until", metavar="TIME", default="", help=N_("3h, “besok 9”, senin, sore, “12 Des”, …"))
@option("--wake", is_flag=True, help=N_("bangunkan sekarang"))
@pass_shell
def snooze(shell: Shell, /, refs: tuple[str, ...], until: str, wake: bool, json_output: bool) -> int:
    """Put aside, or bring back; 3 when that is not possible for one of them."""
    from qlue_desk.casework import snoozing
    from qlue_desk.phrases import time_words

    if bool(until) == wake:
        raise Usage(_("Beri --until atau --wake, salah satu."))
    with shell.workplace() as workplace:
        time: dt.datetime | None = None
        if wake:
            outcomes = snoozing.wake(workplace, refs)
        else:
            found = snoozing.read_until(workplace, until)
            if isinstance(found, Refusal):
                raise refused(found)
            time = found
            hours = shell.settings.triage.wake_hours
            outcomes = snoozing.snooze(workplace, refs, time, wake_hours=hours)
        zone = workplace.zone
    results: list[dict[str, Any]] = []
    for outcome in outcomes:
        name = outcome.number or outcome.ref
        result: dict[str, Any] = {"ref": outcome.ref, "number": outcome.number}
        if outcome.refusal is not None:
            message = outcome.refusal.sentence(_)
            result["error"] = {"code": str(outcome.refusal.code), "message": message}
            if not json_output:
                warn(f"{name}: {message}")
        elif not json_output and time is not None:
            say(_("{number}: ditunda sampai {time}.").format(number=name, time=time_words(time, zone)))
        elif not json_output:
            say(_("{number}: tunda dilepas.").format(number=name))
        results.append(result)
    if json_output:
        iso = None if time is None else time.isoformat(timespec="seconds")
        write_json({"until": iso, "results": results})
    return int(worst_exit(outcomes))
