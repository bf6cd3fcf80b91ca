"""OSCAL documents of any kind that is read, as one import: what they are is said by their content."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from harmonizer.errors import UsageError
from harmonizer.formats.contents import Contents
from harmonizer.formats.oscal import documents
from harmonizer.formats.oscal.components import read_components
from harmonizer.formats.oscal.frameworks import read_framework
from harmonizer.formats.oscal.mappings import read_mappings
from harmonizer.formats.oscal.markup import NAMESPACE


def recognise(head: bytes) -> bool:
    """Whether the first bytes of a file look like an OSCAL document, of a kind that is read here or not."""
    if NAMESPACE.encode() in head:
        return True
    kinds = "|".join((*documents.KINDS, *documents.OTHER_KINDS)).encode()
    return bool(re.match(rb'(\xef\xbb\xbf)?\s*(\{\s*"|---\s*)?(%s)"?\s*:' % kinds, head))


def read(paths: Sequence[Path], slug: str = "", target: str = "") -> dict[Path, Contents]:
    """A catalog, a profile and then what it imports, mapping-collections, or component-definitions.

    The catalogs and profiles beside a component-definition are what its control ids are checked against; they are not
    brought in themselves. ``target`` is the framework whose controls it names. Raises :class:`DataError` for what
    cannot be read, :class:`UsageError` for documents that do not go together.
    """
    by_kind: dict[str, list[documents.Document]] = defaultdict(list)
    for path in paths:
        one = documents.read(path)
        by_kind[one.kind].append(one)
    others = [*by_kind["profile"], *by_kind["catalog"]]
    components = by_kind["component-definition"]
    if slug and len(components) > 1:
        raise UsageError(f"a slug names one framework; {len(components)} component-definitions were given")
    if target and not components:
        raise UsageError("a target is named for component-definitions only")
    found = {one.path: read_mappings(one) for one in by_kind["mapping-collection"]}
    found |= {one.path: read_components(one, others, slug, target) for one in components}
    return found | ({others[0].path: read_framework(others, slug)} if others and not components else {})
