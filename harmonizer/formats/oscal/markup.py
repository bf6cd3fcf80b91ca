"""OSCAL's XML in the shape of its JSON.

The two notations say the same by different means (NIST's Metaschema derives both): repeated elements are a list under
a plural key, text with markup is Markdown, and some elements keep their text under a key of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from harmonizer.errors import DataError

NAMESPACE = "http://csrc.nist.gov/ns/oscal/1.0"

_LISTS = {
    "prop": "props", "link": "links", "role": "roles", "party": "parties", "location": "locations",
    "responsible-party": "responsible-parties", "party-uuid": "party-uuids", "email-address": "email-addresses",
    "telephone-number": "telephone-numbers", "addr-line": "addr-lines", "url": "urls", "revision": "revisions",
    "document-id": "document-ids", "external-id": "external-ids", "location-uuid": "location-uuids",
    "member-of-organization": "member-of-organizations", "action": "actions",
    "param": "params", "control": "controls", "group": "groups", "part": "parts", "value": "values",
    "choice": "choice", "constraint": "constraints", "guideline": "guidelines", "test": "tests",
    "resource": "resources", "rlink": "rlinks", "hash": "hashes", "import": "imports",
    "include-controls": "include-controls", "exclude-controls": "exclude-controls", "with-id": "with-ids",
    "matching": "matching", "set-parameter": "set-parameters", "alter": "alters", "add": "adds", "remove": "removes",
    "insert-controls": "insert-controls", "component": "components", "capability": "capabilities",
    "control-implementation": "control-implementations", "implemented-requirement": "implemented-requirements",
    "statement": "statements", "responsible-role": "responsible-roles", "protocol": "protocols",
    "port-range": "port-ranges", "incorporates-component": "incorporates-components",
    "import-component-definition": "import-component-definitions", "mapping": "mappings", "map": "maps",
    "source": "sources", "target": "targets", "qualifier": "qualifiers", "unmapped-control": "unmapped-controls",
}  # fmt: skip
_TEXT_KEYS = {"document-id": "identifier", "external-id": "id", "telephone-number": "number", "hash": "value",
              "base64": "value"}  # fmt: skip
_BLOCKS = ("p", "ul", "ol", "pre", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "img", "hr")
_MULTILINE = ("description", "mapping-description", "remarks", "usage", "statement", "justification", "comments")
_LINES = ("title", "label", "choice", "text", "purpose")
_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "q": '"', "sub": "~", "sup": "^"}


def from_xml(root: Element, path: Path) -> dict[str, Any]:
    """``{"catalog": {...}}`` from the root element. Raises :class:`DataError` for another namespace."""
    if not root.tag.startswith(f"{{{NAMESPACE}}}"):
        raise DataError(f"the root element is {root.tag}; expected one in the namespace {NAMESPACE}", file=path)
    return {_name(root): _object(root)}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _object(element: Element) -> Any:
    name, attributes = _name(element), {k: v for k, v in element.attrib.items() if not k.startswith("{")}
    found: dict[str, Any] = dict(attributes)
    if name in _LINES:
        return _inline(element)
    children = list(element)
    blocks = [child for child in children if _name(child) in _BLOCKS]
    if name in _MULTILINE and (blocks or not children):
        return "\n\n".join(map(_block, blocks)) if blocks else _inline(element)
    if not children and name in ("include-all", "flat", "back-matter", "merge", "modify"):
        return found
    if not children and not found:
        return (element.text or "").strip()
    if not children and (element.text or "").strip():
        return found | {_TEXT_KEYS.get(name, "value"): (element.text or "").strip()}
    if blocks:
        found["prose"] = "\n\n".join(map(_block, blocks))
    for child in children:
        key = _name(child)
        if key in _BLOCKS:
            continue
        if key == "address" and name == "party":
            found.setdefault("addresses", []).append(_object(child))
        elif key in _LISTS and not (key in ("source", "target") and name not in ("map",)):
            found.setdefault(_LISTS[key], []).append(_object(child))
        else:
            found[key] = _object(child)
    return found


def _inline(element: Element) -> str:
    """Text with markup as one line of Markdown; ``insert`` as OSCAL writes it in JSON."""
    parts = [element.text or ""]
    for child in element:
        name = _name(child)
        if name == "insert":
            parts.append(f"{{{{ insert: {child.get('type', 'param')}, {child.get('id-ref', '')} }}}}")
        elif name == "a":
            parts.append(f"[{_inline(child)}]({child.get('href', '')})")
        elif name == "br":
            parts.append(" ")
        else:
            mark = _MARKS.get(name, "")
            parts.append(f"{mark}{_inline(child)}{mark}")
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _block(element: Element) -> str:
    name = _name(element)
    if name in ("ul", "ol"):
        marks = (f"{at}." for at in range(1, len(element) + 1)) if name == "ol" else ("-" for _ in element)
        return "\n".join(f"{mark} {_inline(item)}" for mark, item in zip(marks, element, strict=False))
    if name == "table":
        rows = [[_inline(cell) for cell in row] for row in element]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([*lines[:1], f"|{' --- |' * len(rows[0])}", *lines[1:]]) if rows else ""
    if name == "pre":
        return f"```\n{''.join(element.itertext())}\n```"
    if name == "blockquote":
        return "\n".join(f"> {_inline(child)}" for child in element)
    if name == "img":
        return f"![{element.get('alt', '')}]({element.get('src', '')})"
    if name == "hr":
        return "---"
    return ("#" * int(name[1]) + " " if name[0] == "h" else "") + _inline(element)
