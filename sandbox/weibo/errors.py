"""Weibo's refusals, with the codes and texts of its error table."""

from __future__ import annotations

TEXTS: dict[int, str] = {
    10001: "System error",
    10004: "IP limit",
    10008: "Param error, see doc for more info",
    10014: "Insufficient app permissions",
    10016: "Miss required parameter (%s), see doc for more info",
    10017: "Parameter (%s)'s value invalid, see doc for more info",
    10020: "Request api not found",
    10021: "HTTP method is not suported for this request",
    10022: "IP requests out of rate limit",
    10023: "User requests out of rate limit",
    10024: "User requests for (%s) out of rate limit",
    20003: "User does not exists",
    20005: "Unsupported image type, only suport JPG, GIF, PNG",
    20006: "Image size too large",
    20008: "Content is null",
    20012: "Text too long, please input text less than 140 characters",
    20013: "Text too long, please input text less than 300 characters",
    20016: "out of limit",
    20019: "repeat content",
    20101: "target weibo does not exist",
    20102: "not your own weibo",
    20201: "target weibo comment does not exist",
    20203: "not your own comment",
    20301: "Can't send direct message to user who is not your follower",
    21301: "auth faild",
    21314: "Token is already used",
    21315: "Token expired",
    21316: "Token revoked",
    21317: "Token rejected",
    21322: "redirect_uri_mismatch",
    21323: "invalid_request",
    21324: "invalid_client",
    21325: "invalid_grant",
    21326: "unauthorized_client",
    21327: "expired_token",
    21328: "unsupported_grant_type",
    21330: "access_denied",
    21332: "invalid_access_token",
}
_FORBIDDEN = {10004, 10014, 10022, 10023, 10024}


class WeiboError(Exception):
    """`code` of the error table; `about` fills the text's placeholder, `text` replaces it.

    `rule` and `detail` name the published limit that the call overstepped; whoever answers
    records them, after the transaction that the refusal undoes.
    """

    def __init__(
        self, code: int, about: str = "", *, text: str = "", rule: str = "", detail: str = ""
    ) -> None:
        template = TEXTS.get(code, "error")
        self.code = code
        self.rule = rule
        self.detail = detail
        self.text = text or (template % about if "%s" in template else template)
        super().__init__(f"{code} {self.text}")

    @property
    def http_status(self) -> int:
        """403 for rights, quotas and tokens, else 400, as recorded answers show."""
        return 403 if self.code in _FORBIDDEN or 21300 <= self.code < 21400 else 400
