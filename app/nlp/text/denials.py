"""Denials and what they deny: n-grams hear `不差` as `差` and `没有一次不满意` as two complaints.

Two countable facts for the network: something bad is denied (litotes, double negation: praise), something
good is denied (a complaint). They read normalised Chinese text.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

_ONE = r"(?:一次|一回|哪次|哪回|一天|哪天|一个|哪个|哪位|一位|一件|一点|半点|什么|理由|丝毫)"
_BAD = (
    r"(?:差劲?|赖|坏|糟糕?|烂|慢|卡|贵|吵|闹|脏|乱|敷衍|含糊|马虎|拖拉|拖沓|推脱|推诿|嫌(?:我|烦|弃|麻烦)|糊弄|套路|折腾|踢皮球|失望|后悔|难用|失误|"
    r"失灵|迟到|踩雷|白跑|白等|多跑|骗|坑|延误|怠慢|不耐烦|操心|毛病|逊色|掉过?(?:链子|线)|"
    r"出过?(?:问题|毛病|故障|岔子|差错|错)|[坏断卡错漏修]过)"
)
_GOOD = (
    r"(?:满意|开心|顺|好|准|喜欢|放心|热情|耐心|推荐|点赞|舒服|舒心|爽|及时|周到|负责|专业|愉快|用心|给力|清楚|修好|"
    r"解决|到位|靠谱|划算|值得?|利[索落]|稳|行)"
)
_BROKEN = r"(?:断|掉|卡|坏|等|拖|排队|白跑|踢皮球|推[脱诿来]|投诉|出问题|迟到|催|扣)"
_DENIAL = re.compile(
    r"[不没无](?<!是不)(?:"
    rf"(?P<good_twice>(?<=没)有?{_ONE}?[^,。!?不\n]{{0,4}}?不(?:太|怎么|是很|够|算|让人|那么)?{_GOOD}"
    r"|(?<=没)有?(?:什么)?(?:理由|道理)不(?:给|夸|推荐|点?赞|好评)"
    r"|(?<=不)[得能]不(?:点?赞|夸|表扬|服|佩服|给.{0,8}?(?:赞|好评|五星)"
    rf"|说.{{0,8}}?(?:{_GOOD}|赞|棒|快)))"
    rf"|(?P<bad_twice>(?<=没)有?{_ONE}?[^,。!?不\n]{{0,4}}?不.{{0,2}}?{_BROKEN}|(?<=不)[得能]不(?:投诉|说.{{0,6}}?{_BAD}))"
    rf"|(?P<bad>有?{_ONE}?[算嫌太让叫我人给都也怎么再有那]{{0,4}}{_BAD}(?![不多才])|(?<=[差错坏]不)了"
    r"|(?<=没)(?:话说|的说|得说|得挑|挑的)|(?<=无)可(?:挑剔|指摘)|(?<=[挑找]不)出.{0,6}?(?:毛病|刺|缺点|错|问题))"
    rf"|(?P<good>(?<=没)有?{_ONE}[^,。!?不\n]{{0,4}}?{_GOOD}|(?<=不)(?:太|怎么|是很|够|算)?{_GOOD}(?!不|意思)))"
)
_PRAISE = frozenset({"good_twice", "bad"})
_MOST = 2
_NEWLINE = 10
NAMES = ("denied bad", "denied good")


def denials(joined: str, posts: int) -> npt.NDArray[np.float32]:
    """How often each of the `posts` texts, joined by line feeds, denies something bad and something good, two
    at most: (texts, 2). What is denied twice is not denied.
    """
    found = np.zeros((posts, len(NAMES)), dtype=np.float32)
    matches = [(match.start(), match.lastgroup not in _PRAISE) for match in _DENIAL.finditer(joined)]
    if matches:
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        breaks = np.flatnonzero(codes == _NEWLINE)
        at, kind = np.array(matches).T
        np.add.at(found, (np.searchsorted(breaks, at), kind), 1)
    return np.minimum(found, _MOST)
