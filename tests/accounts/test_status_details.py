"""What to do about an account's state is a code for which the browser has words in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.accounts.outcomes import _STATUS_OF
from app.accounts.status_details import advice_in, detail_of
from app.adapters.health import _STATES
from app.adapters.mastodon import errors as mastodon
from app.adapters.wechat import errors as wechat
from app.adapters.weibo import errors as weibo
from app.core.errors import PlatformError, PlatformErrorKind

LOCALES = Path(__file__).parents[2] / "frontend/src/features/accounts/locales"
FAULTS = [(f.kind, f.advice) for platform in (weibo, wechat) for f in platform.FAULTS.values()]
OF_ACCOUNTS = {*_STATUS_OF, PlatformErrorKind.ADDRESS_REFUSED, PlatformErrorKind.CAPABILITY_MISSING}


def test_the_advice_is_told_apart_from_the_platforms_words() -> None:
    error = PlatformError(
        PlatformErrorKind.CONFIG, platform="wechat", message="check_appid_and_secret", platform_code="40125"
    )
    assert advice_in(detail_of(error)) == "check_appid_and_secret"
    assert advice_in("check_encoding_aes_key") == "check_encoding_aes_key"
    assert advice_in("-1: system busy, try again") is None
    assert advice_in("40125: invalid appsecret") is None
    assert advice_in(None) is None


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_browser_has_words_for_every_advice_about_an_account(locale: str) -> None:
    words = json.loads((LOCALES / f"{locale}.json").read_text(encoding="utf-8"))["advice"]
    given = {advice for kind, advice in [*FAULTS, *mastodon.STATES.values()] if kind in OF_ACCOUNTS}
    given |= {advice for _state, advice in _STATES.values()}
    assert given - set(words) == set()
