"""The words that fill the gaps of the templates."""

from __future__ import annotations

import random
import string

_SLOTS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "place": (
            "翠湖小区 金沙苑 大学城北区 呈贡 高新区 滇池路 白塔路 江岸小区 关上 火车站附近 三家村 老城区 "
            "北市区 机场高速 地铁三号线 县医院 镇上 洱海边上 古镇 工业园"
        ),
        "plan": "畅享59 青春卡39 全家福129 山茶卡19 5G畅玩99 银龄套餐 校园大流量 亲情融合169 商务199",
        "product": "宽带 千兆宽带 WiFi 电视盒子 光猫 固话 手机信号 5G 流量 校园网",
        "app": "云岭掌厅 小程序 网上营业厅 公众号菜单 自助机",
        "money": "5 9.9 12 18 29 36.5 58 99 128 300",
        "days": "两 三 四 五 七 十",
        "hours": "一个 两个 三个 快四个 四五个",
        "when": "昨晚 今早 前天 上周 月初 中午 刚才 从八点 周末 这两天",
        "service": "彩铃 来电提醒 视频会员 安心包 流量加油包 云盘会员 阅读包",
        "phone": "华为 小米 苹果 荣耀 OPPO vivo 老年机",
        "who": "我妈 我爸 孩子 室友 同事 我媳妇 店里 楼下邻居 我自己",
        "speed": "100兆 300兆 500兆 千兆 两千兆",
        "measured": "3兆 8兆 不到10兆 20兆 40兆",
        "staff": "师傅 装维小哥 客服小姐姐 营业员 客户经理 话务员",
        "face": "[怒] [抓狂] [泪] [疑问] [微笑] [哈哈] [赞] [心] 😡 😭 🙏 👍 😅 🤔",
        "joy": "[赞] [鼓掌] [心] 👍 🌹 😄 [哈哈] 💪",
        "person": (
            "滇池的风 米线少放辣 阿诺在昆明 小树不怕雨 老陈的日常 山茶花开了 今天也要早睡 橘子汽水味 "
            "骑车去上班 云上的猫 张大爷遛弯 不想写作业的小五 洱海月下 深夜程序媛 开心果果妈 包子铺老板 "
            "一路向西北 石林小石头 南风知我意 冰镇杨梅汤 楼上的钢琴声 咕噜咕噜泡泡 普洱三分甜 跑步的阿伟 "
            "数码小白鼠 退休教师王姨"
        ),
        "advertiser": "号码批发小站 流量卡推广员 代办靓号 兼职日结群主 优惠速递君 转发抽奖姬 每日福利社",
    }.items()
}


def fill(template: str, dice: random.Random) -> str:
    """Put a word into every gap; the same gap twice in a template gets two draws."""
    parts = []
    for literal, name, _spec, _conversion in string.Formatter().parse(template):
        parts.append(literal)
        if name is not None:
            parts.append(_word(name, dice))
    return "".join(parts)


def _word(name: str, dice: random.Random) -> str:
    if name == "number":
        return f"1{dice.choice('3578')}{dice.randrange(10):d}****{dice.randrange(10_000):04d}"
    if name == "percent":
        return str(dice.randrange(2, 10) * 10)
    return dice.choice(_SLOTS[name])


def customer_name(dice: random.Random) -> str:
    """One of some hundred people; a few dozen of them write often."""
    name = _word("person", dice)
    return name if dice.random() < 0.4 else f"{name}{dice.randrange(1, 60)}"


def advertiser_name(dice: random.Random) -> str:
    return f"{_word('advertiser', dice)}{dice.randrange(1, 30)}"
