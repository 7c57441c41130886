"""Who may see what of a person: masks, redaction of free text, and the views of a secret report.

Source of the rules: the law on personal data (UU 27/2022). A mask never tells how long the hidden part is.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from qlue_desk.domain.complaint import NOT_WITH_A_DINAS, Complaint, Entry, Reporter
from qlue_desk.domain.edges import REASON_IS_PUBLIC

HIDDEN = "••••"
SECRET_TITLE = "(rahasia)"
"""Stands for the title of a secret report outside the dinas that holds it."""

_ALL_HIDDEN = HIDDEN * 2
_SHORTEST_MASKED = 11
"""Digits, national form: 7 are shown, and at least 4 must stay hidden."""
_FOREIGN_DIGITS = range(8, 16)
_MASKED_PHONE = re.compile(r"0[0-9]{3}••••[0-9]{3}")
_NIK_DIGITS = 16
_PUBLIC_MAIL = frozenset(
    {"gmail.com", "yahoo.com", "yahoo.co.id", "ymail.com", "hotmail.com", "outlook.com", "icloud.com"}
)
"""Providers of the many; any other domain may be a person's or an office's own name."""
_SHORTEST_SHOWN_LOCAL_PART = 3

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}")
_SEPARATOR = r"[ .()\u00a0\u2010-\u2015-]{0,3}"
_NOT_DECIMALS = r"(?<!\d)(?<!\d\d[.,])(?<![-−]\d[.,])"
_NIK = re.compile(rf"{_NOT_DECIMALS}\d(?:{_SEPARATOR}\d){{15}}(?!\d)")
_PHONE = re.compile(
    # Not a coordinate (0.4712, 117.`0678…`), nor what is left of a date: 24-`08-2026 10.15`.
    rf"{_NOT_DECIMALS}(?!0[.,]\d{{4}})"
    r"(?!0\d[-./](?:\d\d[-./])?(?:19|20)\d\d(?!\d))"
    # Indonesian: +62, 62, 0062 or 0, then 8 to 13 digits; a mobile number may come without its 0.
    rf"\(?(?:(?:\+|00)?62{_SEPARATOR}(?:\(0\){_SEPARATOR})?[1-9]|0{_SEPARATOR}[2-9]|8(?=[1-9]))"
    rf"(?:{_SEPARATOR}\d){{7,12}}(?!\d)"
    # Foreign.
    rf"|\+[1-9](?:{_SEPARATOR}\d){{7,14}}(?!\d)"
)
_PHONE_BEGUN = re.compile(rf"(?:(?:\+|00)?62{_SEPARATOR}|0)8(?:{_SEPARATOR}\d){{2,}}")
_PHONE_HIDDEN = re.compile(rf"(?:\+?\d{{2,5}})?{_SEPARATOR}[•*xX]{{2,}}{_SEPARATOR}\d{{2,4}}")
"""A mask as it stands on screen, or as people copy it."""
_PUBLIC_FIELDS = frozenset({"dinas", "until", "refer_to"})


def normalise_phone(raw: str) -> str:
    """A phone number in one form, `+628121234678`; short codes stay digits (`1708`), '' if it is none.

    Takes the Indonesian habits: `0812…`, `62812…`, `0062…`, `812…`, with spaces, dots, dashes, brackets.
    """
    stripped = re.sub(rf"(?:{_SEPARATOR})", "", raw.replace("(0)", "")).strip()
    plus, digits = stripped.startswith("+"), _ascii_digits(stripped.removeprefix("+"))
    if not digits:
        return ""
    if not plus:
        if digits.startswith("00"):
            plus, digits = True, digits[2:]
        elif digits.startswith("0"):
            plus, digits = True, "62" + digits[1:]
        elif digits.startswith("62") and len(digits) >= 10:
            plus = True
        elif digits.startswith("8") and len(digits) >= 9:
            plus, digits = True, "62" + digits
    if not plus:
        return digits if len(digits) < _FOREIGN_DIGITS.start else ""
    if digits.startswith("620"):
        digits = "62" + digits[3:]
    return "+" + digits if len(digits) in _FOREIGN_DIGITS else ""


def looks_like_phone(text: str) -> bool:
    """Whether somebody looks for a telephone number: a whole one (`0812-3456-7890`), the beginning of one
    (`0812`, `+62 812`) or a masked one (`0812••••678`, `0812xxxx678`), also behind a word and its colon.
    """
    written = text.strip(' "')
    parts = [written, written.rpartition(":")[2].strip(' "'), *written.split()]
    return any(each.fullmatch(part) for each in (_PHONE, _PHONE_BEGUN, _PHONE_HIDDEN) for part in parts)


def phone_in(text: str) -> str:
    """The first telephone number in a text, as it stands there; '' when there is none."""
    found = _PHONE.search(_NIK.sub("", text))
    return found[0] if found else ""


def mask_phone(raw: str) -> str:
    """`+628121234678` → `0812••••678`; short, foreign or odd numbers are hidden in full, '' stays ''.

    A mask is masked already. At least four digits stay hidden and never more than seven are shown.
    """
    if not raw or _MASKED_PHONE.fullmatch(raw):
        return raw
    number = normalise_phone(raw)
    national = "0" + number[3:] if number.startswith("+62") else ""
    if len(national) < _SHORTEST_MASKED:
        return _ALL_HIDDEN
    return national[:4] + HIDDEN + national[-3:]


def mask_email(address: str) -> str:
    """`siti@gmail.com` → `s••••@gmail.com`; a domain that is nobody's public provider is hidden as well."""
    if not address:
        return ""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or "." not in domain:
        return _ALL_HIDDEN
    shown = local[0] if len(local) >= _SHORTEST_SHOWN_LOCAL_PART and local[0] != "•" else ""
    if domain.lower() not in _PUBLIC_MAIL:
        domain = HIDDEN + "." + domain.rpartition(".")[2]
    return f"{shown}{HIDDEN}@{domain}"


