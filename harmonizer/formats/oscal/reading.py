"""OSCAL documents of any kind that is read, as one import: what they are is said by their content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harmonizer.formats.contents import Contents
from harmonizer.formats.oscal import documents
from harmonizer.formats.oscal.frameworks import read_framework
from harmonizer.formats.oscal.mappings import read_mappings
from harmonizer.formats.oscal.markup import NAMESPACE


def recognise(head: bytes) -> bool:
    """Whether the first bytes of a file look like an OSCAL document that is read here."""
    if NAMESPACE.encode() in head:
        return True
    return bool(re.match(rb'(\xef\xbb\xbf)?\s*(\{\s*"|---\s*)?(%s)"?\s*:' % "|".join(documents.KINDS).encode(), head))


def read(paths: Sequence[Path], slug: str = "") -> dict[Path, Contents]:
    """A catalog, a profile and then what it imports, or mapping-collections.

    Raises :class:`DataError` for what cannot be read, :class:`UsageError` for documents that do not go together.
    """
    read_in = [documents.read(path) for path in paths]
    found = {one.path: read_mappings(one) for one in read_in if one.kind == "mapping-collection"}
    others = [one for one in read_in if one.kind != "mapping-collection"]
    return found | ({others[0].path: read_framework(others, slug)} if others else {})
