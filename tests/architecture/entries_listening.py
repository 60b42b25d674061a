"""Entries of listening: monitors, filter settings, labels, reviews, special lists, topics, alerts, search."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.models import (
    Alert,
    AlertKind,
    FilterSample,
    Monitor,
    SampledItem,
    SpecialListEntry,
    Topic,
    TrainingLabel,
)
from app.models.special_list import SpecialList
from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import MARK, Stage

_R = Reach
_RULE = {"any": ["宽带"]}
_numbers = itertools.count(1)


def _monitor_command(**fields: Any) -> dict[str, Any]:
    return {"name": f"监测{next(_numbers)}", "rule": _RULE, "account_ids": [], **fields}


def _monitor(stage: Stage) -> Monitor:
    now = stage.make.now
    return stage.make.save(
        Monitor(
            created_at=now,
            agency_id=stage.agency.id,
            name=f"{MARK}{next(_numbers)}",
            rule=_RULE,
            account_ids=[],
            kinds=[],
            updated_at=now,
        )
    )


def _of_monitor(body: Callable[[], Any] = lambda: None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"monitor_id": _monitor(stage).id}, body())


def _of_item(body: Any = None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"item_id": stage.dropped_item()}, body)


def _of_account(body: Any = None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"account_id": stage.fresh_account().id}, body)


def _draw(stage: Stage) -> FilterSample:
    now = stage.make.now
    draw = FilterSample(
        created_at=now,
        agency_id=stage.agency.id,
        since=now - timedelta(days=1),
        until=now,
        seed=1,
        size=10,
        account_ids=[],
        strata={},
    )
    return stage.make.save(draw)


def _sampled_item(stage: Stage) -> Ask:
    draw, item = _draw(stage), stage.dropped_item()
    row = SampledItem(
        created_at=stage.make.now,
        filter_sample_id=draw.id,
        inbound_item_id=item,
        account_id=stage.account.id,
        stratum="advert",
    )
    return Ask({"sampled_item_id": stage.make.save(row).id}, {"is_right": True})


def _entry_of_list(stage: Stage) -> SpecialListEntry:
    now = stage.make.now
    return stage.make.save(
        SpecialListEntry(
            created_at=now,
            agency_id=stage.agency.id,
            list=SpecialList.VIP,
            platform="weibo",
            author_external_id=f"{MARK}{next(_numbers)}",
            author_name=MARK,
        )
    )


def _topic(stage: Stage) -> Topic:
    now = stage.make.now
    return stage.make.save(
        Topic(created_at=now, account_id=stage.account.id, label=MARK, first_seen_at=now, last_seen_at=now)
    )


def _alert(stage: Stage) -> Ask:
    now = stage.make.now
    alert = Alert(
        created_at=now,
        account_id=stage.account.id,
        kind=AlertKind.VOLUME,
        hour=now,
        value=9.0,
        baseline=1.0,
        posts=9,
        negative=1,
        cools_until=now,
        last_seen_at=now,
    )
    return Ask({"alert_id": stage.make.save(alert).id})


def _alert_rule(stage: Stage) -> Ask:
    rule = {"kind": "volume", "sensitivity": "low", "cool_down_minutes": 60, "is_active": True}
    return Ask(body={"account_id": stage.account.id, **rule})


def _new_entry(_stage: Stage) -> Ask:
    who = {"platform": "weibo", "author_external_id": f"u{next(_numbers)}"}
    return Ask(body={"list": "vip", **who})


def _retrain(stage: Stage) -> Ask:
    """There must be something to learn from."""
    stage.make.save(
        TrainingLabel(
            created_at=stage.make.now,
            inbound_item_id=stage.dropped_item(),
            account_id=stage.account.id,
            source="correction",
            intent="consult",
            sentiment=0,
            needs_service=True,
        )
    )
    return Ask()


LISTENING: dict[str, Entry] = {
    "listener.get_item": Entry(_R.ACCOUNT, 200, _of_item()),
    "labels.correct": Entry(_R.ACCOUNT, 200, _of_item({"sentiment": 0})),
    "labels.explain": Entry(_R.ACCOUNT, 200, _of_item()),
    "labels.list_corrections": Entry(_R.ACCOUNT, 200, _of_item()),
    "labels.list_models": Entry(_R.OWN, 200, plain),
    "labels.retrain": Entry(_R.OWN, 202, _retrain),
    "labels.promote": Entry(_R.OWN, 404, lambda _stage: Ask({"name": "none"})),
    # The shipped model has none before it; who may not even ask is told so first.
    "labels.roll_back": Entry(_R.OWN, 404, plain),
    "monitors.create_monitor": Entry(_R.OWN, 201, lambda _stage: Ask(body=_monitor_command())),
    "monitors.list_monitors": Entry(_R.OWN, 200, plain),
    "monitors.get_monitor": Entry(_R.AGENCY, 200, _of_monitor()),
    "monitors.edit_monitor": Entry(_R.AGENCY, 200, _of_monitor(lambda: _monitor_command(version=1))),
    "monitors.set_monitor_state": Entry(
        _R.AGENCY, 200, _of_monitor(lambda: {"is_active": False, "version": 1})
    ),
    "monitors.delete_monitor": Entry(_R.AGENCY, 204, _of_monitor()),
    "monitors.get_monitor_filter": Entry(_R.AGENCY, 200, _of_monitor()),
    "monitors.list_backfills": Entry(_R.AGENCY, 200, _of_monitor()),
    "monitors.start_backfill": Entry(_R.AGENCY, 202, _of_monitor(lambda: {"days": 1})),
    "monitors.monitor_figures": Entry(_R.AGENCY, 200, _of_monitor()),
    "monitors.preview_monitor": Entry(_R.OWN, 200, lambda _stage: Ask(body={"rule": _RULE})),
    "monitors.get_account_filter": Entry(_R.ACCOUNT, 200, _of_account()),
    "monitors.set_account_filter": Entry(_R.ACCOUNT, 200, _of_account({"filters": {}, "version": None})),
    "reviews.draw": Entry(_R.OWN, 201, lambda _stage: Ask(body={"days": 1, "size": 10})),
    "reviews.list_draws": Entry(_R.OWN, 200, plain),
    "reviews.get_draw": Entry(_R.AGENCY, 200, lambda stage: Ask({"draw_id": _draw(stage).id})),
    "reviews.list_sampled_items": Entry(_R.AGENCY, 200, lambda stage: Ask({"draw_id": _draw(stage).id})),
    "reviews.review_sampled_item": Entry(_R.ACCOUNT, 200, _sampled_item),
    "reviews.take_back_finding": Entry(_R.ACCOUNT, 200, lambda stage: Ask(_sampled_item(stage).path)),
    "reviews.try_filter_settings": Entry(
        _R.ACCOUNT, 201, lambda stage: Ask(body={"filters": {}, "account_id": stage.account.id})
    ),
    "reviews.get_trial": Entry(_R.OWN, 404, lambda _stage: Ask({"work_id": 10**9})),
    "special_lists.list_entries": Entry(_R.OWN, 200, plain),
    "special_lists.add_entry": Entry(_R.OWN, 201, _new_entry),
    "special_lists.edit_entry": Entry(
        _R.AGENCY, 200, lambda stage: Ask({"entry_id": _entry_of_list(stage).id}, {"note": "x", "version": 1})
    ),
    "special_lists.remove_entry": Entry(
        _R.AGENCY, 204, lambda stage: Ask({"entry_id": _entry_of_list(stage).id})
    ),
    "topics.list_topics": Entry(_R.OWN, 200, plain),
    "topics.get_topic": Entry(_R.ACCOUNT, 200, lambda stage: Ask({"topic_id": _topic(stage).id})),
    "topics.rename_topic": Entry(
        _R.ACCOUNT, 200, lambda stage: Ask({"topic_id": _topic(stage).id}, {"label": "断网", "version": 1})
    ),
    "topics.list_alerts": Entry(_R.OWN, 200, plain),
    "topics.acknowledge_alert": Entry(_R.ACCOUNT, 200, _alert),
    "topics.list_alert_rules": Entry(_R.OWN, 200, plain),
    "topics.set_alert_rule": Entry(_R.ACCOUNT, 200, _alert_rule),
    "topics.get_volume": Entry(_R.OWN, 200, plain),
    "search.find": Entry(_R.OWN, 200, lambda _stage: Ask(query={"q": MARK})),
}
