"""A wrong command line in one sentence of ours; click's own sentences are English."""

from __future__ import annotations

import re

import click

from qlue_desk.cli.lazy import unknown_word
from qlue_desk.words import _

_FOUND = re.compile(r"^'?(.*?)'? (?:is not|does not|are not)\b", re.DOTALL)
_EXTRA = re.compile(r"\((.*)\)", re.DOTALL)


def usage_sentence(error: click.ClickException) -> str:
    """What is wrong, where, and what is allowed."""
    match error:
        case click.NoSuchOption():
            if error.possibilities:
                return unknown_word(error.option_name, list(error.possibilities))
            return _("Pilihan {name} tidak dikenal.").format(name=error.option_name)
        case click.MissingParameter():
            return _("{name} belum diberikan.").format(name=_name(error.param))
        case click.BadParameter():
            return _("{name}: {why}").format(name=_name(error.param), why=_why(error))
        case click.BadOptionUsage():
            if "does not take" in error.message:
                return _("Pilihan {name} tidak memakai nilai.").format(name=error.option_name)
            return _("Pilihan {name} perlu nilai.").format(name=error.option_name)
        case click.UsageError() if extra := _EXTRA.search(error.message):
            return _("Yang berlebih: {words}.").format(words=extra[1])
    return error.format_message()


def _name(parameter: click.Parameter | None) -> str:
    """`--limit`, or what help calls an argument."""
    if parameter is None:
        return ""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.metavar or parameter.human_readable_name).strip("[]")


def _why(error: click.BadParameter) -> str:
    matched = _FOUND.match(error.message)
    found = matched[1] if matched else ""
    kind = error.param.type if error.param is not None else None
    match kind:
        case click.Choice():
            return unknown_word(found, [str(choice) for choice in kind.choices])
        case click.IntRange() if kind.max is None:
            return _("“{found}” bukan bilangan bulat dari {least} ke atas.").format(
                found=found, least=kind.min
            )
        case click.IntRange():
            return _("“{found}” bukan bilangan bulat dari {least} sampai {most}.").format(
                found=found, least=kind.min, most=kind.max
            )
    if kind is click.INT:
        return _("“{found}” bukan bilangan bulat.").format(found=found)
    return error.message
