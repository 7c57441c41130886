"""Everything that can go wrong between a desk and central, as one tree.

SyncError
├─ Offline              no genuine reply: nothing on the desk changes, the work is kept
│  ├─ Silent            central takes connections and does not answer
│  ├─ Portal            something answered, but it was not central (captive portal, proxy page)
│  ├─ TlsFailed         certificate refused; never bypassed
│  └─ BadReply          central's headers, but the content is damaged, too large or does not verify
├─ OtherServer          another city's server, or a new one at the same address: no data is sent
├─ Refused              central's problem+json about the request
│  ├─ BadRequest        400, limit: bisect, then quarantine
│  ├─ TooLarge          413: halve the batch
│  ├─ NotSignedIn       401: stop, keep everything, ask to sign in (`wipe`: the desk was revoked)
│  ├─ Forbidden         403: fetch the session again; never delete
│  ├─ Resync            410: the cursor cannot be continued, `reason` says why
│  ├─ ClientTooOld      415, 426: only pushing goes on
│  ├─ BlobProblem       404, 409, 422, 507 of a file
│  ├─ Busy              429, 503: wait `retry_after`
│  └─ ServerFailed      500, 502, 504
└─ LocalProblem         the desk's own state does not allow it
   ├─ NotEnrolled       no server address or token yet
   ├─ OtherDesk         the token is another desk's: no data is sent
   ├─ BadAuthority      the city's own certificate authority cannot be read
   ├─ InsecureAddress   http:// that is not loopback, or no address of the web at all
   ├─ UnreadableAddress no host, a port that cannot be, half a bracket
   ├─ SignInFailed      nobody was signed in: never signed in here while offline, the desk is in use
   │  └─ WrongPassword  wrong name or password
   └─ Stopped           the engine was stopped while it waited

`sentence()` of each is one sentence for a person, in the language of the screens.
"""

from __future__ import annotations

from qlue_desk.protocol import ErrorCode, Problem
from qlue_desk.words import _

MAX_RETRY_AFTER = 3600.0
"""Seconds; an absurd Retry-After must not silence a desk for years."""


class SyncError(Exception):
    """Root of the tree."""

    retry_after: float = 0.0
    """Seconds that central asked for, 0 when it did not."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return str(self)


class Offline(SyncError):
    """No genuine reply arrived."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _("Pusat tidak terjangkau; pekerjaan Anda tersimpan di sini.")


class Silent(Offline):
    """The connection stands, and nothing came over it for as long as we wait."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _("Pusat menerima sambungan tetapi tidak menjawab; pekerjaan Anda tersimpan di sini.")


class Portal(Offline):
    """A reply without central's media type, server header and request echo."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _(
            "Jawaban itu bukan dari pusat (portal, proksi, atau server lain); periksa jaringan dan alamat pusat."
        )


class TlsFailed(Offline):
    """The certificate was not accepted."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _("Sertifikat pusat ditolak: {reason}. Tidak ada data yang dikirim.").format(
            reason=str(self).rstrip(".")
        )


class BadReply(Offline):
    """Central's reply was damaged on the way."""

    def sentence(self) -> str:
        """What happened, for a person; whether it is tried again is said by who does."""
        return _(
            "Jawaban pusat rusak di jalan; tidak ada yang hilang. Bila terulang, periksa jaringan (proksi, portal)."
        )


class DigestGone(BadReply):
    """A reply without the digest that this central states."""


class OtherServer(SyncError):
    """The server is not the one this desk was enrolled at."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _(
            "Alamat ini dijawab server lain, bukan pusat tempat meja ini terdaftar; tidak ada data dikirim."
        )


class Refused(SyncError):
    """Central refused the request as a whole."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.type}: {problem.detail or problem.title}")
        self.problem = problem
        self.retry_after = min(float(max(problem.retry_after, 0)), MAX_RETRY_AFTER)

    @property
    def code(self) -> str:
        """The `ErrorCode` in the problem's type."""
        return self.problem.type.removeprefix("urn:qlue:")

    def sentence(self) -> str:
        """Central's own sentence."""
        return self.problem.detail or self.problem.title or str(self)


class BadRequest(Refused):
    """400: the request or one action in it cannot be read."""


class TooLarge(Refused):
    """413: the request is above a limit."""


