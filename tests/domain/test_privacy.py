"""What stays hidden of a person, and of a secret report."""

import datetime as dt
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qlue_desk.domain.complaint import (
    Attachment,
    Channel,
    Complaint,
    Entry,
    Hop,
    Reporter,
    Status,
    Suggestion,
)
from qlue_desk.domain.privacy import (
    entry_for_public,
    for_city_scope,
    for_public,
    looks_like_phone,
    mask_email,
    mask_nik,
    mask_phone,
    normalise_phone,
    redact_text,
)

MODEST = settings(max_examples=300, deadline=None, database=None)
NOW = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "+628121234678",
        "628121234678",
        "08121234678",
        "8121234678",
        "0062 812 1234 678",
        "+62 (0)812-1234-678",
        "0812.1234.678",
        "+6208121234678",
        "(+62) 812 1234 678",
    ],
)
def test_one_number_in_many_spellings(raw: str) -> None:
    assert normalise_phone(raw) == "+628121234678"
    assert mask_phone(raw) == "0812••••678"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1708", "1708"),
        ("112", "112"),
        ("+1 415 555 2671", "+14155552671"),
        ("TELKOMSEL", ""),
        ("", ""),
        ("+", ""),
    ],
)
def test_other_senders(raw: str, number: str) -> None:
    assert normalise_phone(raw) == number


@pytest.mark.parametrize("raw", ["112", "0812123467", "+14155552671", "bukan nomor", "0812-xxxx-678"])
def test_what_is_no_full_indonesian_number_is_hidden_entirely(raw: str) -> None:
    assert mask_phone(raw) == "••••••••"


def test_masks_do_not_tell_the_length_and_are_stable() -> None:
    assert (
        mask_phone("08121234678") == mask_phone("0812123499678") == mask_phone("0812••••678") == "0812••••678"
    )
    assert mask_phone("") == ""


@MODEST
@given(st.text(alphabet="0123456789+- ().62８•", max_size=25) | st.text(max_size=20))
def test_a_masked_phone_shows_seven_digits_at_most_and_hides_four(raw: str) -> None:
    masked = mask_phone(raw)
    shown = sum(character.isdigit() for character in masked)
    assert shown in (0, 7)
    if shown and raw != masked:
        assert sum(character.isdigit() for character in raw) - shown >= 3
        assert len(normalise_phone(raw).removeprefix("+62")) + 1 - shown >= 4


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("siti@gmail.com", "s••••@gmail.com"),
        ("si@gmail.com", "••••@gmail.com"),
        ("siti@aminah.id", "s••••@••••.id"),
        ("", ""),
        ("bukan surel", "••••••••"),
    ],
)
def test_mail_addresses(address: str, masked: str) -> None:
    assert mask_email(address) == masked


