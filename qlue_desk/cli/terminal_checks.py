"""What `doctor` says of this terminal: size, colours, letters, clipboard."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Iterator

from qlue_desk.cli.finding import Finding
from qlue_desk.cli.output import display_width, on_terminal
from qlue_desk.desk.terminal import TRUE_COLOUR, Clipboard, Terminal, read
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

SMALLEST = (80, 24)
_CLIPBOARD = {
    Clipboard.YES: (True, N_("OSC 52: salin bekerja, juga lewat ssh"), ""),
    Clipboard.TMUX: (
        None,
        N_("OSC 52 lewat tmux"),
        N_("Di ~/.tmux.conf: set -g set-clipboard on, dan set -g allow-passthrough on."),
    ),
    Clipboard.SCREEN: (None, N_("OSC 52 lewat GNU screen, bila terminal di luarnya mendukung"), ""),
    Clipboard.UNKNOWN: (
        None,
        N_("OSC 52 dikirim; terminal ini tidak mengatakan apakah menerimanya"),
        N_("Coba y di meja; bila tidak tersalin, pilih teks dengan shift dan tetikus."),
    ),
    Clipboard.NO: (
        None,
        N_("terminal ini tidak menerima OSC 52"),
        N_("Pilih teks dengan shift dan tetikus; atau pakai kitty, WezTerm, foot, Windows Terminal, iTerm2."),
    ),
}


def terminal_findings() -> Iterator[Finding]:
    """Size, colours and clipboard; nothing where the output goes elsewhere."""
    if not on_terminal(sys.stdout):
        yield Finding(_("Terminal"), None, _("keluaran bukan terminal"))
        return
    size = shutil.get_terminal_size()
    large = size.columns >= SMALLEST[0] and size.lines >= SMALLEST[1]
    mend = "" if large else _("Besarkan jendela sampai paling sedikit 80×24.")
    yield Finding(_("Ukuran terminal"), large, f"{size.columns}×{size.lines}", mend)
    yield from abilities(read(os.environ))


def abilities(terminal: Terminal) -> Iterator[Finding]:
    """Colours and clipboard of a terminal."""
    name = terminal.name or "?"
    if terminal.no_color:
        yield Finding(_("Warna"), None, "NO_COLOR", _("Status tetap terbaca dari lambang dan kata."))
    elif terminal.colours >= TRUE_COLOUR:
        yield Finding(_("Warna"), True, _("{term}: semua warna").format(term=name))
    else:
        words = _("{term}: {n} warna").format(term=name, n=terminal.colours)
        poor = terminal.colours <= 16
        mend = _("Meja memakai tema yang cocok; TERM=xterm-256color bila terminal ini bisa lebih.")
        yield Finding(_("Warna"), None if poor else True, words, mend if poor else "")
    ok, found, mend = _CLIPBOARD[terminal.clipboard]
    yield Finding(_("Papan klip"), ok, _(found), _(mend) if mend else "")


def glyph_findings() -> Iterator[Finding]:
    """Whether letters beyond ASCII arrive, and whether they are as wide as we count."""
    from qlue_desk.domain.complaint import STATUS_LOOK

    encoding = (
        (getattr(sys.stdout, "encoding", None) or locale.getpreferredencoding(False)).lower().replace("-", "")
    )
    utf8 = encoding == "utf8"
    yield Finding(
        "UTF-8",
        utf8,
        encoding,
        "" if utf8 else _('Pasang LANG=C.UTF-8 (Windows: chcp 65001), atau ui.glyphs = "ascii".'),
    )
    wide = [look.glyph for look in STATUS_LOOK.values() if display_width(look.glyph) != 1]
    yield Finding(
        _("Lambang"),
        not wide,
        "".join(look.glyph for look in STATUS_LOOK.values()),
        _('Pilih ui.glyphs = "ascii" bila kolom bergeser.') if wide else "",
    )
