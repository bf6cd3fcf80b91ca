"""Making a workspace: its folder with an organisation file, from the template, an example or a short interview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harmonizer.errors import UnknownNameError, UsageError, did_you_mean, nearest
from harmonizer.knowledge.store import bundled_root
from harmonizer.knowledge.workspace import replace_files
from harmonizer.programme.organisation import FILE_NAME, TAG_KINDS
from harmonizer.programme.organisation_checks import schema
from harmonizer.scope import ScopeLogic

RISKS: tuple[str, ...] = tuple(schema()["properties"]["ai_systems"]["items"]["properties"]["risk"]["enum"])
MAIN_EXAMPLE = "ai-platform"
TEMPLATE = Path(__file__).with_name("organisation.template.yaml")

Ask = Callable[[str, str], str]
"""Asks a question, with what an empty answer means; the answer."""


def examples() -> dict[str, Path]:
    """The bundled examples: folders that a workspace can start from, by name."""
    root = bundled_root() / "data" / "examples"
    return {path.parent.name: path.parent for path in sorted(root.glob(f"*/{FILE_NAME}"))}


def make_workspace(folder: Path, content: Mapping[str, bytes]) -> list[Path]:
    """Write the files of a new workspace, all or none; their paths.

    Raises :class:`UsageError` where one of them is there already: nothing is overwritten.
    """
    for name in content:
        if (folder / name).exists():
            raise UsageError(f"{folder / name} is there already and is left as it is; name a new folder")
    replace_files(folder, content)
    return [folder / name for name in content]


def from_template() -> dict[str, bytes]:
    """The commented template."""
    return {FILE_NAME: TEMPLATE.read_bytes()}


def from_example(name: str) -> dict[str, bytes]:
    """Every file of a bundled example; :class:`UnknownNameError` names the nearest."""
    known = examples()
    if name not in known:
        raise UnknownNameError("example", name, known)
    files = (path for path in sorted(known[name].rglob("*")) if path.is_file())
    return {path.relative_to(known[name]).as_posix(): path.read_bytes() for path in files
            if not path.relative_to(known[name]).parts[0].startswith(".")}  # fmt: skip


QUESTIONS = (
    ("jurisdictions", "Where are you established, or do you offer to people?", "us"),
    ("roles", "Which roles do you have (service-organization, covered-entity, business-associate, controller, "
     "processor, ...)?", "service-organization"),
    ("categories", "Which SOC 2 categories are in scope?", "security"),
    ("data", "Which data do you hold (ephi, personal-eu, special-category, cardholder, employee, training, ...)?", ""),
)  # fmt: skip


def from_interview(ask: Ask, scope: ScopeLogic) -> dict[str, bytes]:
    """A file made from the answers to a few questions; words that are no tag are asked for again."""
    import yaml

    content: dict[str, Any] = {"name": _wanted(ask, "What is your organisation called?", "Example Organisation")}
    answers = {field: _words(ask, question, default, TAG_KINDS[field], scope) for field, question, default in QUESTIONS}
    data = answers.pop("data")
    content |= answers
    system = _wanted(ask, "What is your main system called?", "Product")
    content["systems"] = [{"id": "product", "name": system, "properties": ["production"]}]
    if data:
        content["stores"] = [{"id": "main-store", "name": f"Data of {system}", "system": "product", "data": data}]
    purpose = ask("If it holds an AI system: what is that for? (empty: none)", "")
    if purpose:
        roles = _words(ask, "Your roles for it (ai-provider, ai-deployer, ...)?", "ai-provider", ("role",), scope)
        risk = ask(f"Its risk class ({', '.join(RISKS)})?", "minimal-risk")
        while risk not in RISKS:
            risk = ask(f"{risk!r} is no risk class{did_you_mean(nearest(risk, RISKS))} Again:", "minimal-risk")
        content["ai_systems"] = [{"id": "ai-system", "name": f"AI of {system}", "system": "product",
                                  "purpose": purpose, "roles": roles, "risk": risk}]  # fmt: skip
    return {FILE_NAME: yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode()}


def _wanted(ask: Ask, question: str, default: str) -> str:
    return ask(question, default).strip() or default


def _words(ask: Ask, question: str, default: str, kinds: tuple[str, ...], scope: ScopeLogic) -> list[str]:
    """Tags of these kinds, separated by commas or spaces."""
    while True:
        words = ask(question, default).replace(",", " ").split()
        wrong = [word for word in words if not any(f"{kind}:{word}" in scope.known for kind in kinds)]
        if not wrong:
            return words
        known = [tag.partition(":")[2] for tag in scope.known if tag.partition(":")[0] in kinds]
        question = str(UnknownNameError(kinds[0], wrong[0], known)) + ". Again:"
