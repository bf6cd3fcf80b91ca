"""Check a certificate of a plan: does the selection meet every row, and can nothing cheaper exist?

This file uses the standard library only and shares no code with the solver, so that it can be read and trusted alone:
``python checker.py CERTIFICATE.json``. It knows one argument, weak duality. For rows ``A x >= b`` with costs ``c``, x
in {0, 1} and weights ``y >= 0``, every x that meets the rows costs at least ``b'y + sum of min(0, c - A'y)``; columns
held at 1 count ``c - A'y`` whatever its sign, columns held at 0 count nothing. Since costs are whole numbers, the bound
may be rounded up. A branch holds a column at 0 in one half of a tree and at 1 in the other, and is as good as the worse
of the two. Weights are whole numbers over a common scale, so that all arithmetic is exact.

Before that, reduction steps may fix columns without losing the optimum:

- ``["one", j, r]``: row r cannot be met any more with x_j = 0; ``["zero", j, r]``: nor with x_j = 1.
- ``["implied", r, s]``: each free column that helps to meet row s meets row r alone, so row r need not be looked at.
- ``["useless", j]``: no row that is still open gains from x_j = 1.
- ``["drop", j, l, mirrors]``: column l costs no more than j and can stand in its place: every open row that gains from
  j is met by l alone, its other coefficients being no less than 0; where l lowers a row more than j did, the row has a
  mirror, which says of j what the row says of l (both may need the same prerequisite).
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

FORMAT = "harmonizer-certificate-1"
Rows = list[tuple[list[tuple[int, int]], int]]


class Refuted(Exception):  # noqa: N818 (the field's word for a claim that fails)
    """The first step of a certificate that does not hold, as a sentence."""


def canonical(content: dict[str, Any]) -> bytes:
    """The one way in which a certificate is written."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of a certificate without its own hash."""
    return hashlib.sha256(canonical({key: content[key] for key in content if key != "hash"})).hexdigest()


def check_bytes(data: bytes) -> dict[str, Any]:
    """Check a certificate file's content; returns the certificate, or raises Refuted with the reason."""
    try:
        content = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refuted(f"the file is not UTF-8 JSON: {error}") from None
    if not isinstance(content, dict):
        raise Refuted("the file is not a certificate")
    if data.rstrip(b"\n") != canonical(content) or data.count(b"\n") > 1:
        raise Refuted("the file is not written in the canonical form, so it was changed")
    check(content)
    return content


def check(content: dict[str, Any]) -> None:
    """Check a certificate; raises Refuted with the first step that fails."""
    try:
        if content["format"] != FORMAT:
            raise Refuted(f"the certificate is not of the format {FORMAT}")
        if content["hash"] != digest(content):
            raise Refuted("the hash does not fit the content, so it was changed")
        _check(content)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Refuted(f"the certificate is malformed: {type(error).__name__} {error}") from None


def _check(content: dict[str, Any]) -> None:
    costs = content["costs"]
    rows = [([(j, a) for j, a in row["terms"]], row["least"]) for row in content["rows"]]
    names = content["names"]
    _check_instance(costs, rows, names)
    chosen = set(content["chosen"])
    _check_selection(content, costs, rows, chosen)
    fixed = _replay(content["steps"], costs, rows, names)
    bound = sum(costs[j] for j, value in fixed.items() if value)
    seen = set(fixed)
    for number, part in enumerate(content["components"]):
        columns = set(part["columns"])
        if columns & seen or not columns <= set(range(len(costs))):
            raise Refuted(f"component {number} shares columns with another or with the reduction steps")
        seen |= columns
        _check_tree(part["tree"], part["bound"], dict(fixed), columns, costs, rows, f"component {number}")
        bound += part["bound"]
    if bound != content["lower_bound"]:
        raise Refuted(f"the parts prove a bound of {bound}, the certificate claims {content['lower_bound']}")
    if content["cost"] < bound:
        raise Refuted("the selection would cost less than the proven bound")
    if content["status"] not in ("optimal", "best known"):
        raise Refuted(f"the status {content['status']!r} is unknown")
    if content["status"] == "optimal" and content["cost"] != bound:
        raise Refuted(f"the selection costs {content['cost']}, but only {bound} is proven: not optimal")


