"""WeChat's refusals: HTTP 200 with `errcode` and `errmsg`, the text ending in a `rid:`."""

from __future__ import annotations

import secrets
import time

TEXTS: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameters",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40164: "invalid ip %s, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45056: "reach max tag count limit",
    45057: "can't delete the tag that has too many fans",
    45058: "can't modify sys tag",
    45059: "can't add too many tags for fans",
    45157: "invalid tag name",
    45158: "tag name too long",
    45159: "invalid tag id",
    47001: "data format error",
    48001: "api unauthorized",
    53600: "invalid article_id",
    61500: "date format error",
    61501: "date range error",
    88000: "without comment privilege",
    88001: "msg_data_id not exists",
    88003: "elected comment reach limit",
    88005: "already reply",
    88007: "reply content beyond limit or content is empty",
    88008: "comment not exists",
    88010: "count range error. cout <= 0 or count > 50",
}


def request_id() -> str:
    return f"{int(time.time()):x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


class WeChatError(Exception):
    """`about` fills the text's placeholder; `rule` and `detail` name a limit that was overstepped."""

    def __init__(self, code: int, about: str = "", *, rule: str = "", detail: str = "") -> None:
        template = TEXTS.get(code, "error")
        self.code = code
        self.rule = rule
        self.detail = detail
        self.text = template % about if "%s" in template else template
        super().__init__(f"{code} {self.text}")

    def as_json(self) -> dict[str, object]:
        return {"errcode": self.code, "errmsg": f"{self.text} rid: {request_id()}"}
