"""The two body forms. JSON arrays stay bare; an XML element is empty where JSON has null."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import msgspec

XML_TYPE = "text/xml"
"""The framework adds the charset to texts, not to JSON."""
JSON_TYPE = "application/json; charset=utf-8"

ITEM_NAMES = {
    "services": "service",
    "service_requests": "request",
    "service_requests_updates": "request_update",
    "service_request_updates": "request_update",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
}
"""What an element of a list is called in XML."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


class Document(msgspec.Struct, frozen=True):
    """An answer: its root element and content, a list or one object."""

    root: str
    content: list[dict[str, object]] | dict[str, object]
    status: int = 200


def to_json(document: Document) -> bytes:
    """The content alone: JSON has no root."""
    return msgspec.json.encode(document.content)


def to_xml(document: Document) -> bytes:
    """With declaration and encoding."""
    root = ElementTree.Element(document.root)
    _fill(root, document.content)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _fill(element: ElementTree.Element, value: object) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _fill(ElementTree.SubElement(element, str(key)), item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _fill(ElementTree.SubElement(element, ITEM_NAMES.get(element.tag, "item")), item)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _NOT_XML.sub("\ufffd", str(value))