def _check_instance(costs: list[int], rows: Rows, names: list[str]) -> None:
    if len(names) != len(costs) or len(set(names)) != len(names):
        raise Refuted("the columns' names are not distinct, one for each cost")
    if any(type(cost) is not int or cost < 0 for cost in costs):
        raise Refuted("a cost is not a whole number of 0 or more")
    for place, (terms, least) in enumerate(rows):
        if any(type(one) is not int for one in (least, *(part for term in terms for part in term))):
            raise Refuted(f"row {place} holds something that is not a whole number")
        columns = [j for j, _ in terms]
        if len(set(columns)) != len(columns) or any(not 0 <= j < len(costs) for j in columns):
            raise Refuted(f"row {place} names a column twice or one that does not exist")


def _check_selection(content: dict[str, Any], costs: list[int], rows: Rows, chosen: set[int]) -> None:
    if len(chosen) != len(content["chosen"]) or not chosen <= set(range(len(costs))):
        raise Refuted("the selection names a column twice or one that does not exist")
    for place, (terms, least) in enumerate(rows):
        if sum(a for j, a in terms if j in chosen) < least:
            raise Refuted(f"the selection does not meet row {place} ({content['rows'][place].get('name', '')})")
    cost = sum(costs[j] for j in chosen)
    if cost != content["cost"]:
        raise Refuted(f"the selection costs {cost}, not {content['cost']}")


def _replay(steps: list[Any], costs: list[int], rows: Rows, names: list[str]) -> dict[int, int]:
    """Columns fixed by the reduction steps, each step checked."""
    of_column: list[list[tuple[int, int]]] = [[] for _ in costs]
    for place, (terms, _) in enumerate(rows):
        for j, a in terms:
            of_column[j].append((place, a))
    need = [least for _, least in rows]  # what free columns still must give
    gain = [sum(a for _, a in terms if a > 0) for terms, _ in rows]  # the most that free columns can give
    loss = [sum(a for _, a in terms if a < 0) for terms, _ in rows]  # the least that they can
    coefficient = [dict(terms) for terms, _ in rows]
    fixed: dict[int, int] = {}
    closed = _repeated(rows)

    def is_open(place: int) -> bool:
        return place not in closed and loss[place] < need[place]

    def fix(j: int, value: int) -> None:
        fixed[j] = value
        for place, a in of_column[j]:
            need[place] -= a * value
            gain[place] -= max(a, 0)
            loss[place] -= min(a, 0)

    def holds(kind: str, j: int, rest: list[Any]) -> bool:
        if kind in ("one", "zero"):
            (place,) = rest
            a = coefficient[place].get(j, 0)
            others = gain[place] - max(a, 0)
            return bool(others + (a if kind == "zero" else 0) < need[place])
        if kind == "useless":
            return not rest and not any(a > 0 and is_open(place) for place, a in of_column[j])
        if kind != "drop":
            return False
        other, mirrors = rest
        if other in fixed or other == j or not 0 <= other < len(costs) or costs[other] > costs[j]:
            return False
        for place, a in of_column[j]:
            stands_in = coefficient[place].get(other, 0) >= need[place]
            if a > 0 and is_open(place) and not (stands_in and loss[place] == 0):
                return False
        mirror_of: dict[int, int] = dict(mirrors)
        for place, a in of_column[other]:
            if a >= min(0, coefficient[place].get(j, 0)) or not is_open(place):
                continue
            if place not in mirror_of or not mirrors_row(place, mirror_of[place], j, other):
                return False
        return True

    def mirrors_row(place: int, mirror: int, j: int, other: int) -> bool:
        """Whether what the mirror row asks with x_j = 1, x_other = 0 implies the row with x_j = 0, x_other = 1."""
        left = {k: a for k, a in coefficient[place].items() if k not in fixed and k not in (j, other)}
        right = {k: a for k, a in coefficient[mirror].items() if k not in fixed and k not in (j, other)}
        a, b = coefficient[place].get(other, 0), coefficient[mirror].get(j, 0)
        return left == right and a - need[place] >= b - need[mirror]

    def implies(place: int, other: int) -> bool:
        """Whether meeting the other row means meeting this one."""
        helpers = [k for k, a in coefficient[other].items() if a > 0 and k not in fixed]
        return (is_open(other) and other != place and need[other] >= 1 and loss[place] == 0
                and all(coefficient[place].get(k, 0) >= need[place] for k in helpers))  # fmt: skip

    for number, (kind, j, *rest) in enumerate(steps):
        if kind == "implied":
            if not implies(j, *rest):
                raise Refuted(f"reduction step {number} (row {j} implied by row {rest[0]}) does not hold")
            closed.add(j)
            continue
        if j in fixed or not 0 <= j < len(costs) or not holds(kind, j, rest):
            raise Refuted(f"reduction step {number} ({kind} {names[j] if 0 <= j < len(costs) else j}) does not hold")
        fix(j, int(kind == "one"))
    return fixed


