"""Publishing with the real adapters against the real sandbox: WeChat's two steps above all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core.clock import ManualClock
from app.core.unit_of_work import open_context
from app.models import Account, OutboundState
from app.outbound import steps
from app.outbound.courier import COURIER
from app.outbound.ledger import note_prepared, take
from app.outbound.results import CONFIRM_FOR, RECONCILE_FOR
from app.outbound.steps import Step, Task
from app.publishing.cargo import PUBLICATIONS
from sandbox.faults import Fault as SandboxFault
from tests.factories.make import Make
from tests.fakes.platforms import Remote
from tests.publishing.press import Press
from tests.support.simulation import Simulation

SUBMIT, DRAFT = "/freepublish/submit", "/draft/add"


class Office(Press):
    """A press office whose platforms are the sandbox's."""

    def __init__(self, make: Make, clock: ManualClock, remote: Remote, simulation: Simulation) -> None:
        super().__init__(make, clock, remote)
        self.simulation = simulation
        self.accounts = {
            key: simulation.account(key, self.agency, self.team)
            for key in ("wechat-main", "weibo-care", "mastodon-care")
        }
        self.account = self.accounts["wechat-main"]

    def deliver(self, *, wait: float = 11) -> None:
        self.simulation.advance(wait)
        super().deliver(wait=0)

    def begin(self, publication_id: int) -> Task:
        self.simulation.advance(11)
        with open_context(self.runtime, COURIER) as ctx:
            (task,) = take(ctx, PUBLICATIONS, [self.outbound(publication_id).id])
        return task

    def published(self, key: str = "wechat-main") -> list[str]:
        return [row["text"] for row in self.simulation.sent(key)]


@pytest.fixture
def office(app: Flask, make: Make, clock: ManualClock, remote: Remote) -> Iterator[Office]:
    simulation = Simulation(app, make, clock)
    yield Office(make, clock, remote, simulation)
    simulation.close()


def submits(office: Office) -> int:
    return sum(path.endswith(SUBMIT) for path in office.simulation.line.calls)


def test_an_article_is_sent_only_when_wechat_has_published_it(office: Office) -> None:
    view = office.publish("新套餐上线\n详情见正文。", title="新套餐")
    office.deliver()
    assert office.state(view.id) == "sending"
    assert office.outbound(view.id).accepted_at is not None
    office.deliver(wait=30)
    assert office.state(view.id) == "sending", "the job still runs"
    office.simulation.finish_publishing("wechat-main")
    office.deliver(wait=120)
    outbound = office.outbound(view.id)
    assert (outbound.state, outbound.attempts) == (OutboundState.SENT, 1)
    assert (outbound.external_id or "").startswith("article:")
    assert (office.published(), submits(office)) == (["新套餐"], 1)
    assert office.attempts(view.id) == ["accepted"]


def test_a_refused_article_ends_as_failed_and_goes_anew_with_another_draft(office: Office) -> None:
    view = office.publish("不合规的内容")
    office.deliver()
    store = office.simulation.world.store
    store.run(
        "UPDATE wechat_document SET body = replace(body, '\"publish_status\": 1', '\"publish_status\": 4')"
    )
    office.deliver(wait=60)
    outbound = office.outbound(view.id)
    assert (outbound.state, outbound.error_code, outbound.prepared) == (
        OutboundState.FAILED,
        "rejected",
        None,
    )


def test_a_submission_whose_answer_is_lost_is_not_made_twice(office: Office) -> None:
    view = office.publish("重要通知")
    office.simulation.line.loses.append(SUBMIT)
    office.deliver()
    office.simulation.finish_publishing("wechat-main")
    for _ in range(4):
        office.deliver(wait=120)
    assert office.state(view.id) == "sent"
    assert (office.published(), submits(office)) == (["重要通知"], 1)


def test_a_submission_that_never_came_is_made_again_with_the_same_draft(office: Office) -> None:
    view = office.publish("重要通知")
    office.simulation.world.faults.add([SandboxFault(SUBMIT, "http_500")])
    office.deliver()
    for _ in range(4):
        office.deliver(wait=120)
        office.simulation.finish_publishing("wechat-main")
    assert office.state(view.id) == "sent"
    assert office.published() == ["重要通知"]
    assert sum(path.endswith(DRAFT) for path in office.simulation.line.calls) == 1


