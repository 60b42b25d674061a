"""Thanks, acknowledgements and farewells: they end a conversation and ask for nothing."""

from __future__ import annotations

import re

from app.nlp.text.emoticons import split_emoticons
from app.nlp.text.moods import mood
from app.nlp.text.normalise import normalise

_LONGEST = 24
_WORD = (
    r"好+的?[呢哒嘞滴啦哈]?|嗯+[呐呢]?|哦+|噢+|行[的吧]?|可以[的了]?|ok[ay]*的?|okk+|收到|知道了?|明白了?|了解了?|懂了|晓得[了啦]?|"
    r"(?:太|非常|十分|真的?|很|多|也)?(?:谢谢+|感谢|感恩|多谢|谢了|谢啦|感激)(?:你们?|您|大家|客服|师傅|亲|小姐姐|小哥|啦|了|啊|呀|哈|嘞|回复|解答|帮助|帮忙|"
    r"的|及时|耐心|处理|解决|这么快|老师)*|(?:真是?)?(?:辛苦(?:你们?|您|了|啦|大家|客服|师傅)*|麻烦(?:你们?|您|了|啦|大家|客服|师傅)+)|"
    r"(?:现在|目前|已经?|都|这边|网络?|宽带|信号)*(?:已?解决|能用了|可以用了|能上网了|可以上网了|有网了|有信号了|通了|好了|弄好了|修好了|解决了|恢复了?|恢复正常了?|正常了|搞定了?|到账了|收到了)|"
    r"没(?:事|问题|别的)(?:了|啦)?|(?:暂时)?没有?(?:其他|别的)?问题了|不用了|再见|拜拜|bye+|先这样吧?|那?就这样吧?|"
    r"祝.{0,6}(?:愉快|顺利|好)|(?:给)?(?:你们?|您)?(?:点赞|赞|好评)|thanks?(?:you|alot|somuch|verymuch)*|thx|ty|3q|gotit|noted|merci|nice|great|perfect|"
    r"cheers|(?:all)?(?:good|fixed|solved)(?:now)?|itworksnow|haveaniceday"
)
_CLOSING = re.compile(rf"(?:{_WORD})+")
_AGREED = frozenset("👌🆗🤝🫡🙆")
"""They show no mood, and say that all is well."""
_MARKS = re.compile(r"[\s,.。、;:!~…'’-]+")


def is_closing(text: str) -> bool:
    """Whether a message says nothing but that its author is content or done; a question never does."""
    words, emoticons = split_emoticons(text)
    if len(words) > _LONGEST * 2 or any(mood(emoticon) < 0 for emoticon in emoticons):
        return False
    bare = _MARKS.sub("", normalise(words))
    if not bare:
        return any(mood(emoticon) > 0 or emoticon[0] in _AGREED for emoticon in emoticons)
    return len(bare) <= _LONGEST and _CLOSING.fullmatch(bare) is not None
