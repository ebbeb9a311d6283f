"""Names from a sheet, made safe to be names of files."""

import re
import unicodedata

LONGEST = 100  # bytes; leaves room for suffixes within the 255 of common file systems


def slug(name: str) -> str:
    """Return ``name`` as a file name: letters, digits, ``_``, ``-`` and inner dots stay.

    >>> slug("Ada Lovelace (1840)")
    'Ada-Lovelace-1840'
    """
    text = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")


def collision_key(name: str) -> str:
    """Return what two names may not share: their slug, as a case-blind file system sees it."""
    return unicodedata.normalize("NFKC", slug(name)).casefold()


def problem(name: str) -> str | None:
    """Say why ``name`` cannot be the name of a person or photo; None where it can."""
    bad = sorted({f"U+{ord(c):04X}" for c in name if unicodedata.category(c) in _NO_GLYPH})
    if bad:
        return f"holds invisible or control characters ({', '.join(bad)})"
    if "/" in name or "\\" in name or name in (".", ".."):
        return "would lead to another folder ('/', '\\' and '..' are not part of a name)"
    if name != name.strip():
        return "begins or ends with a space"
    if not slug(name):
        return "has no letter or digit to name a file by"
    if len(slug(name).encode()) > LONGEST:
        return f"is longer than {LONGEST} bytes"
    return None


# control, format (zero width, right-to-left override), surrogate, private use,
# unassigned, line and paragraph separators
_NO_GLYPH = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
