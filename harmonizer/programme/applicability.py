"""What applies to an organisation, and why or why not, in the words and lines of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harmonizer.answer import Answer, Cell, joined
from harmonizer.knowledge.index import Index
from harmonizer.model import Framework, Requirement
from harmonizer.programme.organisation import FILE_NAME, Organisation
from harmonizer.scope import Node, ScopeLogic, both, is_event, parse
from harmonizer.strictness.applicability import Circumstances, in_force_where

COLUMNS = ("requirement", "title", "applies", "systems", "condition", "reason")
FRAMEWORK_COLUMNS = ("framework", "title", "applies", "requirements", "of", "reason")
TAG_COLUMNS = ("tag", "title", "value", "systems", "because")


@dataclass(frozen=True)
class Judge:
    """Judges conditions for an organisation, or for one ``system`` of it, on the day of the circumstances."""

    index: Index
    organisation: Organisation
    circumstances: Circumstances
    system: str = ""

    @cached_property
    def _logics(self) -> dict[str, ScopeLogic]:
        systems = [self.system] if self.system else self.organisation.systems
        return {one: ScopeLogic(self.index.knowledge.tags, (self.organisation.tags(one),)) for one in systems}

    @cached_property
    def _facts(self) -> dict[str, Mapping[str, Sequence[object]]]:
        return {one: self.organisation.facts(one) for one in ("", *self._logics)}

    def condition(self, requirement: Requirement) -> str:
        """Where a requirement holds on the day asked."""
        when = in_force_where(self.index, requirement.key, self.circumstances.as_of)
        return both(requirement.applies_when or "*", when)

    def applies(self, condition: str) -> bool:
        return self.index.scope.compatible(condition, self.circumstances.scope)

    def systems(self, condition: str) -> list[str]:
        """The systems for which a condition can hold by themselves."""
        return [one for one, logic in self._logics.items() if logic.compatible(condition, self.circumstances.scope)]

    def reason(self, condition: str) -> str:
        """Why a condition can hold or cannot: the facts of the file that decide it, each with its line."""
        applies, systems = self.applies(condition), self.systems(condition)
        whole = self.system or ""
        if condition == "*" and applies:
            return "no condition"
        if applies and systems and not _decide(parse(condition), self._facts[whole])[0]:
            whole = systems[0]
        asked = both(condition, self.circumstances.scope)
        possible, deciding = _decide(parse(asked), self._facts[whole])
        if possible and not applies:
            return f"what it names cannot be true together: {asked}"
        words = [self._literal(tag, wanted, possible, self._facts[whole]) for tag, wanted in dict.fromkeys(deciding)]
        return joined([*words, *(["of no one system alone"] if applies and not systems else [])])

    def _literal(self, tag: str, wanted: bool, possible: bool, facts: Mapping[str, Sequence[object]]) -> str:
        if is_event(tag):
            return f"whenever {tag}" if wanted else f"unless {tag}"
        if tag in facts:
            return str(facts[tag][0]) if possible else f"excluded by {facts[tag][0]}"
        return f"{tag} is false: nothing in {FILE_NAME} says so"


def _decide(node: Node, facts: Mapping[str, object], wanted: bool = True) -> tuple[bool, tuple[tuple[str, bool], ...]]:
    """Whether an expression can have the wanted value, and the tags that decide it, each with the value it needs.

    Events can be either way. Of several ways to reach it the one with the fewest tags is told; where none does, all
    that stands in the way.
    """
    match node:
        case ("tag", str(tag)):
            return is_event(tag) or (tag in facts) == wanted, ((tag, wanted),)
        case ("!", child):
            return _decide(child, facts, not wanted)
        case (("&" | "|") as operator, left, right):
            sides = [_decide(left, facts, wanted), _decide(right, facts, wanted)]
            possible = [tags for can, tags in sides if can]
            blocked = tuple(one for can, tags in sides if not can for one in tags)
            if (operator == "&") == wanted:  # both sides are needed
                return not blocked, blocked or tuple(one for tags in possible for one in tags)
            return bool(possible), min(possible, key=_simplicity) if possible else blocked
    return wanted, ()


def _simplicity(tags: tuple[tuple[str, bool], ...]) -> tuple[int, int]:
    return sum(is_event(tag) for tag, _ in tags), len(tags)


def requirements(judge: Judge, frameworks: Iterable[Framework]) -> Answer:
    """Every requirement of the frameworks: whether it applies, to which systems, under which condition, and why."""
    rows: list[Sequence[Cell]] = []
    figures: dict[str, str] = {}
    for framework in frameworks:
        own = [one for one in judge.index.requirements_of(framework) if one.kind == "requirement"]
        applying = 0
        for one in own:
            condition = judge.condition(one)
            applies = judge.applies(condition)
            applying += applies
            rows.append((one.short, one.title, "yes" if applies else "no",
                         joined(judge.systems(condition)) if applies else "", condition,
                         judge.reason(condition)))  # fmt: skip
        figures[framework.slug] = f"{applying} of {len(own)}"
    return Answer.of(COLUMNS, rows, figures, f"What applies to {judge.organisation.name}")


def frameworks(judge: Judge) -> Answer:
    """Every framework: how many of its requirements apply, and the reason of most of them."""
    rows: list[Sequence[Cell]] = []
    for framework in judge.index.frameworks.values():
        own = [judge.condition(one) for one in judge.index.requirements_of(framework) if one.kind == "requirement"]
        applying = [condition for condition in own if judge.applies(condition)]
        (commonest, _), *_ = Counter(applying or own).most_common(1)
        rows.append((framework.slug, framework.short_title, "yes" if applying else "no", len(applying), len(own),
                     judge.reason(commonest)))  # fmt: skip
    return Answer.of(FRAMEWORK_COLUMNS, rows, {}, f"Frameworks that apply to {judge.organisation.name}")


def tags(organisation: Organisation, system: str = "") -> Answer:
    """Every tag with its value, the systems it is true of, and what in the file makes it so.

    Events are ``open``: they come and go.
    """
    facts = organisation.facts(system)
    by_system = {one: organisation.tags(one) for one in ([system] if system else organisation.systems)}
    rows: list[Sequence[Cell]] = []
    for tag in organisation.scope.known.values():
        value = "true" if tag.tag in facts else "open" if is_event(tag.tag) else "false"
        systems = [one for one, own in by_system.items() if tag.tag in own]
        because = [one.because for one in facts.get(tag.tag, ())[:3]]
        rows.append((tag.tag, tag.title, value, joined(systems), joined(because)))
    figures = Counter(str(row[2]) for row in rows)
    return Answer.of(TAG_COLUMNS, rows, dict(figures), f"Scope tags of {system or organisation.name}")
