"""Words for messages that carry none of their own: people must see that something came, and what."""

from __future__ import annotations

_NAMES = {
    "file": "文件",
    "video": "视频",
    "device_text": "设备消息",
    "music": "音乐",
    "news": "图文",
    "card": "名片",
    "emotion": "表情",
    "red_packet": "红包",
}


def unknown_words(kind: str, said: str = "") -> str:
    """`[文件] 合同.pdf`, as the platforms' own apps show it; their code for a kind is no word for people."""
    return f"[{_NAMES.get(kind, '其他消息')}] {said}".strip()
