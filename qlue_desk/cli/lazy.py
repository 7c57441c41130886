"""Click with commands that load when they are called, and help in the language of the screens."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

import click

from qlue_desk.cli.exits import NobodyReads, Usage
from qlue_desk.cli.output import write_text
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import storable
from qlue_desk.words import _

F = TypeVar("F", bound=Callable[..., Any])


def _write_usage(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_("Pemakaian:") + " ")


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    records = [
        parameter.get_help_record(ctx)
        for parameter in command.get_params(ctx)
        if isinstance(parameter, click.Option)
    ]
    rows = [record for record in records if record is not None]
    if rows:
        with formatter.section(_("Pilihan")):
            formatter.write_dl(rows)


def _help_option(command: click.Command, ctx: click.Context) -> click.Option | None:
    made = click.Command.get_help_option(command, ctx)
    if made is not None:
        made.help = _("tampilkan bantuan ini")
        made.callback = _show_help
    return made


def _show_help(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    """As click does it, but written like all that we write: a full disk is told in a sentence."""
    if asked and not ctx.resilient_parsing:
        write_text(ctx.get_help())
        ctx.exit()


class DeskOption(click.Option):
    """An option whose help is translated when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Names and help."""
        record = super().get_help_record(ctx)
        if record is None or not self.help:
            return record
        return record[0], record[1].replace(self.help, _(self.help)).replace("[required]", _("(wajib)"))


class DeskCommand(click.Command):
    """A command whose help is translated when it is shown.

    Words reach it as they can be stored; a path stays as the system gave it: bytes that are not UTF-8 name a file.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        ctx.params = {name: _storable(value) for name, value in ctx.params.items()}
        return super().invoke(ctx)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it is written."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What may be given."""
        _write_options(self, ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`."""
        return _help_option(self, ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does."""
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_(self.help))


def _storable(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_storable(each) for each in value)
    return storable(value) if isinstance(value, str) else value


@contextmanager
def _pipes_of_ours() -> Iterator[None]:
    """Click makes of a closed pipe a `SystemExit` that nothing tells from others, so it must not see it."""
    try:
        yield
    except BrokenPipeError:
        raise NobodyReads from None


class LazyGroup(click.Group):
    """Subcommands by name, `module:attribute` and a word of help; modules load on use."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def make_context(self, *args: Any, **settings: Any) -> click.Context:
        """Read the arguments; help is printed in here."""
        with _pipes_of_ours():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _pipes_of_ours():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table, which is the order of use."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one."""
        if cmd_name not in self._lazy:
            return None
        module, _separator, attribute = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest name for a wrong one."""
        if args and args[0] not in self._lazy and not args[0].startswith("-"):
            raise Usage(unknown_word(args[0], list(self._lazy)))
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it is written."""
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What may be given, then the commands."""
        _write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`."""
        return _help_option(self, ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without loading a single command."""
        with formatter.section(_("Perintah")):
            formatter.write_dl([(name, _(entry[1])) for name, entry in self._lazy.items()])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does."""
        DeskCommand.format_help_text(self, ctx, formatter)  # type: ignore[arg-type]


def unknown_word(found: str, known: list[str]) -> str:
    """A wrong name with the nearest right ones."""
    near = difflib.get_close_matches(found, known, 3, 0.5)
    if near:
        return _("“{found}” tidak dikenal; mungkin {near}.").format(found=found, near=", ".join(near))
    return _("“{found}” tidak dikenal; yang ada: {known}.").format(found=found, known=", ".join(known))


def command(
    name: str, help_text: str, *, cls: type[DeskCommand] = DeskCommand, **settings: Any
) -> Callable[[F], click.Command]:
    """A command with `--json`; its function takes `json_output`."""

    def decorate(function: F) -> click.Command:
        made = click.command(name, cls=cls, help=help_text, **settings)(function)
        made.params.append(DeskOption(["--json", "json_output"], is_flag=True, help=N_("satu dokumen JSON")))
        return made

    return decorate


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """An option with translated help."""
    return click.option(*names, cls=DeskOption, **settings)


def group(help_text: str, lazy: dict[str, tuple[str, str]], **settings: Any) -> Callable[[F], LazyGroup]:
    """A group of lazily loaded commands."""

    def decorate(function: F) -> LazyGroup:
        return click.group(cls=LazyGroup, help=help_text, lazy=lazy, **settings)(function)

    return decorate
