"""A Mastodon server: the REST API of version 4, with switches for what GoToSocial does differently."""
