"""An older program that meets a status it does not know says so and keeps what it has."""

from __future__ import annotations

import msgspec
import pytest

from qlue_desk.protocol import Payload
from qlue_desk.store.errors import NewerData
from qlue_desk.store.replica import payload_of
from tests.domain.test_lifecycle import report


def test_a_later_status_is_named_as_a_matter_of_versions() -> None:
    body = msgspec.json.encode(Payload(report()))
    assert payload_of(body).complaint == report()
    with pytest.raises(NewerData) as newer:
        payload_of(body.replace(b'"qlue"', b'"merpati"'))
    assert newer.value.sentence() == (
        "Pusat mengirim data yang belum dikenal program ini: perbarui qlue-desk; pekerjaan tetap dikirim."
    )


def test_damaged_bytes_are_something_else() -> None:
    with pytest.raises(msgspec.DecodeError):
        payload_of(b"{")
