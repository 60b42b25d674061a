"""What goes wrong with a telecom's service, by rule: outage, charge, identity, speed, a visit not paid.

Also who only calls for us: they say more when somebody answers.

The patterns name a thing of ours and what is wrong with it. They do not decide: said to us, such words are
shown to a person although the model found no request. They read normalised text (lower case, half width,
simplified characters).
"""

from __future__ import annotations

import re

from app.nlp.text.normalise import normalise, own_words

_SERVICE = (
    r"(?:网络?|宽带|光纤|信号|流量|电话|手机卡|号码?|副卡|主卡|热点|iptv|电视|机顶盒|点播|光猫|路由器?|wi-?fi|[45]g|短信|验证码|"
    r"app|小程序|热线|彩铃|internet|broadband|router|signal|line|hotspot)"
)
_BROKEN = (
    r"(?:没了|断了|断开|挂了|崩了|瘫|坏了|停了|停用|打不开|打不通|打不了|连不上|登不上|登不了|用不了|上不去|上不了|收不到|发不出|"
    r"没反应|没动静|不通|不能用|不好使|失灵|失效|卡顿|卡死|转圈|红灯|黑屏|掉线|"
    r"down|dead|broken|not work|doesn't work|gone)"
)
_SUM = r"(?:\d{1,5}|[一二两三四五六七八九十百千几]{1,6})"
_BARE_SUM = (
    r"(?:\d{2,6}|[一二两三四五六七八九几][一二三四五六七八九十百千万]{1,5})"
    r"(?![\d条个张封斤本位份岁年月人次件字gmk兆小分秒])"
)
"""Money, though nobody says so: `收了我2000`."""
_OURS_COSTS = r"(?:漫游|流量|话费|套餐|月租|宽带|短信|彩铃|通话|业务|账单)"
_WHO_COMES = r"(?:师傅|装维|装机|维修工?|安装工?|技术员|工作人员|上门的?人?|安装人员|维修人员)"
_NOT_THERE = (
    r"(?:放[^。!?，,\n]{0,6}鸽子|鸽了|爽约|失约|失联|迟到|(?:没|不|未|没有)(?:来|到|上门|出现|接电话)|"
    r"没人来|没影|不见人|人影)"
)
_FAULTS = {
    "outage": re.compile(
        rf"{_SERVICE}[^。!?，,;\n]{{0,8}}{_BROKEN}|{_BROKEN}[^。!?，,;\n]{{0,2}}{_SERVICE}"
        r"|停机(?!坪|场|位)|断网|断线(?!风筝)|掉线|没网(?!课|红|店|游|剧|民)|没有?信号|无服务|连不上|登不上|上不了网|关停|"
        r"被停(?:了|号)|停(?:了)?我的?(?:机|号|卡)"
    ),
    "charge": re.compile(
        r"(?:多|乱|错|重复|莫名其?妙?|偷偷|私自|擅自|无故|又|一直|还在|继续|照样|被)[^。!?\n]{0,4}(?:扣|收)(?:费|钱|了|款|走|我|\d)"
        rf"|(?:扣|收)(?:了|我){{0,2}}{_SUM}(?:块|元)|(?:话费|余额|月租|费用?|钱)[^。!?，,\n]{{0,6}}(?:没到账|不到账|不退|不对|少了)"
        r"|(?:没|不|未)到账|(?:充|交|缴)[^。!?，,\n]{0,2}费[^。!?\n]{0,8}(?:没|还|却|仍|又)|(?:明明|已经|刚)[^。!?，,\n]{0,4}(?:充|交|缴)"
        r"|(?:没|未)(?:办|开|订|同意)过?[^。!?，,\n]{0,8}(?:业务|套餐|扣|收)|违约金|自动续(?:费|订)"
        r"|(?:给|帮)(?:我|她|他|老人|[爸妈爷奶])[^。!?，,\n]{0,4}(?:办|开|订|换)(?:了|上|成|通)"
        rf"|(?:扣|收|坑|划)(?:了|走)?(?:我|我们|我家|我妈|我爸|老人)了?{_BARE_SUM}"
        rf"|{_OURS_COSTS}[^。!?，,\n]{{0,8}}(?:扣|收|花|要)(?:了|我|掉|走){{0,2}}{_BARE_SUM}"
        r"|overcharged|charged me|refund|double charge"
    ),
    "identity": re.compile(
        r"(?:身份证?|实名|名下|证件|个人信息)[^。!?\n]{0,10}(?:被|冒|盗|泄|多了|多出|开了|开卡|办了|注册|怎么)"
        r"|(?:冒用|盗用|盗开|盗办)[^。!?\n]{0,8}(?:卡|号|身份|实名|名义)|被人[^。!?，,\n]{0,6}(?:开|办)[^。!?，,\n]{0,4}(?:卡|号)|泄露[^。!?，,\n]{0,4}(?:信息|号码)"
    ),
    "speed": re.compile(
        rf"(?:千兆|百兆|{_SUM}\s?(?:兆|m\b|mbps))[^。!?\n]{{0,12}}(?:只有|才|实测|测速|不到|跑|达不到|paying|only)"
        rf"|(?:只有|才|实测|不到|only)\s?{_SUM}\s?(?:兆|mb?(?:ps)?\b|kb?\b)|(?:网速?|宽带|下载|上网|speed|internet)[^。!?，,\n]{{0,6}}(?:慢|渣|垃圾|slow)"
    ),
    "visit": re.compile(
        rf"{_WHO_COMES}[^。!?\n]{{0,10}}{_NOT_THERE}|(?:约|说)好?了?[^。!?\n]{{0,10}}(?:上门|装机|安装|维修|来修|来装)[^。!?\n]{{0,8}}{_NOT_THERE}"
        rf"|等了?[^。!?\n]{{0,8}}{_WHO_COMES}|(?:没|无)人(?:上门|来修|来装|处理|回访)|被{_WHO_COMES}[^。!?，,\n]{{0,4}}鸽"
    ),
    "call": re.compile(
        r"^\W*(?:(?:你好|您好|喂|哈喽|hi|hello|hey|亲|请问|客服|麻烦)\W*){0,3}"
        r"(?:(?:有没?有?人(?:吗|么|嘛|在|在吗|理|管|管吗|理吗)?|在(?:吗|么|嘛|不在|不)|"
        r"有(?:没有)?(?:客服|人工)(?:吗|么|在吗)?|(?:人工|客服|小编|人)(?:呢|在吗|在哪|出来|出来一下|回一下|回复一下)|"
        r"出来(?:一下|说句话|回应)?|(?:看|回|回复)(?:一?下|个)?(?:我的?)?(?:私信|消息|信息)|私信(?:你们?)?了|"
        r"理(?:一?下|我)|anyone there|anybody there)\W*){1,4}$"
    ),
}

_ME_TOO = re.compile(
    r"(?:我|我家|我们|我这|俺|咱)[^。!?，,\n]{0,4}也(?:是|这样|一样|遇到|碰到|被|没)|"
    r"同样|同感|同上|\+1|me too|same here"
)


def fault_named(words: str) -> tuple[str, str] | None:
    """The kind of fault that a text names (outage, charge, identity, speed) and the words that name it."""
    for kind, pattern in _FAULTS.items():
        found = pattern.search(words)
        if found:
            return kind, found.group()
    return None


def fault_joined(text: str) -> tuple[str, str] | None:
    """The fault named in the quoted chain of a repost whose author says `me too`; `text` as written."""
    own, quoted = own_words(text)
    if not quoted or not _ME_TOO.search(normalise(own)):
        return None
    return fault_named(normalise("\n".join(quoted)))
