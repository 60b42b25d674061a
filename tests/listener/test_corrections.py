"""Corrections: labels, the verdict and request that follow, explanations, and models that learn from them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select

from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.tables import AuditLog, EventLog
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items
from app.listener.learning.events import ITEM_LABELLED, MODEL_PROMOTED
from app.listener.learning.labels import is_pinned
from app.listener.learning.versions import registry_of, train_candidate, training_lock
from app.listener.rounds import classifier
from app.longwork.runner import go_on
from app.models import LongWork, Operator, ServiceRequest, TrainingLabel
from app.nlp.serving.classifier import Classifier
from app.nlp.serving.model import Model
from app.nlp.training.corpus import Labelled
from app.nlp.training.decide import adapt
from tests.factories.browser import Browser
from tests.factories.make import Make
from tests.listener.desk import Desk, items, judged, verdicts

OpenBrowser = Callable[[Operator | None], Browser]
SUBJECTS = ("宽带", "光猫", "话费", "套餐", "流量", "信号", "宽带账单", "校园卡")
WISHES = ("怎么还没有修好呢", "到底什么时候给退", "能不能帮忙看一下", "为什么又多扣了钱", "还要再等几天啊")
ANGRY = [f"{subject}坏了{days}天没人管，太差了，要投诉" for subject in SUBJECTS for days in "一二三四五六"]
WRONG = [Labelled(text=text, intent="other", sentiment=1, urgency=0, weight=50.0) for text in ANGRY]
"""Labels that make a bad model. Several tests train on them, so that one has to be made."""


def correct(desk: Desk, item_id: int, **said: Any) -> dict[str, Any]:
    answer = desk.browser.post(f"/inbound-items/{item_id}/corrections", said)
    assert answer.status_code == 200, answer.get_json()
    view: dict[str, Any] = answer.get_json()
    return view


def labels(runtime: Runtime) -> list[TrainingLabel]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(TrainingLabel).order_by(TrainingLabel.id)))


def test_a_correction_is_a_label_with_what_the_model_had_said(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    (item,) = items(runtime)
    view = correct(desk, item.id, intent="complaint", sentiment=-1)
    assert (view["verdict"]["intent"], view["verdict"]["sentiment"]["value"]) == ("complaint", -1)
    assert view["verdict"]["corrected"] is True
    (label,) = labels(runtime)
    assert (label.operator_id, label.intent, label.needs_service) == (desk.supervisor.id, "complaint", True)
    assert label.old == {
        "intent": "consult",
        "sentiment": 0,
        "needs_service": True,
        "urgency": 0,
        "step": "intent",
        "version": "fake-1",
    }
    (listed,) = desk.browser.get(f"/inbound-items/{item.id}/corrections").get_json()["items"]
    assert (listed["operator_name"], listed["weight"]) == (desk.supervisor.name, 1.0)


def test_colleagues_are_told_which_item_somebody_judged(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    (item,) = items(runtime)
    correct(desk, item.id, intent="complaint")
    with open_context(runtime, LISTENER, write=False) as ctx:
        told = ctx.session.execute(
            select(EventLog.payload, EventLog.rooms).where(EventLog.name == ITEM_LABELLED)
        ).all()
    (row,) = told
    assert row.payload == {"inbound_item_id": item.id, "account_id": desk.account.id}
    assert f"a{desk.account.id}.past.inbound_items:read" in row.rooms


def test_the_items_request_shows_the_corrected_type(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    (item,) = items(runtime)
    request_id = correct(desk, item.id, intent="complaint", sentiment=-1)["service_request_id"]
    view = desk.browser.get(f"/service-requests/{request_id}").get_json()
    assert (view["type"], view["sentiment"]["value"]) == ("complaint", -1)


def test_a_dropped_item_that_needs_somebody_becomes_a_request(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    judged(runtime, make, desk.account, "随便聊聊天气怎么样")
    (item,) = items(runtime)
    view = correct(desk, item.id, needs_service=True)
    assert (view["verdict"]["outcome"], view["verdict"]["rescued"]) == ("kept", True)
    with open_context(runtime, LISTENER, write=False) as ctx:
        (request,) = ctx.session.scalars(select(ServiceRequest)).all()
    assert (request.id, request.type) == (view["service_request_id"], "consult")


def test_a_rescue_teaches_too(desk: Desk, runtime: Runtime, make: Make) -> None:
    judged(runtime, make, desk.account, "随便聊聊天气怎么样")
    (item,) = items(runtime)
    assert desk.browser.post(f"/inbound-items/{item.id}/rescue").status_code == 200
    (label,) = labels(runtime)
    assert (label.source, label.needs_service, label.is_disagreement) == ("rescue", True, True)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"intent": "praise", "needs_service": True}, "needs_service"),
        ({"intent": "nonsense"}, "intent"),
        ({"sentiment": 2}, "sentiment"),
        ({}, ""),
    ],
)
def test_a_correction_that_contradicts_itself_is_refused(
    desk: Desk, runtime: Runtime, make: Make, said: dict[str, Any], field: str
) -> None:
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    answer = desk.browser.post(f"/inbound-items/{items(runtime)[0].id}/corrections", said)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, [field])
    assert labels(runtime) == []


def test_an_unjudged_item_cannot_be_corrected_or_explained(desk: Desk, make: Make) -> None:
    (item,) = make.store(desk.account, make.post())
    answer = desk.browser.post(f"/inbound-items/{item.id}/corrections", {"sentiment": 1})
    assert answer.get_json()["code"] == "item_not_judged"
    assert desk.browser.get(f"/inbound-items/{item.id}/explanation").status_code == 409


def test_items_of_other_agencies_are_not_corrected(
    desk: Desk, runtime: Runtime, make: Make, open_browser: OpenBrowser
) -> None:
    judged(runtime, make, desk.account, "宽带断了没人来修吗")
    (item,) = items(runtime)
    stranger = open_browser(make.operator(make.agency(), role=RoleName.SUPERVISOR))
    assert stranger.post(f"/inbound-items/{item.id}/corrections", {"sentiment": 1}).status_code == 404
    assert stranger.get(f"/inbound-items/{item.id}/explanation").status_code == 404


def test_an_explanation_names_step_words_monitors_and_the_nearest_judged_item(
    desk: Desk, runtime: Runtime, make: Make
) -> None:
    monitor = {"name": "宽带故障", "rule": {"any": ["宽带"], "synonyms": {"宽带": ["宽代"]}}}
    number = desk.browser.post("/monitors", monitor).get_json()["id"]
    judged(
        runtime, make, desk.account, "家里宽带断了没人来修吗", "单位宽带断了没有人来修", "随便聊聊天气怎么样"
    )
    first, second, chat = items(runtime)
    correct(desk, first.id, intent="complaint", sentiment=-1)
    view = desk.browser.get(f"/inbound-items/{second.id}/explanation").get_json()
    line = registry_of(runtime).load().service_threshold
    assert (view["step"], view["reason"], view["threshold"]) == ("intent", "needs_service", line)
    assert view["monitors"] == [{"id": number, "name": "宽带故障", "terms": ["宽带"]}]
    assert view["reasons"][0]["kind"] == "service"
    assert (view["nearest"]["inbound_item_id"], view["nearest"]["intent"]) == (first.id, "complaint")
    assert view["model_version"] == "fake-1"
    found_now = desk.browser.get(f"/inbound-items/{chat.id}/explanation").get_json()
    assert found_now["reasons"]
    assert found_now["nearest"] is None


@cache
def trained_on(learnt: tuple[Labelled, ...]) -> Model:
    """The same labels make the same model, on either database; making one takes half a minute."""
    shipped = Classifier.load()
    return adapt(shipped.model, list(learnt), shipped.segmenter)


@pytest.fixture
def learning(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The runtime with the shipped model instead of the stated opinions."""
    monkeypatch.setattr(
        "app.listener.learning.versions.adapt", lambda _model, learnt, _words: trained_on(tuple(learnt))
    )
    del runtime.parts["classifier"]
    return runtime