def _repeated(rows: Rows) -> set[int]:
    """Rows with the terms of another row that asks as much or more."""
    best: dict[tuple[tuple[int, int], ...], int] = {}
    for place, (terms, least) in enumerate(rows):
        known = best.get(tuple(terms))
        if known is None or least > rows[known][1]:
            best[tuple(terms)] = place
    return {place for place, (terms, _) in enumerate(rows) if best[tuple(terms)] != place}


def _check_tree(
    tree: dict[str, Any], bound: int, held: dict[int, int], columns: set[int], costs: list[int], rows: Rows, where: str
) -> None:
    """Every leaf of the tree must prove the bound. An explicit stack: trees may be deep."""
    if type(bound) is not int or bound < 0:
        raise Refuted(f"the bound of {where} is not a whole number of 0 or more")
    stack: list[tuple[dict[str, Any], dict[int, int]]] = [(tree, {})]
    leaves = 0
    while stack:
        node, path = stack.pop()
        if "branch" in node:
            j = node["branch"]
            if j not in columns or j in path:
                raise Refuted(f"{where} branches on a column that is not its own or is held already")
            stack.append((node["zero"], {**path, j: 0}))
            stack.append((node["one"], {**path, j: 1}))
            continue
        leaves += 1
        if _leaf_bound(node, {**held, **path}, path, columns, costs, rows, where) < bound:
            raise Refuted(f"leaf {leaves} of {where} does not prove the bound of {bound}")


def _leaf_bound(
    leaf: dict[str, Any],
    held: dict[int, int],
    path: dict[int, int],
    columns: set[int],
    costs: list[int],
    rows: Rows,
    where: str,
) -> int:
    """The bound that one leaf's weights prove, rounded up."""
    scale = leaf["scale"]
    if type(scale) is not int or scale < 1:
        raise Refuted(f"a leaf of {where} has no scale")
    reduced = {j: costs[j] * scale for j in columns}
    total = 0
    used: set[int] = set()
    for place, weight in leaf["weights"]:
        if type(weight) is not int or weight < 0 or place in used or not 0 <= place < len(rows):
            raise Refuted(f"a leaf of {where} has a weight that is negative, given twice or on no row")
        used.add(place)
        terms, least = rows[place]
        total += weight * least
        for j, a in terms:
            if j in columns:
                reduced[j] -= a * weight
            elif j in held:
                total -= a * weight * held[j]
            else:
                raise Refuted(f"{where} uses row {place}, which reaches beyond it")
    for j, value in reduced.items():
        if j in path:
            total += value * path[j]
        else:
            total += min(0, value)
    return -(-total // scale)


def main(arguments: list[str]) -> int:
    """Command line: print what was verified, or the first step that fails; exit code 0 or 1."""
    if len(arguments) != 1:
        print("usage: checker.py CERTIFICATE.json", file=sys.stderr)
        return 2
    try:
        with open(arguments[0], "rb") as file:  # noqa: PTH123 (nothing but open is needed)
            content = check_bytes(file.read())
    except OSError as error:
        print(f"cannot read {arguments[0]}: {error.strerror}", file=sys.stderr)
        return 3
    except Refuted as refuted:
        print(f"refuted: {refuted}")
        return 1
    print(f"verified: {len(content['chosen'])} chosen, cost {content['cost']}, proven bound {content['lower_bound']}, "
          f"{content['status']}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
