"""What I would pay: a person or a household, and one to four insurance plans side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from dishka import FromDishka

from application.costs.compare_plans import ComparePlans, PlanComparison
from domain.costs.plan import MOST_MEMBERS, MOST_PLANS, ExamplePlan, ExamplePlans, Plan
from domain.errors import InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from entrypoints.dashboard.charts.drawing import money_scale
from entrypoints.dashboard.elements import paragraph, together
from entrypoints.dashboard.layout.data_notice import prices
from entrypoints.dashboard.layout.page import Page, Visit
from entrypoints.dashboard.layout.shell import button, card, html, tag, text
from entrypoints.dashboard.layout.spoken import Spoken
from entrypoints.dashboard.pages.plans import household
from entrypoints.dashboard.pages.plans.budget import BudgetCard
from entrypoints.dashboard.pages.plans.plan_box import PlanBox
from entrypoints.dashboard.pages.plans.summary import summary, whole_cost
from entrypoints.dashboard.widgets import cards
from entrypoints.dashboard.widgets.fact_fields import start_of
from entrypoints.dashboard.widgets.failure import FailureNotice
from entrypoints.dashboard.widgets.fields import StoredText
from entrypoints.dashboard.widgets.live import Live
from entrypoints.dashboard.widgets.person import PersonForm

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from markupsafe import Markup

    from entrypoints.dashboard.inject import Inject
    from entrypoints.dashboard.locale.speech import Words

_QUIET: Final = 0.04


@dataclass(frozen=True)
class Question:
    """A household, and plans in the order of their boxes."""

    members: tuple[Beneficiary, ...]
    plans: tuple[Plan, ...]


async def compare(question: Question, ask: FromDishka[ComparePlans]) -> PlanComparison:
    """Compare the plans of a question."""
    return await ask(question.members, question.plans)


async def examples_of(examples: FromDishka[ExamplePlans]) -> ExamplePlans:
    """Read the plans that a person starts with."""
    return examples


def page(inject: Inject) -> Page:
    """Make the page over its use case."""
    use, examples = inject(compare), inject(examples_of)

    async def build(visit: Visit) -> None:
        await PlansPage(use, (await examples()).plans, visit).first_look()

    return Page("/plans", "plans", build)


class PlansPage:
    """One open page of one person; a `View` of comparisons."""

    def __init__(
        self, use: Callable[[Question], Awaitable[PlanComparison]], examples: Sequence[ExamplePlan], visit: Visit
    ) -> None:
        words, client = visit.words, visit.client
        self._words = words
        self._others: list[Beneficiary] = []
        self._shown: tuple[Question, PlanComparison] | None = None
        opened = visit.frame(words("plans.title"), words("plans.lead"), skip_to="answer")
        with opened, tag("div", "columns"):
            self._form = PersonForm(
                words, start_of(words.schema, visit.data.usual), on_change=self._ask, repeats="plans.least"
            )
            with tag("div", "results"):
                with card("answer", words("plans.answer")) as section:
                    section.props("tabindex=-1")
                    self._failure = FailureNotice(words, self._ask)
                    self._stale = html().props("role=status")
                    self._summary = html(cards.working(words))
                    self._spoken = Spoken()
                    with tag("div", "scenarios plans"):
                        offered = [*examples, *[None] * (MOST_PLANS - len(examples))]
                        self._boxes = [
                            PlanBox(words, number, example, on_change=self._ask, on_remove=self._remove)
                            for number, example in enumerate(offered, start=1)
                        ]
                    with tag("div", "actions"):
                        self._add = button(words("plans.add")).on("click", self._add_plan)
                    text("p", words("plans.bars"), "hint")
                    text("p", words("plans.note"), "hint")
                self._budget = BudgetCard(words)
                with card("household", words("plans.household"), words("plans.household.lead")):
                    self._members = tag("ul", "members")
                    with tag("div", "actions"):
                        self._join = button(words("plans.join")).on("click", self._add_member)
                    self._joined = text("p", "", "hint").props("role=status")
            self._stored = StoredText("household").on_value_change(self._restore)
        self._data = visit.data
        if not any(box.offered for box in self._boxes):
            self._boxes[0].offered = True
        self._list_members()
        self._may_add()
        self._comparisons = Live(use, self, client=client, quiet=_QUIET)
        self._data.on_change(self._learnt)
        client.on_exception(self._failure.unexpected)

    async def first_look(self) -> None:
        """Ask at once; the page is sent as soon as it is complete, or after half a second as it is."""
        self._ask()
        await self._comparisons.first_answer()

    def _ask(self) -> None:
        try:
            who = self._form.person()
        except InvalidBeneficiary as broken:
            self._wait()
            self._form.mark(broken.errors)
            return
        self._form.mark(())
        plans = [box.plan for box in self._offered()]
        if None in plans:
            self._wait()
            return
        self._stale.content = ""
        self._comparisons(Question((who, *self._others), tuple(plan for plan in plans if plan)))

    def _wait(self) -> None:
        """Say that the numbers belong to the last answers that made sense."""
        self._comparisons.cancel()
        self._stale.content = paragraph(self._words("what_if.stale"), "notice warn")

    def _offered(self) -> list[PlanBox]:
        return [box for box in self._boxes if box.offered]

    def _add_plan(self) -> None:
        box = next((box for box in self._boxes if not box.offered), None)
        if box:
            box.offered = True
            self._changed()

    def _remove(self, box: PlanBox) -> None:
        if len(self._offered()) > 1:
            box.offered = False
            self._changed()

    def _may_add(self) -> None:
        self._add.visible = len(self._offered()) < MOST_PLANS

    def _add_member(self) -> None:
        """Keep the person of the form in the household; the form asks about the next one."""
        try:
            who = self._form.person()
        except InvalidBeneficiary as broken:
            self._form.mark(broken.errors)
            return
        self._others.append(who)
        self._joined.text = self._words("plans.joined", count=len(self._others) + 1)
        self._changed()

    def _leave(self, place: int, *_: object) -> None:
        del self._others[place]
        self._joined.text = self._words("plans.joined", count=len(self._others) + 1)
        self._changed()

    def _changed(self) -> None:
        """Show who is on the plan and which plans there are, remember both, and ask."""
        self._list_members()
        self._may_add()
        self._stored.value = household.written(self._others, [box.offered for box in self._boxes])
        self._ask()

    def _restore(self) -> None:
        """Bring back the household and the plans that the browser remembers from before a reload."""
        stored = household.read(str(self._stored.value or ""), self._words.schema, len(self._boxes))
        if stored is None or stored == (self._others, [box.offered for box in self._boxes]):
            return
        self._others, offered = stored
        for box, shown in zip(self._boxes, offered, strict=True):
            box.offered = shown
        self._changed()

    def _list_members(self) -> None:
        words = self._words
        self._members.clear()
        with self._members:
            with tag("li"):
                text("span", words("plans.member.form"))
            for place, who in enumerate(self._others):
                with tag("li"):
                    text("span", words.person(who))
                    leave = button(words("plans.leave")).on("click", partial(self._leave, place))
                    leave.props["aria-label"] = words("plans.leave.who", who=words.person(who))
        self._join.visible = len(self._others) < MOST_MEMBERS - 1

    def busy(self) -> None:
        """Grey the numbers."""
        for box in self._offered():
            box.busy()

    def show(self, question: Question, answer: PlanComparison) -> None:
        """Show every plan."""
        if self._shown and answer.estimates[0].model != self._shown[1].estimates[0].model:
            self._data.again()
        self._shown = question, answer
        self._failure.clear()
        self._draw()

    def _learnt(self) -> None:
        self._draw()
        if self._data.ranges:
            self._form.offer(self._data.ranges)

    def _draw(self) -> None:
        if self._shown is None:
            return
        question, answer = self._shown
        members, pairs = len(question.members), list(zip(question.plans, answer.own_costs, strict=True))
        scale = money_scale(*(plan.premium + max(own.interval.high, own.expected) for plan, own in pairs))
        for box, (plan, own) in zip(self._offered(), pairs, strict=False):
            box.show(plan, own, scale, members)
        sentence = summary(pairs, members, self._words)
        self._summary.content = together(
            *(paragraph(line, "says" if not place else "") for place, line in enumerate(sentence)),
            paragraph(f"{self._words('plans.left')} {prices(self._data.origins, self._words)}".rstrip(), "hint billed"),
            _cautions(answer, self._words),
        )
        self._budget.show(pairs)
        self._spoken(sentence[0])
        self._form.typical(self._words.money(min(map(whole_cost, pairs))))

    def fail(self) -> None:
        """Say that the numbers are old, and that the page asks again."""
        self._failure.show(paragraph(self._words("what_if.failed"), "notice bad"))


def _cautions(answer: PlanComparison, words: Words) -> Markup:
    """Say of the first member who is hardly like anybody in the data that the model is guessing."""
    rough = next((estimate for estimate in answer.estimates if estimate.cautions), None)
    return cards.cautions(rough, words) if rough else together()
