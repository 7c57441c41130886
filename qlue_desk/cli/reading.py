"""`queue` and `show`: reading what this desk holds, with or without a network."""

from __future__ import annotations

import datetime as dt
import difflib
from typing import TYPE_CHECKING, Any

import click

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import command, option, unknown_word
from qlue_desk.cli.output import say, table, warn, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.casework.workplace import Workplace

QUERY_SETTINGS = {"ignore_unknown_options": True}
"""A word to leave out starts with a minus: `-macet`."""


def query_line(words: tuple[str, ...]) -> str:
    """One query line of the shell's words; a word with spaces is one phrase again."""
    for word in words:
        if word.startswith("--"):
            raise _unknown_option(word)
    if len(words) == 1:
        return words[0]
    return " ".join(_phrase(word) for word in words)


def _unknown_option(word: str) -> Usage:
    context = click.get_current_context(silent=True)
    known = [name for p in context.command.params for name in p.opts if name[:2] == "--"] if context else []
    name = word.partition("=")[0]
    if difflib.get_close_matches(name, known, 3, 0.5):
        return Usage(unknown_word(name, known))
    return Usage(_("Pilihan {name} tidak dikenal.").format(name=name))


def _phrase(word: str) -> str:
    if " " not in word or '"' in word:
        return word
    field, colon, value = word.partition(":")
    return f'{field}:"{value}"' if colon and " " not in field else f'"{word}"'


@command("queue", N_("Daftar laporan menurut kueri, urut tenggat."), context_settings=QUERY_SETTINGS)
@click.argument("query", metavar="[QUERY]", nargs=-1)
@option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=50,
    metavar="N",
    help=N_("paling banyak sekian (50)"),
)
@pass_shell
def queue(shell: Shell, query: tuple[str, ...], limit: int, json_output: bool) -> None:
    """List reports."""
    from qlue_desk.casework.reading import how_many
    from qlue_desk.casework.reading import queue as read_queue

    line = query_line(query)
    with shell.replica() as workplace:
        rows = read_queue(workplace, line, limit)
        if json_output:
            write_json(rows)
        else:
            _print_rows(workplace, rows, line)
        if len(rows) == limit and (found := how_many(workplace, line)) > limit:
            # On stderr also beside --json, whose reader would take the part for the whole.
            warn(
                _("{shown} dari {all} laporan; --limit {n} untuk semua.").format(
                    shown=number(limit), all=number(found), n=found
                )
            )


def _print_rows(workplace: Workplace, rows: list[dict[str, Any]], query: str) -> None:
    from qlue_desk.domain.complaint import STATUS_LOOK, Status
    from qlue_desk.domain.privacy import looks_like_phone

    now, city = dt.datetime.now(dt.UTC), workplace.city
    lines = [
        (
            ("▲ " if row["pending"] else "") + (row["number"] or "–"),
            _due(row["due"], now),
            f"{STATUS_LOOK[Status(row['status'])].glyph} {_(row['label'])}",
            city.kelurahan_name(row["kelurahan"]),
            row["holder"] or "",
            row["title"],
        )
        for row in rows
    ]
    if not lines and looks_like_phone(query):
        say(
            _(
                "Nomor telepon disamarkan di meja ini dan tidak bisa dicari: cari isi laporan, jalan atau nomor laporan."
            )
        )
        return
    if not lines:
        say(_("Tidak ada laporan yang cocok."))
        return
    table(lines, (_("Nomor"), _("Tenggat"), _("Status"), _("Kelurahan"), _("Pemegang"), _("Laporan")))


def _due(due: str | None, now: dt.datetime) -> str:
    from qlue_desk.phrases import due_words

    return due_words(dt.datetime.fromisoformat(due), now) if due else ""


@command("show", N_("Satu laporan dengan riwayat, jam, dan lampirannya."))
@click.argument("ref", metavar="REF")
@pass_shell
def show(shell: Shell, ref: str, json_output: bool) -> None:
    """Show one report."""
    from qlue_desk.casework.reading import case_json
    from qlue_desk.casework.reading import show as read_case
    from qlue_desk.cli.case_text import case_lines

    with shell.replica() as workplace:
        case = read_case(workplace, ref)
        if json_output:
            write_json(case_json(workplace, case))
        else:
            for line in case_lines(workplace, case, dt.datetime.now(dt.UTC)):
                say(line)


@command(
    "similar", N_("Laporan yang mungkin tentang hal yang sama: dekat, sewaktu, atau mirip kata-katanya.")
)
@click.argument("ref", metavar="REF")
@pass_shell
def similar(shell: Shell, ref: str, json_output: bool) -> None:
    """List what may be the same report, the likeliest first."""
    from qlue_desk.casework.reading import show as read_case
    from qlue_desk.casework.similar import similar as find_similar
    from qlue_desk.casework.similar import similar_json, why_similar
    from qlue_desk.domain.similarity import subject_of
    from qlue_desk.phrases import date_words

    with shell.replica() as workplace:
        found = find_similar(workplace, subject_of(read_case(workplace, ref).complaint))
        if json_output:
            write_json([similar_json(workplace, each) for each in found])
            return
        if not found:
            say(_("Tidak ada yang mirip dengan {number}.").format(number=ref))
            return
        rows = [
            (
                each.complaint.number or "–",
                f"{each.complaint.look.glyph} {_(each.complaint.look.label)}",
                date_words(each.complaint.created_at.astimezone(workplace.zone).date()),
                why_similar(each, _),
                each.complaint.title,
            )
            for each in found
        ]
        table(rows, (_("Nomor"), _("Status"), _("Masuk"), _("Mengapa"), _("Laporan")))
