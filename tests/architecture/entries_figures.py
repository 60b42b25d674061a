"""Entries of figures. Whose numbers they are is asked in tests/figures."""

from __future__ import annotations

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_QUESTION = {"metrics": ["arrivals"], "split": ["day"], "period": {"named": "last_7_days"}}


def _question(_stage: Stage) -> Ask:
    return Ask(body=_QUESTION)


FIGURES: dict[str, Entry] = {
    "figures.list_metrics": Entry(Reach.OWN, 200, plain),
    "figures.ask_figures": Entry(Reach.OWN, 200, _question),
    "figures.export_figures": Entry(Reach.OWN, 200, _question),
    "workbench.list_replies": Entry(Reach.OWN, 200, plain),
}