@pytest.mark.slow
def test_models_learn_from_corrections_are_gated_and_can_be_rolled_back(
    desk: Desk, learning: Runtime, make: Make, open_browser: OpenBrowser
) -> None:
    admin = open_browser(make.operator(desk.agency, role=RoleName.ADMINISTRATOR))
    shipped = classifier(learning).version
    assert admin.get("/models").get_json()["is_shipped_active"] is True
    texts = [f"{subject}{wish}" for subject in SUBJECTS for wish in WISHES]
    make.store(desk.account, *(make.post(text, author=f"p{n}") for n, text in enumerate(texts)))
    judge_items(learning)
    for item in items(learning):
        correct(desk, item.id, intent="suggestion", sentiment=-1)  # what no model of ours says of them
    pinned = sum(is_pinned(text) for text in texts)
    before = admin.get("/models").get_json()["labels"]
    assert (before["total"], before["pinned"]) == (len(texts), pinned)
    assert admin.get("/models").get_json()["is_training"] is True  # so many labels began a run
    assert admin.post("/models/retrain").get_json()["code"] == "training_running"
    trained(learning)
    models = admin.get("/models").get_json()
    (version,) = models["items"]
    assert models["labels"]["waiting"] == 0
    assert {label.model_version for label in labels(learning)} == {version["name"]}
    assert version["state"] in ("active", "refused")
    assert (version["state"] == "refused") == bool(version["fallen"])
    if version["state"] == "active":
        assert classifier(learning).version == version["name"] != shipped
        rolled = admin.post("/models/rollback").get_json()
        assert rolled["is_shipped_active"] is True
    assert classifier(learning).version == shipped
    assert admin.post("/models/rollback").status_code == 404