def test_identity_numbers() -> None:
    assert mask_nik("3271 0145 0190 0001") == "3271••••••••"
    assert mask_nik("327101450190") == "••••••••"
    assert mask_nik("") == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hubungi 0812-1234-678 segera", "Hubungi 0812••••678 segera"),
        ("wa.me/628121234678", "wa.me/0812••••678"),
        ("telp (0251) 8321075.", "telp 0251••••075."),
        ("NIK 3271014501900001 a.n. saya", "NIK 3271•••••••• a.n. saya"),
        ("tulis ke siti.aminah@gmail.com, ya", "tulis ke s••••@gmail.com, ya"),
        ("+1 415-555-2671", "••••••••"),
        ("1.08121234678\n2.08121234679 08121234670", "1.0812••••678\n2.0812••••679 0812••••670"),
        ("RT 01/08121234678", "RT 01/0812••••678"),
    ],
)
def test_personal_numbers_in_free_text(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Lampu mati sejak 24-08-2026 10.15 di RT 03/05",
        "BGR-26-004211 senilai Rp 1.500.000",
        "Tanggal 08/11/2026, 2 x 24 jam, kode pos 16129",
        "-6.597147, 106.806039",
        "titik -0.5040765527894054, 117.06789721750663",
        "tanpa angka",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact_text(text) == text


separators = st.sampled_from(["", " ", "-", ".", " - "])


@MODEST
@given(
    prefix=st.sampled_from(["0", "62", "+62", "0062", "+62 "]),
    digits=st.from_regex(r"8[1-9][0-9]{7,10}", fullmatch=True),
    separator=separators,
    around=st.sampled_from(["hp {}", "({})", "wa:{},", "{}"]),
)
def test_no_spelling_of_a_number_survives_redaction(
    prefix: str, digits: str, separator: str, around: str
) -> None:
    groups = [digits[:3], digits[3:7], digits[7:]]
    text = around.format(prefix + separator.join(groups))
    assert len(re.sub(r"\D", "", redact_text(text))) <= 7


def secret_report(**fields: object) -> Complaint:
    base = Complaint(
        id="c_1",
        city="bogor",
        dinas="dpupr",
        title="Pungli di kantor X",
        text="Nama saya Siti, 08121234678",
        channel=Channel.SMS,
        created_at=NOW,
        number="BGR-26-004211",
        status=Status.DISPATCHED,
        category="jalan_rusak",
        kelurahan="32.71.03.1006",
        street="Jl. Rahasia 1",
        lat_e6=-6_597_147,
        lon_e6=106_806_039,
        reporter=Reporter(name="S••••", phone="0812••••678", secret=True),
        dispatched_at=NOW,
        acknowledge_by=NOW,
        resolve_by=NOW,
        holder="u_1",
        holder_name="Rina",
        follow_up="Rahasia diperiksa",
        no_evidence_reason="rahasia",
        coordinating_with="Rahasia",
        question="Rahasia?",
        answer="rahasia",
        reason="rahasia",
        custody=(Hop("dpupr", NOW, why="rahasia"),),
        attachments=(Attachment("0" * 64, "rahasia.jpg", "image/jpeg", 1),),
        suggestion=Suggestion(why="kata: rahasia"),
    )
    return msgspec.structs.replace(base, **fields)


def test_a_secret_report_leaves_its_dinas_without_content() -> None:
    seen = for_city_scope(secret_report())
    wire = msgspec.json.encode(seen).decode().lower()
    for word in ("siti", "0812", "rahasia 1", "jl.", "pungli", "kata:", "diperiksa", "rahasia.jpg", "597147"):
        assert word not in wire
    assert wire.count("rahasia") == 1
    kept = (
        "id",
        "number",
        "status",
        "category",
        "kelurahan",
        "dinas",
        "acknowledge_by",
        "resolve_by",
        "dispatched_at",
    )
    assert all(getattr(seen, name) == getattr(secret_report(), name) for name in kept)
    assert seen.reporter.secret


@pytest.mark.parametrize(
    "fields", [{"dispatched_at": None, "status": Status.NEW}, {"status": Status.REOPENED}]
)
def test_the_verifier_who_must_route_a_secret_report_reads_it(fields: dict[str, object]) -> None:
    assert for_city_scope(secret_report(**fields)) == secret_report(**fields)


def test_an_ordinary_report_is_whole_in_the_city() -> None:
    ordinary = secret_report(reporter=Reporter())
    assert for_city_scope(ordinary) == ordinary


def test_the_public_sees_neither_names_nor_numbers() -> None:
    shown = for_public(
        secret_report(reporter=Reporter(name="Siti", phone="0812••••678"), proposed_by_name="Asep")
    )
    assert shown.text == "Nama saya Siti, 0812••••678"
    assert (shown.holder_name, shown.proposed_by_name, shown.reporter.name, shown.reporter.phone) == (
        "",
        "",
        "",
        "",
    )
    assert for_public(secret_report()).text == ""


def test_public_history_has_no_names_and_no_internal_lines() -> None:
    entry = Entry(
        id="e_1",
        complaint_id="c_1",
        verb="transfer",
        at=NOW,
        actor_name="Rina",
        actor_id="u_1",
        text="Hubungi 08121234678",
        public=True,
        fields={"dinas": "dishub", "reason": "lihat 0812"},
    )
    shown = entry_for_public(entry)
    assert shown is not None
    assert (shown.actor_name, shown.actor_id, shown.text) == ("", "", "Hubungi 0812••••678")
    assert shown.fields == {"dinas": "dishub"}
    hidden = entry_for_public(entry, secret=True)
    assert hidden is not None
    assert hidden.text == ""
    assert entry_for_public(msgspec.structs.replace(entry, public=False)) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0812-3456-7890", True),
        ("+62 812 3456 7890", True),
        ("0812", True),
        ("08123", True),
        ("62812", True),
        ("0812••••678", True),
        ("0812****678", True),
        ("••••678", True),
        ("nomor:081234567890", True),
        ("andi 081234567890", True),
        ("nomor:BGR-26-000812", False),
        ("26000123", False),
        ("0012", False),
        ("6281", False),
        ("lampu 12", False),
        ("xx", False),
        ("sejak:2026-08-12", False),
    ],
)
def test_what_is_looked_for_may_be_a_telephone_number_or_a_part_of_one(written: str, meant: bool) -> None:
    assert looks_like_phone(written) is meant
