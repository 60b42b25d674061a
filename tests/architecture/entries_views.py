"""Entries of conditions, saved views and the audit log. Whose view is whose is asked in tests/saved_views."""

from __future__ import annotations

from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_R = Reach
_OPEN = {"field": "status", "op": "is", "value": "open"}
_CONTENT = {"name": "处理中的", "condition": _OPEN}


def _of_requests(_stage: Stage) -> Ask:
    return Ask({"subject": "service_request"})


SAVED_VIEWS: dict[str, Entry] = {
    "auditing.list_acts": Entry(_R.OWN, 200, plain),
    "auditing.export_list": Entry(
        _R.OWN, 201, lambda _stage: Ask(body={"query": {}, "columns": ["number", "action"]})
    ),
    "saved_views.get_subject": Entry(_R.OWN, 200, _of_requests),
    "saved_views.check_condition": Entry(
        _R.OWN, 200, lambda _stage: Ask({"subject": "service_request"}, {"condition": _OPEN})
    ),
    "saved_views.show_examples": Entry(
        _R.OWN, 200, lambda _stage: Ask({"subject": "service_request"}, {"condition": _OPEN})
    ),
    "saved_views.find_references": Entry(
        _R.OWN, 200, lambda _stage: Ask({"subject": "service_request", "kind": "team"})
    ),
    "saved_views.list_views": Entry(_R.OWN, 200, lambda _stage: Ask(query={"subject": "service_request"})),
    "saved_views.count_views": Entry(_R.OWN, 200, lambda _stage: Ask(query={"subject": "service_request"})),
    "saved_views.create_view": Entry(
        _R.OWN, 201, lambda _stage: Ask(body={**_CONTENT, "subject": "service_request"})
    ),
    "saved_views.edit_view": Entry(
        _R.OWN, 404, lambda _stage: Ask({"view_id": 10**9}, {**_CONTENT, "version": 1})
    ),
    "saved_views.remove_view": Entry(_R.OWN, 404, lambda _stage: Ask({"view_id": 10**9})),
}
