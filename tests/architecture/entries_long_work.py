"""Entries of long work. It is its owner's: who else finds it is asked in tests/longwork."""

from __future__ import annotations

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_R = Reach


def _nobodys(_stage: Stage) -> Ask:
    return Ask({"work_id": 10**9})


def _export(*columns: str) -> Ask:
    return Ask(body={"query": {}, "columns": list(columns)})


def _bulk(request_id: int) -> Ask:
    """Out of reach they are no rows of it: the work is begun all the same."""
    return Ask(body={"what": {"act": "classify", "priority": 1}, "ids": [request_id]})


LONG_WORK: dict[str, Entry] = {
    "long_work.list_work": Entry(_R.OWN, 200, plain),
    "long_work.get_work": Entry(_R.OWN, 404, _nobodys),
    "long_work.cancel_work": Entry(_R.OWN, 404, _nobodys),
    "long_work.retry_work": Entry(_R.OWN, 404, _nobodys),
    "long_work.remove_work": Entry(_R.OWN, 404, _nobodys),
    "long_work.get_result": Entry(_R.OWN, 404, _nobodys),
    "long_work.get_errors": Entry(_R.OWN, 404, _nobodys),
    "routing.export_list": Entry(_R.OWN, 201, lambda _stage: _export("number", "status")),
    "routing.act_upon_many": Entry(_R.OWN, 201, lambda stage: _bulk(stage.request.id)),
    "directory.export_people": Entry(_R.OWN, 201, lambda _stage: _export("name", "unit")),
    "directory.export_accounts": Entry(_R.OWN, 201, lambda _stage: _export("name", "status")),
    "monitors.export_list": Entry(_R.OWN, 201, lambda _stage: _export("name", "priority")),
    "listener.export_list": Entry(_R.OWN, 201, lambda _stage: _export("text", "outcome")),
}
