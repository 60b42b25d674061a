"""REST: search."""

from __future__ import annotations

from flask import Blueprint

from app.api.endpoint import endpoint
from app.core.context import Context
from app.core.permissions import Permission
from app.search import queries
from app.search.schemas import SearchQuery, SearchResult

search = Blueprint("search", __name__)


@endpoint(
    search,
    "GET",
    "/search",
    access=Permission.CONVERSATIONS_READ,
    summary="Find people, messages and posts by characters, pinyin or initials",
    query=SearchQuery,
    response=SearchResult,
)
def find(ctx: Context, query: SearchQuery) -> SearchResult:
    return queries.search(ctx, query)
