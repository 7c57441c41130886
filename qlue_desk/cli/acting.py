"""`act`: the same moves as on the screen, by the same rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qlue_desk.cli.exits import Exit, Usage
from qlue_desk.cli.lazy import DeskCommand, command, option
from qlue_desk.cli.output import say, warn, write_json
from qlue_desk.cli.shell import Shell, exit_of, pass_shell, refused
from qlue_desk.domain.moves import N_, Fields
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.casework.acting import Outcome
    from qlue_desk.casework.workplace import Workplace


class _ActCommand(DeskCommand):
    """`act`, whose help lists the moves."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What may be given, then the moves by both their names."""
        from qlue_desk.casework.acting import moves_for_people

        super().format_options(ctx, formatter)
        with formatter.section(_("Tindakan untuk --do, dengan kata Inggris atau Indonesianya")):
            formatter.write_dl([(str(edge.verb), edge.label) for edge in moves_for_people()])


@command(
    "act",
    N_("Tindak lanjut satu atau beberapa laporan; aturannya sama dengan di layar."),
    cls=_ActCommand,
)
@click.argument("refs", metavar="REF...", nargs=-1, required=True)
@option(
    "--do",
    "verb",
    metavar="VERB",
    default="",
    help=N_("acknowledge atau terima, start, propose, …; daftarnya di bawah"),
)
@option("--macro", metavar="NAME", default="", help=N_("makro dari config.toml, menggantikan --do"))
@option("--duplicate-of", metavar="NUMBER", default="", help=N_("sama dengan --do duplicate --to NUMBER"))
@option("--to", metavar="X", default="", help=N_("dinas, rekan, nomor asli, kategori, … menurut tindakan"))
@option("--until", metavar="DATE", help=N_("tanggal YYYY-MM-DD (schedule)"))
@option("--note", metavar="TEXT", default="", help=N_("alasan, pertanyaan, tindak lanjut, atau catatan"))
@option(
    "--reply",
    metavar="TEXT",
    default="",
    help=N_("balasan yang dibaca pelapor; --note di sampingnya dibaca rekan saja"),
)
@option("--public", is_flag=True, help=N_("catatan terlihat pelapor"))
@option("--evidence", metavar="FILE", multiple=True, type=Path, help=N_("foto atau PDF; boleh berulang"))
@option("--no-evidence", metavar="TEXT", default="", help=N_("mengapa tidak ada bukti (propose)"))
@option("--category", metavar="X", help=N_("kategori (dispatch)"))
@option("--kelurahan", metavar="X", help=N_("kelurahan (dispatch, correct_place)"))
@option("--street", metavar="TEXT", help=N_("jalan (correct_place)"))
@option("--place-unknown", is_flag=True, help=N_("lokasi tidak diketahui (dispatch)"))
@option("--rating", type=int, metavar="1-5", help=N_("nilai pelapor"))
@option("--dry-run", is_flag=True, help=N_("katakan apa yang akan terjadi, tanpa mencatat"))
@pass_shell
def act(
    shell: Shell,
    /,
    refs: tuple[str, ...],
    verb: str,
    macro: str,
    duplicate_of: str,
    until: str | None,
    reply: str,
    evidence: tuple[Path, ...],
    dry_run: bool,
    json_output: bool,
    **given: Any,
) -> int:
    """Record the moves; 3 when a rule refused one of them."""
    from qlue_desk.casework.acting import act as act_on
    from qlue_desk.store import meta

    if duplicate_of:
        if given["to"] or verb not in ("", "duplicate"):
            raise Usage(_("--duplicate-of sudah mengatakan tindakan dan tujuannya; tanpa --do dan --to."))
        verb, given["to"] = "duplicate", duplicate_of
    elif not (verb or macro):
        raise Usage(_("{name} belum diberikan.").format(name="--do"))
    fields = Fields(until=_date(until), **given)
    if verb and macro:
        raise Usage(_("Beri --do atau --macro, salah satu."))
    if macro and (fields != Fields() or evidence or reply):
        raise Usage(_("--macro membawa isiannya sendiri; yang lain hanya untuk --do."))
    with shell.workplace() as workplace:
        if macro:
            outcomes = _run_macro(shell, workplace, macro, refs, dry_run=dry_run)
        else:
            outcomes = act_on(workplace, refs, verb, fields, reply=reply, evidence=evidence, dry_run=dry_run)
        revoked = workplace.store.reading(meta.get, meta.REVOKED) is not None
    if revoked and not dry_run and any(outcome.done for outcome in outcomes):
        warn(
            _(
                "Meja ini dicabut oleh pengelola kota: yang dicatat tersimpan di sini tetapi tidak terkirim."
                " Hubungkan lagi dengan qlue-desk login, atau bawa dengan qlue-desk outbox export."
            )
        )
    if json_output:
        write_json(_document(outcomes, dry_run=dry_run))
    else:
        _tell(outcomes, dry_run=dry_run, leaves=not revoked)
    return int(worst_exit(outcomes))