def test_a_lost_draft_is_made_again_and_harms_nobody(office: Office) -> None:
    view = office.publish("重要通知")
    office.simulation.line.loses.append(DRAFT)
    for _ in range(3):
        office.deliver(wait=60)
    office.simulation.finish_publishing("wechat-main")
    office.deliver(wait=60)
    assert (office.state(view.id), office.published()) == ("sent", ["重要通知"])


def test_a_worker_that_dies_before_the_submission_publishes_once(office: Office) -> None:
    view = office.publish("重要通知")
    task = office.begin(view.id)
    assert task.step is Step.PREPARE
    prepared = steps.prepare(office.runtime, task)
    assert isinstance(prepared, dict)
    with open_context(office.runtime, COURIER) as ctx:
        assert note_prepared(ctx, task, prepared) is not None
    _let_it_end(office)
    assert (office.state(view.id), office.published()) == ("sent", ["重要通知"])


def test_a_worker_that_dies_with_an_unwritten_draft_publishes_once(office: Office) -> None:
    view = office.publish("重要通知")
    steps.prepare(office.runtime, office.begin(view.id))
    _let_it_end(office)
    assert (office.state(view.id), office.published()) == ("sent", ["重要通知"])


def test_a_worker_that_dies_after_the_submission_publishes_once(office: Office) -> None:
    view = office.publish("重要通知")
    task = office.begin(view.id)
    prepared = steps.prepare(office.runtime, task)
    assert isinstance(prepared, dict)
    with open_context(office.runtime, COURIER) as ctx:
        ready = note_prepared(ctx, task, prepared)
    assert ready is not None
    steps.perform(office.runtime, ready)  # WeChat took it; then the worker died
    _let_it_end(office)
    assert (office.state(view.id), office.published(), submits(office)) == ("sent", ["重要通知"], 1)


def _let_it_end(office: Office) -> None:
    for _ in range(6):
        office.deliver(wait=100)
        office.simulation.finish_publishing("wechat-main")


def test_two_articles_of_one_title_are_both_published_and_told_apart(office: Office) -> None:
    views = [office.publish("今日提醒"), office.publish("今日提醒")]
    office.simulation.line.loses.extend([SUBMIT, SUBMIT])
    _let_it_end(office)
    assert [office.state(view.id) for view in views] == ["sent", "sent"]
    assert office.published() == ["今日提醒", "今日提醒"]
    assert len({office.outbound(view.id).external_id for view in views}) == 2


def test_a_draft_that_vanished_is_given_to_a_person(office: Office) -> None:
    view = office.publish("重要通知")
    office.simulation.line.loses.append(SUBMIT)
    office.deliver()
    office.simulation.world.store.run("DELETE FROM wechat_document WHERE kind = 'publish'")
    office.deliver(wait=RECONCILE_FOR.total_seconds() + 60)
    assert (office.state(view.id), submits(office)) == ("unknown", 1)


def test_a_job_that_never_ends_is_given_to_a_person_after_a_day(office: Office) -> None:
    view = office.publish("重要通知")
    office.deliver()
    for _ in range(40):
        office.deliver(wait=CONFIRM_FOR.total_seconds() / 20)
    assert office.state(view.id) == "unknown"


@pytest.mark.parametrize("key", ["weibo-care", "mastodon-care"])
def test_a_lost_answer_is_read_back_from_our_own_timeline(office: Office, key: str) -> None:
    account: Account = office.accounts[key]
    view = office.publish("系统升级通知", account_id=account.id)
    office.simulation.line.loses.append("/statuses/update.json" if key == "weibo-care" else "/v1/statuses")
    for _ in range(3):
        office.deliver(wait=60)
    assert (office.state(view.id), office.published(key)) == ("sent", ["系统升级通知"])
    assert (office.outbound(view.id).external_id or "").startswith("status:")


def test_mastodon_posts_with_its_visibility(office: Office) -> None:
    account = office.accounts["mastodon-care"]
    view = office.publish("只给关注者看", account_id=account.id, visibility="private")
    office.deliver()
    assert office.state(view.id) == "sent"
    (row,) = office.simulation.world.store.all(
        "SELECT visibility FROM mastodon_status WHERE text = '只给关注者看'"
    )
    assert row["visibility"] == "private"
