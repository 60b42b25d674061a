"""Colleagues who are named in notes: those who see the conversation are told, and nobody else."""

from __future__ import annotations

import uuid

from flask import Flask

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.workbench.mentions import Colleague, named_in
from tests.factories.make import Make
from tests.notifications.box import Box, herald
from tests.workbench.desk import Desk


def note(desk: Desk, writer: Box, text: str) -> None:
    body = {"text": text, "idempotency_key": uuid.uuid4().hex}
    answer = writer.browser.post(f"/conversations/{desk.request.conversation_id}/notes", body)
    assert answer.status_code == 201, answer.get_json()


def test_whom_a_note_names_is_told_once(app: Flask, runtime: Runtime, make: Make, desk: Desk) -> None:
    writer = Box(app, make, desk.operator)
    mate = Box(app, make, make.operator(desk.agency, desk.team, name="林小满"))
    other = Box(app, make, make.operator(desk.agency, desk.team, name="林小"))
    note(desk, writer, f"＠林小满 请看一下，@林小满 谢谢；我自己是 @{desk.operator.name}")
    herald(runtime)
    (told,) = mate.read()["items"]
    assert told["kind"] == "mentioned"
    assert told["title"].startswith(f"{desk.operator.name} named you in a note")
    newest = max(desk.request.id, desk.private.id)
    assert told["path"] == f"/workbench/all/{newest}"
    assert "mentioned" not in writer.kinds() + other.kinds()


def test_whoever_does_not_see_the_conversation_is_neither_offered_nor_told(
    app: Flask, runtime: Runtime, make: Make, desk: Desk
) -> None:
    writer = Box(app, make, desk.operator)
    elsewhere = make.agency()
    stranger = Box(app, make, make.operator(elsewhere, make.team(elsewhere), name="外人甲"))
    agent = make.operator(desk.agency, make.team(desk.agency), role=RoleName.AGENCY_OPERATOR, name="别组乙")
    mate = make.operator(desk.agency, desk.team, name="同组丙")
    offered = writer.browser.get(f"/conversations/{desk.request.conversation_id}/colleagues").get_json()
    assert [person["name"] for person in offered["items"]] == ["同组丙"]
    note(desk, writer, "@外人甲 @别组乙 @同组丙 看这里")
    herald(runtime)
    assert stranger.kinds() == Box(app, make, agent).kinds() == []
    assert "mentioned" in Box(app, make, mate).kinds()
    hidden = stranger.browser.get(f"/conversations/{desk.request.conversation_id}/colleagues")
    assert hidden.status_code == 404


def test_the_longest_name_counts() -> None:
    people = [Colleague(1, "王明"), Colleague(2, "王明华"), Colleague(3, "Anna"), Colleague(4, "王明")]
    assert named_in("@王明华你好", people) == {2}
    assert named_in("@王明 @Anna", people) == {1, 3, 4}
    assert named_in("王明华 a@b.cn @", people) == frozenset()