def mask_nik(raw: str) -> str:
    """`3271…` → `3271••••••••`: of the identity number (NIK) only the city's code, the rest is birth data."""
    if not raw:
        return ""
    digits = _ascii_digits(re.sub(_SEPARATOR, "", raw))
    return digits[:4] + _ALL_HIDDEN if len(digits) == _NIK_DIGITS else _ALL_HIDDEN


def redact_text(text: str) -> str:
    """`text` with the e-mail addresses, NIK and phone numbers in it masked.

    Rather too much than too little: a row of digits that could be a phone number is taken for one.
    """
    if not any(character.isdigit() or character == "@" for character in text):
        return text
    text = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    text = _NIK.sub(lambda found: mask_nik(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


def is_withheld(complaint: Complaint) -> bool:
    """Whether the content is for the holding dinas only: secret, and sent to one."""
    return (
        complaint.reporter.secret
        and complaint.dispatched_at is not None
        and complaint.status not in NOT_WITH_A_DINAS
    )


def for_city_scope(complaint: Complaint) -> Complaint:
    """What a desk outside the holding dinas may know of `complaint`.

    All of an ordinary one; of a secret one after dispatch only what counts and clocks need.
    """
    return withhold(complaint) if is_withheld(complaint) else complaint


def withhold(complaint: Complaint) -> Complaint:
    """`complaint` without its content: number, status, category, area, custody and clocks remain."""
    return msgspec.structs.replace(
        complaint,
        title=SECRET_TITLE,
        text="",
        street="",
        lat_e6=None,
        lon_e6=None,
        reporter=Reporter(secret=complaint.reporter.secret),
        follow_up="",
        no_evidence_reason="",
        coordinating_with="",
        question="",
        answer="",
        reason="",
        custody=tuple(msgspec.structs.replace(hop, why="") for hop in complaint.custody),
        attachments=(),
        suggestion=None,
    )


def for_public(complaint: Complaint) -> Complaint:
    """What the citizen's page may show: no names, no numbers in the text; of a secret report no content."""
    if complaint.reporter.secret:
        complaint = withhold(complaint)
    return msgspec.structs.replace(
        complaint,
        title=redact_text(complaint.title),
        text=redact_text(complaint.text),
        street=redact_text(complaint.street),
        follow_up=redact_text(complaint.follow_up),
        question=redact_text(complaint.question),
        answer=redact_text(complaint.answer),
        reason=redact_text(complaint.reason) if complaint.status in REASON_IS_PUBLIC else "",
        reporter=Reporter(anonymous=True, secret=complaint.reporter.secret),
        holder=None,
        holder_name="",
        proposed_by=None,
        proposed_by_name="",
        custody=tuple(msgspec.structs.replace(hop, why="") for hop in complaint.custody),
        attachments=tuple(msgspec.structs.replace(each, by="", name="") for each in complaint.attachments),
        suggestion=None,
    )


def entry_for_public(entry: Entry, secret: bool = False) -> Entry | None:
    """A line of the history as the citizen's page may show it; None for an internal one.

    Of a `secret` report only the step itself remains.
    """
    if not entry.public:
        return None
    return msgspec.structs.replace(
        entry,
        actor_id="",
        actor_name="",
        text="" if secret else redact_text(entry.text),
        fields={key: value for key, value in entry.fields.items() if key in _PUBLIC_FIELDS},
        action_id="",
    )


def _ascii_digits(text: str) -> str:
    """The digits of `text` as 0 to 9, or '' when anything else is in it."""
    digits = [unicodedata.decimal(character, -1) for character in text]
    return "" if -1 in digits else "".join(map(str, digits))
