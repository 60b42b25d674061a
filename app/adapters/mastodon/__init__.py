"""The Mastodon API: Mastodon 4.x and GoToSocial."""

from app.adapters.mastodon.adapter import MastodonAdapter

__all__ = ["MastodonAdapter"]
