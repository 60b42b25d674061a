"""Fan and article figures (wechat.md §13): up to yesterday, ready after 08:00 in Beijing. Missing days stay
absent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.adapters import lenient
from app.adapters.faults import BEIJING
from app.adapters.types import AccountRef, DailyFigure, Json, PostMetrics
from app.adapters.wechat.client import WeChatClient
from app.core.clock import Clock

_SPAN_DAYS = 7
_ARTICLE_DAYS = 7
_READY_HOUR = 8


class WeChatFigures:
    def __init__(self, client: WeChatClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def fan_trend(self, account: AccountRef, begin: str, end: str) -> tuple[DailyFigure, ...]:
        """`new_user` and `cancel_user` a source (`dimension`), `cumulate_user` in all (`dimension` None).

        Days that are not ready yet are left out. Raises ValueError for something that is no date.
        """
        found: list[DailyFigure] = []
        last = min(date.fromisoformat(end), self._last_ready_day())
        for start, stop in _spans(date.fromisoformat(begin), last):
            days = {"begin_date": start.isoformat(), "end_date": stop.isoformat()}
            summary = self._client.post(account, "/datacube/getusersummary", days)
            found += [_by_source(entry) for entry in lenient.objects(summary.get("list"))]
            total = self._client.post(account, "/datacube/getusercumulate", days)
            found += [_figure(entry, ("cumulate_user",)) for entry in lenient.objects(total.get("list"))]
        return tuple(figure for figure in found if figure.date)

    def article_metrics(self, account: AccountRef, external_ids: tuple[str, ...]) -> tuple[PostMetrics, ...]:
        """Figures of `article:<msg_data_id>:<index>` published in the last seven days; one call a day.

        Articles with fewer than three interactions are left out by the platform.
        """
        wanted = set(external_ids)
        found: dict[str, PostMetrics] = {}
        last = self._last_ready_day()
        for back in range(_ARTICLE_DAYS):
            if wanted <= set(found):
                break
            day = (last - timedelta(days=back)).isoformat()
            body = {"begin_date": day, "end_date": day}
            answer = self._client.post(account, "/datacube/getarticlesummary", body)
            for entry in lenient.objects(answer.get("list")):
                metrics = _metrics(entry)
                if metrics.external_id in wanted:
                    found.setdefault(metrics.external_id, metrics)
        return tuple(found.values())

    def _last_ready_day(self) -> date:
        local = self._clock.now().astimezone(BEIJING)
        return local.date() - timedelta(days=1 if local.hour >= _READY_HOUR else 2)


def _spans(begin: date, end: date) -> Iterator[tuple[date, date]]:
    while begin <= end:
        stop = min(end, begin + timedelta(days=_SPAN_DAYS - 1))
        yield begin, stop
        begin = stop + timedelta(days=1)


def _by_source(entry: Json) -> DailyFigure:
    return _figure(entry, ("new_user", "cancel_user"), lenient.identifier(entry.get("user_source")) or "0")


def _figure(entry: Json, names: tuple[str, ...], dimension: str | None = None) -> DailyFigure:
    values = {name: number for name in names if (number := lenient.integer(entry.get(name))) is not None}
    return DailyFigure(lenient.text(entry.get("ref_date")), values, dimension)


def _metrics(entry: Json) -> PostMetrics:
    msg_data_id, _, number = lenient.text(entry.get("msgid")).partition("_")
    index = (lenient.integer(number) or 1) - 1
    return PostMetrics(
        external_id=f"article:{msg_data_id}:{index}",
        reads=lenient.integer(entry.get("int_page_read_count")),
        shares=lenient.integer(entry.get("share_count")),
    )
