"""A service request's columns are written in `app/routing/lifecycle` alone: held by reading the source.

Reading sees what names and annotations tell; what they do not is seen by `tests/support/one_owner.py`, which
watches every assignment and statement of the whole suite.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.db import Base
from app.migrate import FOLDER
from app.models import ServiceRequest

ROOT = FOLDER.parent
OWNER = "app/routing/lifecycle/"
COLUMNS = {column.key for column in ServiceRequest.__mapper__.columns}
# Functions that hand on what they are given, and methods of what holds requests.
PASSES_ON = {"enumerate", "sorted", "reversed", "list", "tuple", "set", "iter", "next", "zip", "filter"}
OF_MAPPINGS = {"values", "items", "pop", "get", "setdefault", "copy"}
# Names that no other table has: whoever assigns one of these means a request.
OF_REQUESTS_ALONE = COLUMNS - {
    column.key
    for mapper in Base.registry.mappers
    if mapper.class_ is not ServiceRequest
    for column in mapper.columns
}
BULK = {"update", "insert", "upsert", "insert_rows", "insert_new_rows", "add_up", "merge"}
MAPPINGS = {"bulk_update_mappings", "bulk_insert_mappings"}
TABLE = re.compile(r"ServiceRequest(\.__table__)?")
GIVES_ONE = re.compile(r"ServiceRequest\b(?!\.)")
NAMED_SO = re.compile(r"(^|_)(service_)?requests?$|(^|_)req$")
NOT_OURS = re.compile(r"(http|platform|flask|web)_requests?$")


def writes(source: str) -> Iterator[tuple[int, str]]:
    """(line, code) of whatever writes a request's columns."""
    tree = ast.parse(source)
    givers = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and GIVES_ONE.search(ast.unparse(node.returns))
    }
    aliases = _aliases(tree)
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda))]:
        requests = _requests_in(scope, givers)
        for node in ast.walk(scope):
            if _assigns(node, requests) or _writes_in_bulk(node, requests, aliases):
                yield node.lineno, ast.unparse(node)  # type: ignore[attr-defined]


