"""How fast passwords may be tried: each wrong one makes the next wait longer; nobody is shut out.

Three counts, because three people hide behind wrong passwords. The pair of name and address is somebody at
one place who tries one name: that pace slows soonest, and it slows nobody else, so eight wrong passwords for
a colleague's name do not keep the colleague out. An address that tries many names, and a name that is tried
from many addresses, are slowed later; not for who has logged in there before.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from sqlalchemy import delete, func, select

from app.core.context import Context
from app.core.errors import RateLimited
from app.models import LoginAttempt, Operator, OperatorSession

WINDOW = timedelta(minutes=10)
KNOWN_FOR = timedelta(days=90)
LONGEST_WAIT = 60
FREE_PER_PAIR = 5
FREE_PER_ADDRESS = 40
FREE_PER_NAME = 100


def require_pace(ctx: Context, name: str, address: str) -> None:
    """Raises RateLimited with the seconds to wait."""
    pair, place, whose = _keys(name, address)
    wait = _wait(ctx, pair, FREE_PER_PAIR)
    if not wait:
        wait = max(_wait(ctx, place, FREE_PER_ADDRESS), _wait(ctx, whose, FREE_PER_NAME))
        if wait and _is_known(ctx, name, address):
            return
    if wait:
        raise RateLimited("login_throttled", retry_after=wait)


def count_wrong(ctx: Context, name: str, address: str) -> None:
    now = ctx.now()
    ctx.session.add_all(LoginAttempt(key=key, created_at=now) for key in _keys(name, address))
    ctx.session.execute(delete(LoginAttempt).where(LoginAttempt.created_at < now - 6 * WINDOW))


def forget_wrong(ctx: Context, name: str, address: str) -> None:
    """The right password: what this person mistyped here is over. What others try elsewhere is not."""
    ctx.session.execute(delete(LoginAttempt).where(LoginAttempt.key == _keys(name, address)[0]))


def _keys(name: str, address: str) -> tuple[str, str, str]:
    place = _place(address)
    return f"pair:{name[:60]}|{place}"[:120], f"address:{place}"[:120], f"name:{name[:60]}"


def _place(address: str) -> str:
    """An IPv6 network of 64 bits is one household or one machine, with more addresses than one can count."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4 or parsed.ipv4_mapped is not None:
        return address
    return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))


def _wait(ctx: Context, key: str, free: int) -> int:
    """Whole seconds: doubling with each wrong password beyond the free ones, counted from the last."""
    statement = select(func.count(), func.max(LoginAttempt.created_at)).where(
        LoginAttempt.key == key, LoginAttempt.created_at > ctx.now() - WINDOW
    )
    count, last = ctx.session.execute(statement).one()
    if count < free:
        return 0
    pause = min(LONGEST_WAIT, 2 ** min(count - free, 16))
    left = (last + timedelta(seconds=pause) - ctx.now()).total_seconds()
    return max(0, -int(-left // 1))


def _is_known(ctx: Context, name: str, address: str) -> bool:
    """Whether this person has logged in from there lately."""
    known = (
        select(OperatorSession.id)
        .join(Operator, Operator.id == OperatorSession.operator_id)
        .where(
            func.lower(Operator.login_name) == name,
            OperatorSession.address == address[:64],
            OperatorSession.created_at > ctx.now() - KNOWN_FOR,
        )
        .limit(1)
    )
    return ctx.session.scalar(known) is not None