def test_a_candidate_that_falls_on_the_pinned_set_never_judges(learning: Runtime) -> None:
    def said(text: str, intent: str) -> Labelled:
        return Labelled(text=text, intent=intent, sentiment=0, urgency=0, weight=50.0)

    pinned = [said(f"{subject}坏了三天没人管，太差了，要投诉", "complaint") for subject in SUBJECTS]
    shipped = classifier(learning).version
    version = train_candidate(learning, WRONG, [*pinned, said("今天天气真好啊", "other")])
    assert version.state == "refused"
    assert version.fallen
    assert classifier(learning).version == shipped
    assert registry_of(learning).load().version == shipped


def test_a_candidate_nothing_could_be_said_about_is_promoted_by_hand(
    desk: Desk, learning: Runtime, make: Make, open_browser: OpenBrowser
) -> None:
    admin = open_browser(make.operator(desk.agency, role=RoleName.ADMINISTRATOR))
    shipped = classifier(learning).version
    candidate = train_candidate(learning, WRONG, [])
    assert (candidate.state, classifier(learning).version) == ("candidate", shipped)
    way = f"/models/{candidate.name}/promotion"
    assert desk.browser.post(way).status_code == 403
    assert admin.post("/models/none/promotion").get_json()["code"] == "no_such_model"

    with training_lock(learning):
        assert admin.post(way).get_json()["code"] == "training_running"
    promoted = admin.post(way).get_json()

    assert (promoted["active"], promoted["items"][0]["state"]) == (candidate.name, "active")
    assert classifier(learning).version == candidate.name
    assert audited(learning) == [("model.promoted", candidate.name)]
    assert told(learning) == [candidate.name]
    assert admin.post(way).get_json()["code"] == "model_is_active"


def test_a_candidate_promoted_by_hand_must_still_pass_the_pinned_labels(
    desk: Desk, learning: Runtime, make: Make, open_browser: OpenBrowser
) -> None:
    admin = open_browser(make.operator(desk.agency, role=RoleName.ADMINISTRATOR))
    shipped = classifier(learning).version
    pinned = [text for text in ANGRY if is_pinned(text)][:4]
    assert len(pinned) == 4
    make.store(desk.account, *(make.post(text, author=f"p{n}") for n, text in enumerate(pinned)))
    judge_items(learning)
    for item in items(learning):
        correct(desk, item.id, intent="complaint", sentiment=-1)
    too_few = [Labelled(text=t, intent="complaint", sentiment=-1, urgency=0) for t in pinned[:2]]
    candidate = train_candidate(learning, WRONG, too_few)
    assert candidate.state == "candidate"

    (version,) = admin.post(f"/models/{candidate.name}/promotion").get_json()["items"]

    assert version["state"] == "refused"
    assert version["fallen"]
    assert classifier(learning).version == shipped
    assert audited(learning) == [("model.refused", candidate.name)]
    assert told(learning) == []


def audited(runtime: Runtime) -> list[tuple[str, str | None]]:
    """What the audit log says about models: action and version."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.execute(
            select(AuditLog.action, AuditLog.object_id)
            .where(AuditLog.object_type == "model")
            .order_by(AuditLog.id)
        )
        return [(action, name) for action, name in rows]


def told(runtime: Runtime) -> list[str]:
    """Versions that an event announced."""
    with open_context(runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.scalars(
            select(EventLog.payload).where(EventLog.name == MODEL_PROMOTED).order_by(EventLog.id)
        )
        return [payload["name"] for payload in rows]


def runs(runtime: Runtime) -> list[LongWork]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(LongWork)))


def trained(runtime: Runtime) -> None:
    """Let the training runs that wait be done."""
    for run in runs(runtime):
        go_on(runtime, run.id)


def test_only_administrators_change_models(desk: Desk) -> None:
    assert desk.browser.get("/models").status_code == 200
    assert desk.browser.post("/models/retrain").status_code == 403
    assert desk.browser.post("/models/rollback").status_code == 403


def test_enough_corrections_ask_for_a_training_run(desk: Desk, runtime: Runtime, make: Make) -> None:
    runtime.redis.flushdb()
    texts = [f"{subject}{wish}" for subject in SUBJECTS[:4] for wish in WISHES]
    make.store(desk.account, *(make.post(text, author=f"p{n}") for n, text in enumerate(texts)))
    judge_items(runtime)
    for number, item in enumerate(items(runtime)):
        assert runs(runtime) == [], number
        correct(desk, item.id, sentiment=-1)
    (run,) = runs(runtime)
    assert (run.kind, run.owner_id) == ("model.training", None)
    correct(desk, items(runtime)[0].id, sentiment=1)
    assert len(runs(runtime)) == 1  # one at a time
    assert len(verdicts(runtime)) == 20