class NotSignedIn(Refused):
    """401: the token is not valid."""

    def sentence(self) -> str:
        """Central's reason, and the way back for a desk whose token ended: perhaps it has a copy."""
        if self.code != ErrorCode.TOKEN_EXPIRED:
            return super().sentence()
        return _(
            "{reason} Pekerjaan Anda tersimpan di sini; sambungkan lagi meja ini dengan kode baru dari"
            " pengelola kota: qlue-desk login URL --code KODE."
        ).format(reason=super().sentence())

    @property
    def wipe(self) -> bool:
        """True when this desk was revoked and should purge."""
        return self.problem.wipe


class Forbidden(Refused):
    """403: not allowed, or the desk's dinas has changed."""


class Resync(Refused):
    """410: a snapshot is needed."""

    @property
    def reason(self) -> str:
        """One of `ResyncReason`."""
        return self.problem.reason


class ClientTooOld(Refused):
    """415 or 426: this program is too old to pull."""


class BlobProblem(Refused):
    """A file could not be sent or fetched."""


class Busy(Refused):
    """429 or 503: later."""


class ServerFailed(Refused):
    """500 and its like."""


class LocalProblem(SyncError):
    """The desk itself is not ready."""


class NotEnrolled(LocalProblem):
    """This desk does not belong to a server yet, or lost one half of what says so."""

    def __init__(self, *, knows_server: bool = False, has_token: bool = False) -> None:
        super().__init__("no server or no token")
        self.knows_server = knows_server
        self.has_token = has_token

    def sentence(self) -> str:
        """What happened, for a person."""
        if self.has_token:
            return _(
                "Meja ini tidak tahu lagi alamat pusatnya; tokennya masih ada. Jalankan:"
                " qlue-desk login URL --user NAMA."
            )
        if self.knows_server:
            return _(
                "Token meja ini tidak ada atau tidak terbaca; pekerjaan Anda tersimpan di sini. Kembalikan berkasnya, atau minta kode"
                " baru dari pengelola kota: qlue-desk login URL --code KODE."
            )
        return _("Meja ini belum terhubung ke pusat; jalankan: qlue-desk login URL --code KODE.")


class BadAuthority(LocalProblem):
    """The file of `[sync] ca_file` cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why

    def sentence(self) -> str:
        """What happened, for a person."""
        return _("[sync] ca_file: {path} tidak bisa dipakai sebagai sertifikat ({why}).").format(
            path=self.path, why=_(self.why)
        )


class OtherDesk(LocalProblem):
    """Central knows the token as that of another desk than the one this installation was enrolled as."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def sentence(self) -> str:
        """What happened, for a person."""
        return _(
            "Token di folder data ini milik meja lain ({name}); tidak ada data dikirim. Kembalikan berkas token"
            " meja ini, atau daftarkan lagi: qlue-desk login URL --code KODE."
        ).format(name=self.name)


class InsecureAddress(LocalProblem):
    """An address over which a token may not travel."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _(
            "Alamat pusat “{found}” tidak bisa dipakai: harus https://, atau http:// pada mesin ini."
        ).format(found=str(self))


class UnreadableAddress(LocalProblem):
    """What was given as central's address is none: a port that cannot be, half a bracket, a blank, no host."""

    def sentence(self) -> str:
        """What happened, for a person."""
        return _(
            "Alamat pusat “{found}” salah tulis: tulis seperti https://lapor.kota.example, bila perlu dengan porta"
            " 1–65535 di belakangnya (:8443)."
        ).format(found=str(self))


class SignInFailed(LocalProblem):
    """Nobody was signed in."""


class WrongPassword(SignInFailed):
    """That name has another password, or there is no such name."""


class Stopped(LocalProblem):
    """The engine was stopped."""


_BY_STATUS: dict[int, type[Refused]] = {
    400: BadRequest,
    401: NotSignedIn,
    403: Forbidden,
    404: BlobProblem,
    409: BlobProblem,
    410: Resync,
    413: TooLarge,
    415: ClientTooOld,
    422: BlobProblem,
    426: ClientTooOld,
    429: Busy,
    503: Busy,
    507: BlobProblem,
}


def refusal_of(problem: Problem) -> Refused:
    """The class of the tree for a problem; an unknown status is treated as the server's failure."""
    if problem.type == f"urn:qlue:{ErrorCode.SIGN_IN_FAILED}":
        return Refused(problem)
    return _BY_STATUS.get(problem.status, ServerFailed if problem.status >= 500 else BadRequest)(problem)
