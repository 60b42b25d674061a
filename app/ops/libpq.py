"""PostgreSQL's own client and its programs, pointed at the database that DATABASE_URL names."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL


def conninfo(url: URL, *, with_password: bool = True) -> str:
    """The address in libpq's words, each value quoted by libpq's rules.

    As a web address it would have to be percent-encoded anew, and every reader does that a little
    differently: a blank in a database's name was refused with the advice to write it as it had been written.
    Without the password for a program's arguments: process lists are public.
    """
    _, options = url.get_dialect()().create_connect_args(url)
    if not with_password:
        options.pop("password", None)
    return make_conninfo("", **options)