def _aliases(tree: ast.AST) -> set[str]:
    """Other names of the class or its table in this file."""
    found = {
        name.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name == "ServiceRequest" and name.asname
    }
    return found | {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and TABLE.fullmatch(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _requests_in(scope: ast.AST, givers: set[str]) -> set[str]:
    """Names that hold a request here, or several: by annotation, origin or their own name."""
    names = {"request", "service_request", "req"}
    for node in ast.walk(scope):
        if isinstance(node, ast.arg) and node.annotation is not None:
            if GIVES_ONE.search(ast.unparse(node.annotation)):
                names.add(node.arg)
        elif (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and GIVES_ONE.search(ast.unparse(node.annotation))
        ):
            names.add(node.target.id)
    grown = True
    while grown:  # what is taken out of what holds requests holds them too
        before = len(names)
        for target, value in _bound(scope):
            if _comes_from(value, names, givers):
                names |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
        grown = len(names) > before
    return names


def _bound(scope: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """(target, value) of whatever binds names in a scope."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield target, node.value
        elif isinstance(node, ast.NamedExpr | ast.For | ast.comprehension):
            yield node.target, node.value if isinstance(node, ast.NamedExpr) else node.iter
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.optional_vars, node.context_expr


def _comes_from(value: ast.AST, names: set[str], givers: set[str]) -> bool:
    """A request itself, an element of what holds some, or what a function gives that promises one."""
    if isinstance(value, ast.Name):
        return value.id in names
    if isinstance(value, ast.Subscript | ast.Starred):
        return _comes_from(value.value, names, givers)
    if isinstance(value, ast.Attribute):
        return NAMED_SO.search(value.attr) is not None and not NOT_OURS.search(value.attr)
    if isinstance(value, ast.Call):
        return _call_gives(value, names, givers)
    return False


def _call_gives(call: ast.Call, names: set[str], givers: set[str]) -> bool:
    if isinstance(call.func, ast.Name):
        if call.func.id in givers:
            return True
        if call.func.id in PASSES_ON:
            return any(_comes_from(argument, names, givers) for argument in call.args)
    elif isinstance(call.func, ast.Attribute) and call.func.attr in OF_MAPPINGS:
        return _comes_from(call.func.value, names, givers) or _gives_request(call)
    return _gives_request(call)


def _gives_request(value: ast.AST) -> bool:
    """`get_request(…)`, `session.get_one(ServiceRequest, …)` and the like."""
    text = ast.unparse(value)
    return bool(re.match(r"get_request\(", text)) or (
        isinstance(value, ast.Call) and bool(GIVES_ONE.search(text)) and "with_only_columns" not in text
    )


def _assigns(node: ast.AST, requests: set[str]) -> bool:
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in ast.walk(target)]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = list(node.targets)
    elif isinstance(node, ast.For | ast.comprehension | ast.withitem):
        bound = node.optional_vars if isinstance(node, ast.withitem) else node.target
        targets = [] if bound is None else list(ast.walk(bound))
    else:
        return False
    return any(_is_column(target, requests) or _is_inside(target, requests) for target in targets)


def _is_column(target: ast.AST, requests: set[str]) -> bool:
    return isinstance(target, ast.Attribute) and (
        target.attr in OF_REQUESTS_ALONE or (target.attr in COLUMNS and _is_request(target, requests))
    )


def _is_inside(target: ast.AST, requests: set[str]) -> bool:
    """`request.__dict__["status"]`, `vars(request)["status"]`"""
    return isinstance(target, ast.Subscript) and _is_dict_of(target.value, requests)


def _is_dict_of(value: ast.AST, requests: set[str]) -> bool:
    if isinstance(value, ast.Attribute) and value.attr == "__dict__":
        return ast.unparse(value.value) in requests
    is_vars = isinstance(value, ast.Call) and ast.unparse(value.func) == "vars"
    return is_vars and any(ast.unparse(argument) in requests for argument in value.args)  # type: ignore[attr-defined]


def _is_request(target: ast.Attribute, requests: set[str]) -> bool:
    base = target.value
    if isinstance(base, ast.Name):
        return base.id in requests
    if isinstance(base, ast.Attribute):
        return base.attr.lstrip("_") in ("request", "service_request")
    return _comes_from(base, requests, set())


def _writes_in_bulk(node: ast.AST, requests: set[str], aliases: set[str]) -> bool:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(re.search(r"(?i)\b(update|insert into|delete from)\s+service_requests\b", node.value))
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name == "ServiceRequest" or name in aliases:
        return True
    arguments = [ast.unparse(argument) for argument in node.args]
    if name in ("setattr", "__setattr__"):
        return _sets_column(node, arguments, requests)
    if isinstance(node.func, ast.Attribute) and name in ("update", "insert", "setdefault"):
        whose = node.func.value
        if _is_dict_of(whose, requests) or re.search(
            r"\bquery\(ServiceRequest\b|^ServiceRequest\.__table__", ast.unparse(whose)
        ):
            return True
    return name in BULK | MAPPINGS and any(
        TABLE.fullmatch(argument) or argument in aliases for argument in arguments
    )


def _sets_column(call: ast.Call, arguments: list[str], requests: set[str]) -> bool:
    named = _sets(call)
    if named in OF_REQUESTS_ALONE:
        return True
    return bool(arguments) and arguments[0] in requests and named in (COLUMNS | {None})


def _sets(call: ast.Call) -> object:
    """The attribute's name, None when it is only known at run time."""
    named = call.args[1] if len(call.args) > 1 else None
    return named.value if isinstance(named, ast.Constant) else None


def _sources() -> list[Path]:
    return [
        path
        for path in sorted((ROOT / "app").rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(OWNER)
    ]


def test_only_the_lifecycle_writes_a_request() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {code}"
        for path in _sources()
        for line, code in writes(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_owner_itself_is_seen_to_write() -> None:
    seen = [
        path.name
        for path in sorted((ROOT / OWNER).glob("*.py"))
        if any(True for _ in writes(path.read_text(encoding="utf-8")))
    ]
    assert {"acts.py", "answers.py", "arrivals.py", "deadlines.py", "transitions.py"} <= set(seen)


@pytest.mark.parametrize(
    "code",
    [
        "request.status = 'open'",
        "request.unread_count += 1",
        "row.waiting_since = None",
        "def f(row: ServiceRequest): row.status = 1",
        "def f(rows: Sequence[ServiceRequest]):\n    for row in rows: row.assignee_id = None",
        "found = get_request(ctx, 1)\nfound.priority = 2",
        "for one in ctx.session.scalars(select(ServiceRequest)): one.type = 'x'",
        "ctx.session.get_one(ServiceRequest, 1).team_id = 3",
        "message.service_request.status = 1",
        "a, request.type = 1, 2",
        "setattr(request, 'status', 1)",
        "setattr(request, name, 1)",
        "session.execute(update(ServiceRequest).values(status='open'))",
        "insert_rows(session, ServiceRequest, rows)",
        "session.bulk_update_mappings(ServiceRequest, rows)",
        "ServiceRequest(number='x')",
        "session.execute(text('UPDATE service_requests SET status = 1'))",
        "session.execute(update(ServiceRequest.__table__).values(status='open'))",
        "session.execute(ServiceRequest.__table__.update().values(status='open'))",
        "session.query(ServiceRequest).filter(True).update({'status': 'open'})",
        "for r in conversation.requests: r.status = 1",
        "r = conversation.active_request\nr.status = 1",
        "def _locked(i) -> ServiceRequest: ...\ntarget = _locked(1)\ntarget.status = 'x'",
        "request.__dict__['status'] = 1",
        "vars(request).update(status=1)",
        "object.__setattr__(request, 'status', 1)",
        "session.execute(sa.update(ServiceRequest), rows)",
        "def f(rows: list['ServiceRequest']): rows[0].status = 1",
        "def f(rows: list[ServiceRequest]):\n    first = rows[0]\n    first.status = 1",
        "def f(rows: list[ServiceRequest]):\n    [first] = rows\n    first.status = 1",
        "def f(rows: list[ServiceRequest]):\n    for n, r in enumerate(rows):\n        r.status = 1",
        "def f(by: dict[int, ServiceRequest]):\n    for k, r in by.items():\n        r.status = 1",
        "def f(by: dict[int, ServiceRequest]):\n    for r in by.values():\n        r.status = 1",
        "if (r := session.get(ServiceRequest, 1)):\n    r.status = 1",
        "with x() as request:\n    request.status = 1",
        "setattr(r, 'waiting_since', None)",
        "from app.models import ServiceRequest as Request\nupdate(Request).values(team_id=None)",
        "self._request.status = 2",
        "req = find(ctx)\nreq.status = 'resolved'",
    ],
)
def test_what_writes_a_request_is_recognised(code: str) -> None:
    assert list(writes(code))


@pytest.mark.parametrize(
    "code",
    [
        "account.status = 'paused'",
        "view = request.status",
        "select(ServiceRequest.status)",
        "session.execute(update(Stream).values(due_at=now))",
        "stream.due_at = now",
    ],
)
def test_what_does_not_is_left_alone(code: str) -> None:
    assert not list(writes(code))
