"""Access tokens: the stable interface and the classic one, which know nothing of each other.

stable_token: repeated calls give the same token; in its last 5 minutes a new one is given and both are valid.
A forced refresh ends the old one, at most 20 a day and 30 s apart.
token: each call gives a new one and the one before it lives 5 minutes more.
"""

from __future__ import annotations

import threading

from sandbox.accounts import BrandAccount
from sandbox.store import Row
from sandbox.wechat.errors import WeChatError
from sandbox.world import World

_GRACE = 300
_FORCED_PER_DAY = 20
_FORCED_APART = 30
_lock = threading.Lock()


def check_client(world: World, appid: str, secret: str, address: str) -> BrandAccount:
    """The account of an appid. Raises 41002, 41004, 40013, 40125 or 40164."""
    if not appid:
        raise WeChatError(41002)
    if not secret:
        raise WeChatError(41004)
    account = world.directory.find("wechat", "appid", appid)
    if account is None:
        raise WeChatError(40013)
    if secret != account.credentials["app_secret"]:
        raise WeChatError(40125)
    allowed = account.settings.get("ip_whitelist") or []
    if allowed and address not in allowed:
        raise WeChatError(40164, f"{address} ipv6 ::ffff:{address}")
    return account


def _newest(world: World, account: BrandAccount, kind: str) -> Row | None:
    return world.store.one(
        "SELECT * FROM token WHERE account = ? AND kind = ? AND expires_at > ? "
        "ORDER BY expires_at DESC LIMIT 1",
        account.key,
        kind,
        world.clock.now(),
    )


def _issue(world: World, account: BrandAccount, kind: str) -> tuple[str, int]:
    lifetime = world.limits["wechat_token_seconds"]
    value = world.directory.issue(account, kind=kind, client=account.credentials["appid"], lifetime=lifetime)
    return value, int(lifetime)


def stable(world: World, account: BrandAccount, *, force: bool) -> tuple[str, int]:
    """Token and seconds it has left. Raises 45009 or 45011 when refreshed by force too often."""
    if force:
        _count_forced(world, account)
    with _lock, world.store.transaction():
        if force:
            _end_tokens(world, account, "stable")
            return _issue(world, account, "stable")
        current = _newest(world, account, "stable")
        left = current["expires_at"] - world.clock.now() if current is not None else 0
        if current is None or left <= _GRACE:
            return _issue(world, account, "stable")
        return str(current["value"]), int(left)


def _count_forced(world: World, account: BrandAccount) -> None:
    now = world.clock.now()
    last = float(world.store.meta(f"forced:{account.key}", "0"))
    if 0 <= now - last < _FORCED_APART and world.limits.enabled:
        raise WeChatError(45011, rule="wechat_forced_refresh_apart", detail=f"after {now - last:.0f} s")
    used = world.counters.add("wechat_forced", account.key, world.counters.day())
    if used > _FORCED_PER_DAY and world.limits.enabled:
        raise WeChatError(45009, rule="wechat_forced_refresh_day", detail=f"refresh {used}")
    world.store.set_meta(f"forced:{account.key}", str(now))


def _end_tokens(world: World, account: BrandAccount, kind: str) -> None:
    """Ended tokens stay known, so that they answer 40001 and not as if never issued."""
    world.store.run(
        "UPDATE token SET kind = 'ended', expires_at = min(expires_at, ?) WHERE account = ? AND kind = ?",
        world.clock.now(),
        account.key,
        kind,
    )


def classic(world: World, account: BrandAccount) -> tuple[str, int]:
    with _lock, world.store.transaction():
        end = world.clock.now() + _GRACE
        sql = "UPDATE token SET expires_at = min(expires_at, ?) WHERE account = ? AND kind = 'classic'"
        world.store.run(sql, end, account.key)
        return _issue(world, account, "classic")


def account_of(world: World, value: str) -> BrandAccount:
    """Whose token this is. Raises 41001, 40001 or 42001."""
    if not value:
        raise WeChatError(41001)
    token = world.directory.token("wechat", value)
    if token is None or token["kind"] == "ended":
        raise WeChatError(40001)
    if token["expires_at"] <= world.clock.now():
        raise WeChatError(42001)
    return world.directory.get(token["account"])
