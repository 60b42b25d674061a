"""A forum as a platform of Lingke: reads posts, answers in their threads."""

from lingke_bulletin.adapter import BulletinAdapter

__all__ = ["BulletinAdapter"]