def _run_macro(
    shell: Shell, workplace: Workplace, name: str, refs: tuple[str, ...], *, dry_run: bool
) -> list[Outcome]:
    from qlue_desk.casework import macros
    from qlue_desk.casework.acting import perform
    from qlue_desk.casework.errors import Refused
    from qlue_desk.settings import own_file

    try:
        plan = macros.plan(workplace, macros.find(shell.settings, name, own_file(shell.config)))
    except Refused as error:
        raise refused(error.refusal) from error
    return perform(workplace, refs, plan, dry_run=dry_run)


def worst_exit(outcomes: list[Outcome]) -> Exit:
    """0 when all were done, else what the first refusal means."""
    refusal = next((outcome.refusal for outcome in outcomes if outcome.refusal is not None), None)
    return Exit.DONE if refusal is None else exit_of(refusal)


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Usage(_("--until: “{found}” bukan tanggal; tulis YYYY-MM-DD.").format(found=text)) from None


def _document(outcomes: list[Outcome], *, dry_run: bool) -> dict[str, Any]:
    results = [_result(outcome) for outcome in outcomes]
    refused = [result["error"] for result in results if "error" in result]
    document = {
        "dry_run": dry_run,
        "done": len(results) - len(refused),
        "refused": len(refused),
        "results": results,
    }
    return document | ({"error": refused[0]} if refused else {})


def _result(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {"ref": outcome.ref, "number": outcome.number, "action_id": outcome.action_id}
    if outcome.before is not None:
        found["before"] = {"status": str(outcome.before.status), "dinas": outcome.before.dinas}
    if outcome.after is not None:
        found["after"] = {"status": str(outcome.after.status), "dinas": outcome.after.dinas}
    if outcome.refusal is not None:
        found["error"] = {"code": str(outcome.refusal.code), "message": outcome.refusal.sentence(_)}
    return found


def _tell(outcomes: list[Outcome], *, dry_run: bool, leaves: bool) -> None:
    """`leaves`: what was recorded goes with the next round; else it was said why not."""
    for outcome in outcomes:
        name = outcome.number or outcome.ref
        if outcome.refusal is not None:
            warn(f"{name}: {outcome.refusal.sentence(_)}")
            continue
        assert outcome.before is not None, "a move that was allowed had a report"
        assert outcome.after is not None, "a move that was allowed has a report after it"
        before, after = outcome.before.look, outcome.after.look
        say(_("{name}: {before} → {after}").format(
            name=name, before=f"{before.glyph} {_(before.label)}", after=f"{after.glyph} {_(after.label)}"
        ))  # fmt: skip
    done = sum(outcome.actions for outcome in outcomes if outcome.refusal is None)
    if done and dry_run:
        say(_("Uji coba: tidak ada yang dicatat."))
    elif done and leaves:
        say(n_("{n} tindakan tercatat; dikirim pada sinkron berikutnya.", done).format(n=number(done)))
