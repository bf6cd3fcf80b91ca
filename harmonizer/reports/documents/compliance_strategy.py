"""The strategy of one programme under several frameworks, from inventory to audits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harmonizer.answer import Answer, joined
from harmonizer.model import short_key
from harmonizer.programme.applicability import frameworks as applying_frameworks
from harmonizer.programme.data_flow import classification, lineage
from harmonizer.reports.documents.document import CITATION, Document, Items, Paragraph, Section, Table
from harmonizer.reports.documents.draft import NOTHING, ORIGIN, Draft, spoken
from harmonizer.reports.subject import ANSWERED
from harmonizer.values import describe_value

if TYPE_CHECKING:
    from harmonizer.api import Harmonizer

TITLE = "Compliance strategy"
NAME = "strategy"


def compliance_strategy(kg: Harmonizer) -> Document:
    """What there is, what it counts as, what is asked once for all, by whom it is decided and to whom it is shown."""
    organisation = kg.known_organisation
    applying = [str(row["framework"]) for row in applying_frameworks(kg.judge) if row["applies"] == "yes"]
    draft = Draft(kg, NAME, organisation.frameworks or applying)
    in_turn = kg.in_turn(*(one.key for one in draft.frameworks))
    return draft.document(TITLE, [
        _summary(draft, in_turn), *_inventory(draft), *_classes(draft), *_objectives(draft),
        *_superset(draft, in_turn), *_governance(draft), *_audits(draft),
    ])  # fmt: skip


def _summary(draft: Draft, in_turn: Answer) -> Section:
    summary = draft.subject.summary
    names = joined([one.short_title for one in draft.frameworks])
    asked = sum(len(draft.asked(one)) for one in draft.frameworks)
    shared = Counter(len(found) for found in _touching(draft).values())
    several = sum(count for number, count in shared.items() if number > 1)
    alone = sum(int(row["alone"] or 0) for row in in_turn)
    proof = "proven to be the cheapest" if summary["status"] == "optimal" else f"at most {summary['gap']:.0%} above it"
    return Section(
        "In short",
        (
            Paragraph(draft.organisation.top["description"] or NOTHING),
            Items(
                (
                    Paragraph(f"Frameworks: {names}. {asked} of their requirements apply."),
                    Paragraph(
                        f"They ask for {sum(shared.values())} control objectives, {several} of them by more than one "
                        "framework: each is reached once, at the strictest setting."
                    ),
                    Paragraph(
                        f"{len(draft.subject.plan)} controls answer them together; the estimate of what is still to do "
                        f"is {summary['effort']} person-days ({summary['effort_low']} to {summary['effort_high']}), "
                        f"{proof}. One framework after the other on its own would take {alone}."
                    ),
                )
            ),
        ),
    )


def _touching(draft: Draft) -> dict[str, set[str]]:
    """The leaf objectives with the keys of the frameworks that ask for them."""
    found: dict[str, set[str]] = {}
    for framework in draft.frameworks:
        for one in draft.asked(framework):
            for row in draft.index.mappings_of.get(one.key, ()):
                found.setdefault(row.objective, set()).add(framework.key)
    return found


def _inventory(draft: Draft) -> Iterator[Section]:
    entries = draft.organisation.entries
    yield Section("Inventory", ())
    systems = tuple((one.name, one["purpose"], one["owner"], spoken(one.many("roles"))) for one in entries["systems"])
    yield Section("Systems", (Table(("System", "Purpose", "Owner", "Roles"), (34, 66, 34, 36), systems),), 2)
    ai = tuple((one.name, one["purpose"], draft.entry(one["system"]).name, draft.names(one.many("trained_on")),
                one["on_market_since"]) for one in entries["ai_systems"])  # fmt: skip
    if ai:
        heads = ("AI system", "Purpose", "System", "Trained on", "On the market since")
        yield Section("AI systems", (Table(heads, (36, 50, 32, 32, 20), ai),), 2)
        origins: dict[str, list[str]] = {}
        for row in lineage(draft.organisation):
            where = draft.entry(str(row["reached from"]))
            if where.collection == "parties":
                origins.setdefault(draft.entry(str(row["ai_system"])).name, []).append(f"{where.name} ({row['role']})")
        rows = tuple((name, joined(found)) for name, found in origins.items())
        yield Section("Where their data come from", (Table(("AI system", "Data of"), (50, 120), rows),), 2)
    stores = tuple((one.name, draft.entry(one["system"]).name, draft.data(one.many("data")), one["location"],
                    one["retention"]) for one in entries["stores"])  # fmt: skip
    yield Section("Data stores", (Table(("Data store", "System", "Data", "Location", "Kept for"), (30, 30, 56, 30, 26),
                                        stores),), 2)  # fmt: skip
    vendors = tuple(
        (
            one.name,
            one["purpose"],
            one["location"],
            joined([f"{each['kind'].replace('-', ' ')} ({each['signed']})" for each in one.tables("agreements")])
            or NOTHING,
        )
        for one in entries["vendors"]
    )
    if vendors:
        yield Section(
            "Vendors", (Table(("Vendor", "Purpose", "Location", "Agreements"), (30, 48, 40, 54), vendors),), 2
        )


def _classes(draft: Draft) -> Iterator[Section]:
    """What the organisation, its AI systems and its data count as, with the line of the file that says so."""
    yield Section("Classification", ())
    rows = []
    for framework in draft.frameworks:
        own = [one for one in draft.index.requirements_of(framework) if one.kind == "requirement"]
        conditions = Counter(draft.judge.condition(one) for one in draft.asked(framework))
        why = draft.judge.reason(conditions.most_common(1)[0][0]) if conditions else ""
        why = "binds whoever takes it on; the organisation file names it" if why == "no condition" else why
        rows.append((framework.short_title, f"{len(draft.asked(framework))} of {len(own)}", draft.in_words(why)))
    yield Section("What applies", (
        Paragraph("The reason is that of most of the requirements, with the line of the organisation file."),
        Table(("Framework", "Requirements that apply", "Because"), (30, 34, 106), tuple(rows)),
    ), 2)  # fmt: skip
    slugs = {one.slug for one in draft.frameworks}
    if "eu-ai-act" in slugs:
        tags = draft.organisation.scope.known
        classes = tuple(
            (
                one.name,
                tags[f"ai:{one['risk']}"].title.rstrip("."),
                spoken(one.many("roles")),
                joined(
                    [tags[f"ai:{word}"].title.rstrip(".") for word in one.many("properties") if f"ai:{word}" in tags]
                ),
            )
            for one in draft.organisation.entries["ai_systems"]
        )
        yield Section(
            "AI systems by risk",
            (
                draft.say(
                    "High-risk is what Annex I or Annex III makes so; what talks to people has to say that it is an "
                    "AI system, whatever its class.",
                    "eu-ai-act:Art.6(1)",
                    "eu-ai-act:Art.6(2)",
                    "eu-ai-act:Art.50(1)",
                ),
                Table(("AI system", "Class", "Our role", "Beside that"), (40, 64, 26, 40), classes),
            ),
            2,
        )
    data = tuple((str(row["title"]).rstrip("."), draft.names(str(row["stores"]).split("; ")) if row["stores"] else "",
                  joined([draft.index.frameworks[one].short_title for one in str(row["frameworks"]).split("; ")
                          if one in slugs])) for row in classification(draft.judge)
                 if not str(row["data"]).startswith(f"data:{ORIGIN}"))  # fmt: skip
    yield Section("Data by class", (Table(("Class", "Held in", "Named by"), (60, 66, 44), data),), 2)


def _objectives(draft: Draft) -> Iterator[Section]:
    """The hierarchy: what is asked once for all, by domain."""
    touching, index = _touching(draft), draft.index
    heads = (
        "Domain and objective",
        "Leaf objectives asked",
        *(one.short_title for one in draft.frameworks),
        "By several",
    )
    for_table = []
    domains = [one for one in index.knowledge.objectives if one.level == "domain"]
    for domain in domains:
        members = [domain, *index.narrower(domain.slug)]
        for place, objective in enumerate(members):
            leaves = [leaf.slug for leaf in index.leaves_below(objective.slug) if leaf.slug in touching]
            if leaves:
                counts = [sum(one.key in touching[leaf] for leaf in leaves) for one in draft.frameworks]
                shared = sum(len(touching[leaf]) > 1 for leaf in leaves)
                name = objective.title.upper() if place == 0 else objective.title
                for_table.append((name, *(str(number or "") for number in (len(leaves), *counts, shared))))
    widths = (62, 20, *(20 for _ in draft.frameworks), 18)
    yield Section("Objectives", (
        Paragraph("Requirements of different frameworks meet in leaf objectives. How many each framework asks for, by "
                  "domain (in capitals) and objective:"),
        Table(heads, widths, tuple(for_table)),
    ))  # fmt: skip


def _superset(draft: Draft, in_turn: Answer) -> Iterator[Section]:
    yield Section("One set of controls", ())
    rows = tuple((draft.index.framework(str(row["framework"])).short_title, str(row["alone"]), str(row["adds"]),
                  str(row["together"])) for row in in_turn)  # fmt: skip
    yield Section(
        "What each framework adds",
        (
            Paragraph(
                "Person-days from nothing; each line after those above it. All at once is cheaper still where a "
                "control that costs more for the first pays for those after it."
            ),
            Table(("Framework", "Alone", "Adds", "Together so far"), (62, 36, 36, 36), rows),
        ),
        2,
    )
    numbers = [
        row
        for row in draft.kg.strictest(*(one.key for one in draft.frameworks))
        if row["status"] == "binding"
        and row["operator"] in ("at-most", "at-least")
        and row["requirement"]
        and draft.index.dimensions[str(row["dimension"])].type in ("duration", "quantity", "ordinal")
        and row["dominated_by"] == ""
        and row["wording"] != "qualitative"
    ]
    settings = tuple(sorted(
        (draft.index.objectives[str(row["objective"])].title, draft.index.dimensions[str(row["dimension"])].title,
         f"{str(row['operator']).replace('-', ' ')} "
         + describe_value(draft.index.dimensions[str(row["dimension"])], str(row["value"]), str(row["unit"])),
         draft.events(str(row["scope"])), draft.cite(str(row["requirement"]))) for row in numbers))  # fmt: skip
    yield Section("The strictest numbers that bind", (
        Table(("Objective", "What", "Value", "When", CITATION), (50, 26, 32, 40, 26), settings),
    ), 2)  # fmt: skip
    serving = Counter(slug for controls in draft.meeting.values() for slug in controls)
    controls = []
    for slug, _ in sorted(serving.items(), key=lambda one: (-one[1], one[0])):
        covers = [key.partition("@")[0] for key, found in draft.meeting.items() if slug in found]
        names = joined(
            [f"{one.short_title} {covers.count(one.slug)}" for one in draft.frameworks if one.slug in covers]
        )
        controls.append((draft.index.controls[slug].title, names, draft.owner(slug), draft.subject.status_of(slug)))
    yield Section("Controls and how many requirements they serve", (
        Table(("Control", "Requirements", "Owner", "Status"), (66, 54, 34, 20), tuple(controls)),
    ), 2)  # fmt: skip
    tensions = []
    for row in draft.kg.conflicts(*(one.key for one in draft.frameworks)):
        ways = [way.partition(" => ") for way in str(row["ways_out"]).split(" || ")]
        told = "\n".join(f"{words} [{draft.cited(cited)}]" if cited else words for words, _, cited in ways)
        tensions.append((f"{row['title']}\n{row['nature']}", told, draft.cite(*str(row["members"]).split("; "))))
    if tensions:
        yield Section(
            "Where duties pull apart", (Table(("Tension", "Ways out", CITATION), (50, 84, 36), tuple(tensions)),), 2
        )


def _governance(draft: Draft) -> Iterator[Section]:
    bodies = draft.organisation.entries["bodies"]
    called = {one["id"]: one.name for one in bodies}
    rows = tuple(
        (one.name, one["decides"], joined(one.many("members")), one["meets"], called.get(one["reports_to"], ""))
        for one in bodies
    )
    yield Section("Governance", (
        Table(("Body or officer", "Decides", "Members", "Meets", "Reports to"), (34, 56, 36, 20, 26), rows) if rows else
        Paragraph("The organisation file names no body that decides; put them under 'bodies'."),
        Paragraph("Each control has one owner. A status says how far its work is, a finding what somebody judged of a "
                  "requirement; neither follows from the other, and both keep their history."),
    ))  # fmt: skip
    owners = Counter(draft.owner(slug) for slug in {one for found in draft.meeting.values() for one in found})
    yield Section("Who owns how many controls", (
        Table(("Owner", "Controls"), (120, 50), tuple((name, str(count)) for name, count in sorted(owners.items()))),
    ), 2)  # fmt: skip


def _audits(draft: Draft) -> Iterator[Section]:
    """Who is shown what: the audits, how far each framework is answered, and evidence that serves several."""
    bodies = {one["id"]: one.name for one in draft.organisation.entries["bodies"]}
    audits = tuple((draft.index.frameworks[one["framework"]].short_title, one["auditor"], one["report"],
                    " to ".join(part for part in (one["from"], one["to"]) if part), one["due"],
                    bodies.get(one["reports_to"], "")) for one in draft.organisation.entries["audits"])  # fmt: skip
    heads = ("Framework", "Auditor", "Report", "Period", "Due", "Answered by")
    yield Section("Audits and reporting", (
        Table(heads, (24, 34, 40, 30, 20, 28), audits) if audits else
        Paragraph("The organisation file names no audit; put them under 'audits'."),
        Paragraph("Each auditor gets a pack of one framework, in which nothing of another is told. Evidence is "
                  "collected once and shown to each."),
    ))  # fmt: skip
    rows = []
    for framework in draft.frameworks:
        found = Counter(state for key, state in draft.subject.answered.items() if key.startswith(f"{framework.key}:"))
        rows.append((framework.short_title, *(str(found[state]) for state in ANSWERED)))
    yield Section("How far the set of controls answers each framework", (
        Table(("Framework", *(f"Requirements answered {one}" for one in ANSWERED)), (44, 42, 42, 42), tuple(rows)),
    ), 2)  # fmt: skip
    if draft.artefacts:
        use = draft.kg.programme.use(*(one.key for one in draft.frameworks))
        shown = []
        for one in draft.artefacts.values():
            keys = [short_key(key).partition(":")[0] for key in use.served(one.controls)]
            counts = [f"{each.short_title} {keys.count(each.slug)}" for each in draft.frameworks if each.slug in keys]
            shown.append((one.title, one.collected, joined(counts)))
        yield Section("Evidence and how many requirements it serves", (
            Table(("Artefact", "Collected", "Requirements"), (70, 30, 70), tuple(shown)),
        ), 2)  # fmt: skip
