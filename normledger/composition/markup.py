"""Text made safe for HTML and XML alike: escaped, without what XML 1.0 cannot hold; and percent-encoding for a path.

Belongs here: characters. Does not belong here: elements (`draft_forms`, `emergence`).
"""

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def safe(text: str) -> str:
    """Escaped for element content and quoted attributes; what is no character of XML 1.0 becomes U+FFFD."""
    return _NOT_XML.sub("\ufffd", text).translate(_ESCAPED)


def path_segment(text: str) -> str:
    """Percent-encoded for one segment of a URI's path (RFC 3986)."""
    data = text.encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)
