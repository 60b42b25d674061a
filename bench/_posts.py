"""The stream that the benches take in: posts put together from clauses written for this file.

Most posts ask for nothing, some repeat what was said, some sell, some are only a face, and some want help:
how many is the stream's own choice. Clauses combine to some 10^10 posts of 79 characters on average, so
that a million of them hardly repeat by chance.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.adapters.types import Author, InboundPost, ItemKind, Lane

LENGTH = 79
SERVICE, CHATTER, REPEAT, ADVERT, EMPTY = "service", "chatter", "repeat", "advert", "empty"
SHARES = {REPEAT: 0.10, ADVERT: 0.055, EMPTY: 0.05}
"""Beside these the share that asks for service, which differs from stream to stream; the rest is chatter."""
PEOPLE = 1_000_000
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def _listed(words: str) -> list[str]:
    return words.split()


_PLACES = _listed(
    "南屏区 北山路 东湖新城 老火车站 西门菜场 大学城 滨江花园 开发区 凤凰小区 云岭大道 三里桥 青石巷"
)
_TIMES = _listed("早上 中午 傍晚 半夜 昨天 上周五 这个月 国庆那几天 刚才 前天下午 周末 开学以后")
_PEOPLE = _listed("我妈 邻居 室友 同事小张 隔壁大哥 班主任 老同学 表妹 房东 楼下阿姨 老板 孩子他爸")
_CHATTER = (
    "{people}{time}带我去{place}吃了碗热干面",
    "{place}的桂花开了满街都香",
    "{time}的晚霞好看得不像话",
    "{people}说这部电影结局太仓促",
    "{time}跑了五公里腿有点酸",
    "在{place}遇见一只不怕人的橘猫",
    "{people}的手艺比饭店还好",
    "{time}听完演唱会嗓子都哑了",
    "{place}新开的书店可以坐一下午",
    "球赛打到最后一分钟才分出胜负",
    "{people}种的番茄终于红了",
    "{time}下了场小雨空气很清爽",
    "翻出{people}十年前的照片笑了半天",
    "{place}的早点摊还是那个味道",
    "{time}的地铁居然有座位",
    "{people}学会了包饺子包得歪歪扭扭",
    "换了新手机壳心情不错",
    "{place}那家理发店排队排到门外",
    "{people}{time}值班回来倒头就睡",
    "这首歌单曲循环了一整天",
)
_SERVICE = (
    "{place}的宽带{time}又断了",
    "{time}打客服一直没人接",
    "账单里多扣了{number}块钱没有解释",
    "{place}手机信号只有一格",
    "报修{number}天了师傅还没上门",
    "请问怎么取消{number}元的套餐",
    "流量用超了为什么没有提醒",
    "{people}的号码被停机怎么恢复",
    "充值{number}元到现在没有到账",
    "办理携号转网被营业厅拒绝",
    "{place}营业厅几点下班",
    "光猫的灯{time}开始变红",
    "退款说好三天到现在没有收到",
    "副卡怎么解绑请尽快处理",
)
_SERVICE_ENDS = ("请尽快给个说法", "麻烦客服处理一下", "到底什么时候能修好", "要投诉了", "有人管吗")
_ADVERTS = (
    "转发本条微博抽{number}位朋友送手机一部",
    "{place}靓号低价转让需要的加我微信号：sale{number}",
    "全场优惠券限时领取加微信vx{number}abc进群包邮",
    "关注并转发抽{number}名送大奖",
)
_EMPTY = ("[哈哈][哈哈]", "转发微博", "😀😀😀", "[怒]", "//@路人: 转发微博", "👍👍", "http://t.cn/A6{number}")


@dataclass
class Stream:
    """An endless, seeded stream; `next_posts` continues where the last call stopped."""

    seed: int = 7
    service: float = 0.06
    first: int = 0
    """Number of the first post; ids are made from it, so that two streams can fill one account."""
    _rng: random.Random = field(init=False)
    _said: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._number = self.first

    def next_posts(self, count: int) -> list[InboundPost]:
        return [self._post() for _ in range(count)]

    def next_texts(self, count: int) -> Iterator[str]:
        """Texts alone, in the same shares."""
        for _ in range(count):
            yield self._text(self._kind())

    def _post(self) -> InboundPost:
        kind, number = self._kind(), self._number
        self._number += 1
        text, who = self._text(kind), self._rng.randrange(PEOPLE)
        at = EPOCH + timedelta(seconds=number % 1_500_000)
        author = Author(
            f"{5_000_000_000 + who}",
            name=f"云上的旅人{who}",
            followers=who * 7 % 90_000,
            verified=who % 50 == 0,
            location="云岭",
        )
        status = str(4_900_000_000_000_000 + number)
        return InboundPost(
            external_id=f"status:{status}",
            kind=ItemKind.MENTION,
            lane=Lane.PUBLIC,
            created_at=at,
            text=text,
            author=author,
            thread_key=f"status:{status}",
            context={"status_id": status, "author_id": author.external_id},
            url=f"https://weibo.example/{author.external_id}/{number}",
            raw=raw_status(status, text, at, who),
        )

    def _kind(self) -> str:
        chatter = 1 - self.service - sum(SHARES.values())
        return self._rng.choices([*SHARES, SERVICE, CHATTER], [*SHARES.values(), self.service, chatter])[0]

    def _text(self, kind: str) -> str:
        if kind == REPEAT and self._said:
            return self._rng.choice(self._said)
        if kind == ADVERT:
            return self._filled(_ADVERTS) + "，" + self._joined(_CHATTER, LENGTH - 35)
        if kind == EMPTY:
            return self._filled(_EMPTY)
        if kind == SERVICE:
            return f"{self._joined(_SERVICE, LENGTH - 14)}，{self._rng.choice(_SERVICE_ENDS)}！"
        text = self._joined(_CHATTER, LENGTH)
        self._remember(text)
        return text

    def _remember(self, text: str) -> None:
        """What may be repeated: the last thousand texts."""
        self._said.append(text)
        if len(self._said) > 1000:
            del self._said[:500]

    def _joined(self, clauses: tuple[str, ...], length: int) -> str:
        text = f"第{self._rng.randrange(1_000_000)}次打卡：" if self._rng.random() < 0.3 else ""
        while len(text) < length - 5:
            text += ("，" if text else "") + self._filled(clauses)
        return text

    def _filled(self, clauses: tuple[str, ...]) -> str:
        rng = self._rng
        return rng.choice(clauses).format(
            place=rng.choice(_PLACES),
            time=rng.choice(_TIMES),
            people=rng.choice(_PEOPLE),
            number=rng.randrange(10, 99_999),
        )


def raw_status(status: str, text: str, at: datetime, who: int) -> dict[str, Any]:
    """A platform's own answer as it is kept beside an item: some 1,500 characters of JSON."""
    person = str(5_000_000_000 + who)
    return {
        "created_at": at.strftime("%a %b %d %H:%M:%S +0800 %Y"),
        "id": int(status),
        "idstr": status,
        "text": text,
        "textLength": len(text) * 2,
        "source": '<a href="https://weibo.example/app" rel="nofollow">手机客户端</a>',
        "favorited": False,
        "truncated": False,
        "in_reply_to_status_id": "",
        "pic_urls": [],
        "geo": None,
        "reposts_count": who % 40,
        "comments_count": who % 90,
        "attitudes_count": who % 300,
        "isLongText": False,
        "visible": {"type": 0, "list_id": 0},
        "user": {
            "id": int(person),
            "idstr": person,
            "screen_name": f"云上的旅人{who}",
            "name": f"云上的旅人{who}",
            "province": "53",
            "city": "1",
            "location": "云岭",
            "description": "走走停停，记一点日常。",
            "profile_image_url": f"https://img.example/crop.0.0.180.180.50/{person}.jpg",
            "profile_url": f"u/{person}",
            "domain": "",
            "gender": "f" if who % 2 else "m",
            "followers_count": who * 7 % 90_000,
            "friends_count": who % 900,
            "statuses_count": who % 8000,
            "favourites_count": who % 70,
            "created_at": "Thu Mar 10 12:00:00 +0800 2016",
            "following": False,
            "allow_all_act_msg": False,
            "geo_enabled": True,
            "verified": who % 50 == 0,
            "verified_type": -1,
            "remark": "",
            "avatar_large": f"https://img.example/crop.0.0.180.180.180/{person}.jpg",
            "verified_reason": "",
            "follow_me": False,
            "online_status": 0,
            "bi_followers_count": who % 200,
            "lang": "zh-cn",
        },
    }
