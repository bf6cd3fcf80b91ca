"""Certificates: what was asked, what was chosen, and a proof of the bound that a separate checker verifies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harmonizer.superset import checker
from harmonizer.superset.instance import Instance
from harmonizer.superset.mixed_integer import SolverError

if TYPE_CHECKING:
    from harmonizer.superset.cover import Found


@dataclass(frozen=True, slots=True)
class Certificate:
    """A verified certificate. ``content`` is what the file holds."""

    content: dict[str, Any]

    @property
    def hash(self) -> str:
        """SHA-256 of the certificate, in hexadecimal."""
        return str(self.content["hash"])

    @property
    def status(self) -> str:
        return str(self.content["status"])

    @property
    def lower_bound(self) -> int:
        return int(self.content["lower_bound"])

    def __repr__(self) -> str:
        return f"<Certificate {self.hash[:12]}: {self.status}>"

    def to_bytes(self) -> bytes:
        """The file's content: JSON in one canonical form, UTF-8."""
        return checker.canonical(self.content) + b"\n"


def certify(instance: Instance, found: Found, subject: str = "cost") -> Certificate:
    """Put a certificate of what was found together and have the checker verify it.

    ``subject`` says what the costs are. Raises :class:`SolverError` if the checker refutes it: a mistake of ours.
    """
    bound, cost = found.lower_bound(instance), instance.cost(found.chosen)
    content: dict[str, Any] = {
        "format": checker.FORMAT,
        "subject": subject,
        "names": list(instance.names or [str(place) for place in range(len(instance.costs))]),
        "costs": list(instance.costs),
        "rows": [{"name": row.name, "terms": row.terms, "least": row.least} for row in instance.rows],
        "chosen": found.chosen,
        "cost": cost,
        "lower_bound": bound,
        "status": "optimal" if bound == cost else "best known",
        "steps": found.reduced.steps,
        "components": [{"columns": component.columns, "bound": proof.bound, "tree": proof.tree}
                       for component, proof in zip(found.reduced.components, found.proofs, strict=True)],
    }  # fmt: skip
    content["hash"] = checker.digest(content)
    try:
        checker.check(content)
    except checker.Refuted as refuted:
        raise SolverError(f"the checker refutes our own certificate: {refuted}") from None
    return Certificate(content)
