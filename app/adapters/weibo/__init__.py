"""Weibo 微博: open API v2, its business twin, and the fan-service push."""

from app.adapters.weibo.adapter import WeiboAdapter

__all__ = ["WeiboAdapter"]
