"""Adverts by rule: lotteries, chain letters and sellers' contact lines, and accounts that live of them.

The patterns come from what such posts must say to work (a prize for a repost, luck for passing on, where to
buy), not from any data set. They read normalised text: lower case, half width, simplified characters.
"""

from __future__ import annotations

import re

from app.listener.chain.chain_items import Activity

LEAST_ITEMS = 5
"""Below this many posts an author's habits say nothing."""

_LOTTERY = re.compile(
    r"(?:转发|转评|转赞|关注|评论|点赞|带话题)[^。!?]{0,16}(?:抽(?!水|烟|筋|空)|赢|瓜分|免费领)[^。!?]{0,14}"
    r"(?:[\d一二三四五六七八九十百千]+\s?(?:名|位|个|人|份|台|张)|大奖|奖品|红包|好礼|送出|现金)"
    r"|(?:抽|揪)[\d一二三四五六七八九十百千]+\s?(?:名|位|个|人)[^。!?]{0,8}(?:送|各|每人)"
    r"|(?:开奖时间|抽奖平台|@微博抽奖平台|锦鲤附体)"
)
_CHAIN_LETTER = re.compile(
    r"(?:转发|转|分享|发送)(?:给|到|此|这条)[^。!?]{0,14}(?:群|人|好友|微博|朋友)[^。!?]{0,20}"
    r"(?:好运|平安|发财|保佑|显灵|灵验|如愿|转运)"
    r"|不转[^。!?]{0,8}(?:倒霉|后悔|遭殃|不是中国人)"
)
_CONTACT = re.compile(
    r"(?:微信|威信|薇信|卫信|vx|v信|wx|weixin|qq|扣扣|企鹅|电报|tg|telegram)\s?(?:号|群|同号)?\s?[:：]?\s?"
    r"(?:[a-z0-9][a-z0-9_-]{4,}|\ue002)|(?:私信|加我|扫码|戳链接|点链接|主页有)[^。!?]{0,6}(?:领取|下单|咨询|办理|进群|拿货)"
)
_OFFER = re.compile(
    r"代办|代理加盟|招代理|兼职|刷单|日结|日赚|网贷|贷款|下款|提额|套现|批发|包邮|优惠券|内部价|返利|返现|佣金|"
    r"代开|办证|高价回收|靓号转让|低价(?:流量|话费)|充值\d+折|免押|秒到账|拿货|引流|涨粉"
)


def advert_rule(words: str) -> tuple[str, str] | None:
    """The rule that a text meets (lottery, chain_letter, seller) and the words that meet it."""
    lottery = _LOTTERY.search(words)
    if lottery:
        return "lottery", lottery.group()
    chain = _CHAIN_LETTER.search(words)
    if chain:
        return "chain_letter", chain.group()
    contact = _CONTACT.search(words)
    offer = _OFFER.search(words) if contact else None
    if offer:
        return "seller", offer.group()
    return None


def marketing_score(activity: Activity) -> float:
    """How much an author's posts so far look like a marketer's, 0..1: adverts, links and repetitions."""
    if activity.items < LEAST_ITEMS:
        return 0.0
    share = (activity.adverts + 0.6 * activity.repeats + 0.4 * activity.links) / activity.items
    return round(min(1.0, share), 4)
