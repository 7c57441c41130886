"""Messages as SMS and WhatsApp gateways post them: many field names, one shape.

Names come from the gateways' own documentation; a field that is new is ignored, one that is missing
makes the message unreadable, never lost.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from qlue_desk.central.intake.errors import IntakeError
from qlue_desk.central.intake.messages import content_id, message_report
from qlue_desk.central.intake.reading import parse_place, parse_time, stable_id
from qlue_desk.central.report import Report
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import MESSAGES, Channel
from qlue_desk.words import _

TEXT = ("message", "text", "Body", "body", "TextDecoded", "SMS_1_TEXT", "a", "isi", "pesan", "content")
SENDER = ("sender", "phone", "from", "From", "SenderNumber", "SMS_1_NUMBER", "p", "pengirim", "msisdn")
IDENTITY = ("inboxid", "MessageSid", "message_id", "messageId", "id", "ID", "I")
TIME = ("timestamp", "ReceivingDateTime", "received_at", "received", "Received", "t", "time", "waktu")
NAME = ("name", "pushname", "ProfileName", "nama")
MEDIA = ("url", "MediaUrl0", "media_url")
WHATSAPP_MARKS = ("pushname", "inboxid", "device")
"""Fields that only WhatsApp gateways send (Fonnte, Wablas)."""

CHANNELS = tuple(channel for channel in Channel if channel in MESSAGES)
"""What a gateway may say that it carries (`?channel=`); without a word the fields tell."""

Fields = Mapping[str, Any]


def reports_of(body: Fields, city: City, now: dt.datetime, channel: str = "") -> list[Report]:
    """Every message in one request; a status notice of WhatsApp's Cloud API holds none."""
    if isinstance(body.get("entry"), list):
        return [_report(each, city, now, Channel.WHATSAPP) for each in _cloud_messages(body)]
    return [_report(body, city, now, _channel(body, channel))]


def _channel(body: Fields, named: str) -> Channel:
    if named in CHANNELS:
        return Channel(named)
    if named:
        raise IntakeError(
            _("Kanal “{found}” tidak dikenal; pilih {allowed}.").format(
                found=named, allowed=", ".join(CHANNELS)
            )
        )
    sender = str(body.get("From") or "")
    if sender.startswith("whatsapp:") or any(mark in body for mark in WHATSAPP_MARKS):
        return Channel.WHATSAPP
    return Channel.SMS


def _report(body: Fields, city: City, now: dt.datetime, channel: Channel) -> Report:
    text, sender = _first(body, TEXT), _first(body, SENDER).removeprefix("whatsapp:")
    if sender.isdigit() and sender.startswith("62"):
        sender = "+" + sender
    identity, source = _first(body, IDENTITY), str(channel)
    received_at = _time(_first(body, TIME), city, now)
    media = _first(body, MEDIA)
    raw = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
    problem = "" if sender else _("pengirim tidak disebut")
    return message_report(
        source=source,
        source_id=_source_id(sender, identity, text, raw, received_at.date()),
        city=city,
        channel=channel,
        sender=sender,
        text=text,
        received_at=received_at,
        raw=raw,
        name=_first(body, NAME),
        photos=(media,) if media.startswith(("https://", "http://")) else (),
        place=_location(body.get("location")),
        problem=problem,
    )


def _source_id(sender: str, identity: str, text: str, raw: str, day: dt.date) -> str:
    """What makes a message sent again the same one.

    The text belongs to it even where there is an id: an application that is installed anew counts from 1 again.
    Where sender or text were not understood only the whole message tells it from another.
    """
    if not (sender and text):
        return content_id(sender, raw, day)
    return f"{sender}:{identity}:{stable_id(text)}" if identity else content_id(sender, text, day)


def _first(body: Fields, names: tuple[str, ...]) -> str:
    for name in names:
        value = body.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _time(text: str, city: City, now: dt.datetime) -> dt.datetime:
    """Unix seconds (or milliseconds), else a written time; what is neither is now, never the future."""
    try:
        if text.isdigit():
            seconds = int(text) / (1000 if len(text) > 11 else 1)
            found = dt.datetime.fromtimestamp(seconds, dt.UTC)
        else:
            found = parse_time(text, city.zone)
    except (ValueError, OverflowError, OSError):
        return now
    return min(found, now)


def _location(value: Any) -> tuple[float, float] | tuple[None, None]:
    """A shared place: `"-6.59,106.80"` or an object, depending on the gateway's version."""
    if isinstance(value, str) and value.count(",") == 1:
        return parse_place(*value.split(","))
    if isinstance(value, Mapping):
        lat, lon = value.get("latitude", value.get("lat")), value.get("longitude", value.get("lng"))
        return parse_place(lat, lon if lon is not None else value.get("lon"))
    return None, None


def _cloud_messages(body: Fields) -> Iterator[Fields]:
    """Messages of WhatsApp's Cloud API: entry[].changes[].value.messages[].

    What is of another shape comes whole, so that it waits for a person; notices about messages of ours
    (`statuses`) and about other things (`field`) hold none.
    """
    for entry in body["entry"]:
        changes = entry.get("changes") if isinstance(entry, Mapping) else None
        if not isinstance(changes, list):
            yield {"entry": entry}
            continue
        for change in changes:
            value = change.get("value") if isinstance(change, Mapping) else None
            if not isinstance(value, Mapping):
                yield {"change": change}
            elif isinstance(value.get("messages"), list):
                yield from _messages_of(value)
            elif change.get("field", "messages") == "messages" and "statuses" not in value:
                yield {"change": change}


def _messages_of(value: Fields) -> Iterator[Fields]:
    names = {
        str(contact.get("wa_id")): (contact.get("profile") or {}).get("name", "")
        for contact in _list(value.get("contacts"))
        if isinstance(contact.get("profile") or {}, Mapping)
    }
    for message in value["messages"]:
        if not isinstance(message, Mapping):
            yield {"messages": message}
            continue
        text = message.get("text")
        yield {
            "from": message.get("from", ""),
            "id": message.get("id", ""),
            "timestamp": message.get("timestamp", ""),
            "text": text.get("body", "") if isinstance(text, Mapping) else _caption(message),
            "name": names.get(str(message.get("from")), ""),
            "location": message.get("location"),
            "type": message.get("type", ""),
        }


def _caption(message: Fields) -> str:
    kind = message.get(str(message.get("type")))
    return str(kind.get("caption") or "") if isinstance(kind, Mapping) else ""


def _list(value: Any) -> list[Fields]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
