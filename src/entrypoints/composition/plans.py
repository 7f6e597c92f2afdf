"""Example insurance plans for the comparison of plans."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dishka import Provider, Scope

from adapters.yaml.plan_file import read_plan
from domain.costs.plan import MOST_PLANS, ExamplePlans
from domain.errors import ConfigurationError
from entrypoints.composition.settings import TREE

if TYPE_CHECKING:
    from entrypoints.composition.settings import Settings

_SHIPPED: Final = TREE / "config" / "plans"


def example_plans(settings: Settings) -> ExamplePlans:
    """Read the plans that the settings name, each by its name in ``config/plans`` or by the path of a file.

    Raises:
        ConfigurationError: if there is no such plan, or more of them than are compared at once; or naming the file and
            the key of each mistake in it.
    """
    if len(settings.plans) > MOST_PLANS:
        message = f"MEDCOST_PLANS: {len(settings.plans)} plans are named, and at most {MOST_PLANS} can be compared"
        raise ConfigurationError(message)
    shipped = {file.stem: file for file in sorted(_SHIPPED.glob("*.yaml"))}
    unknown = [name for name in settings.plans if name not in shipped and not Path(name).is_file()]
    if unknown:
        message = f"there is no plan {unknown[0]}: give the path of a file, or one of {', '.join(shipped)}"
        raise ConfigurationError(message)
    return ExamplePlans(tuple(read_plan(shipped.get(name, Path(name))) for name in settings.plans))


def plans_provider(settings: Settings) -> Provider:
    """Provide the example plans; the files are read when they are first needed."""
    provider = Provider(scope=Scope.APP)
    provider.provide(lambda: example_plans(settings), provides=ExamplePlans)
    return provider
