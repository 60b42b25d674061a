"""Tables of the sandbox's own journal."""

from __future__ import annotations

TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account_added (key TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS account_patch (key TEXT PRIMARY KEY, settings TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS token (
  value TEXT PRIMARY KEY, platform TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
  client TEXT NOT NULL,
  scope TEXT NOT NULL DEFAULT '', redirect_uri TEXT NOT NULL DEFAULT '', created_at REAL NOT NULL,
  expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS counter (
  scope TEXT NOT NULL, who TEXT NOT NULL, period TEXT NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (scope, who, period));
CREATE TABLE IF NOT EXISTS call (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, body TEXT NOT NULL,
  status INTEGER NOT NULL,
  code TEXT NOT NULL, fault TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sent (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  operation TEXT NOT NULL, person TEXT NOT NULL, target TEXT NOT NULL, text TEXT NOT NULL, id TEXT NOT NULL,
  raw TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS violation (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  rule TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS push (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  person TEXT NOT NULL, body TEXT NOT NULL, content_type TEXT NOT NULL, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS push_state ON push (state, seq);
CREATE TABLE IF NOT EXISTS push_attempt (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, push INTEGER NOT NULL, at REAL NOT NULL, status INTEGER NOT NULL,
  answer TEXT NOT NULL, outcome TEXT NOT NULL, milliseconds REAL NOT NULL);
CREATE INDEX IF NOT EXISTS push_attempt_push ON push_attempt (push, seq);
CREATE TABLE IF NOT EXISTS truth (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  kind TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, flavour TEXT NOT NULL, intent TEXT NOT NULL,
  sentiment INTEGER NOT NULL, urgency INTEGER NOT NULL, near_duplicate_of TEXT NOT NULL,
  text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  person TEXT NOT NULL, name TEXT NOT NULL, direction TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL,
  id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS message_thread ON message (account, person, seq);
CREATE TABLE IF NOT EXISTS reply_window (
  account TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL, opened_at REAL NOT NULL,
  until REAL NOT NULL,
  quota INTEGER NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (account, person, reason));
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  body BLOB NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS person (
  platform TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (platform, id));
CREATE UNIQUE INDEX IF NOT EXISTS person_name ON person (platform, name);

CREATE TABLE IF NOT EXISTS weibo_status (
  id INTEGER PRIMARY KEY, uid TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, repost_of INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0, picture TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS weibo_edit (status INTEGER PRIMARY KEY, count INTEGER NOT NULL, at REAL);
CREATE INDEX IF NOT EXISTS weibo_status_author ON weibo_status (uid, id);
CREATE INDEX IF NOT EXISTS weibo_status_repost ON weibo_status (repost_of, id);
CREATE TABLE IF NOT EXISTS weibo_comment (
  id INTEGER PRIMARY KEY, status INTEGER NOT NULL, uid TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
  reply_to INTEGER, deleted INTEGER NOT NULL DEFAULT 0, origin TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS weibo_comment_status ON weibo_comment (status, id);
CREATE INDEX IF NOT EXISTS weibo_comment_author ON weibo_comment (uid, id);
CREATE TABLE IF NOT EXISTS weibo_inbox (
  uid TEXT NOT NULL, box TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (uid, box, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS weibo_follow (
  follower TEXT NOT NULL, followee TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (follower, followee));

CREATE TABLE IF NOT EXISTS wechat_follower (
  account TEXT NOT NULL, openid TEXT NOT NULL, name TEXT NOT NULL, subscribed INTEGER NOT NULL,
  at REAL NOT NULL,
  scene TEXT NOT NULL, remark TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (account, openid));
CREATE TABLE IF NOT EXISTS wechat_tag (
  account TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account, id));
CREATE TABLE IF NOT EXISTS wechat_document (
  account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (account, kind, id));
CREATE TABLE IF NOT EXISTS wechat_comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, msg_data_id INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  openid TEXT NOT NULL, content TEXT NOT NULL, at REAL NOT NULL, elected INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '', reply_at REAL NOT NULL DEFAULT 0);

CREATE TABLE IF NOT EXISTS mastodon_status (
  id INTEGER PRIMARY KEY, author TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, reply_to INTEGER,
  visibility TEXT NOT NULL, sensitive INTEGER NOT NULL DEFAULT 0, spoiler TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT 'zh', media TEXT NOT NULL DEFAULT '[]',
  mentions TEXT NOT NULL DEFAULT '[]',
  deleted INTEGER NOT NULL DEFAULT 0, origin TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS mastodon_status_author ON mastodon_status (author, id);
CREATE INDEX IF NOT EXISTS mastodon_status_reply ON mastodon_status (reply_to, id);
CREATE TABLE IF NOT EXISTS mastodon_notification (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, kind TEXT NOT NULL, person TEXT NOT NULL,
  status INTEGER, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS mastodon_late (notification INTEGER PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS mastodon_extra (
  status INTEGER PRIMARY KEY, edited_at REAL, quote INTEGER, poll TEXT NOT NULL DEFAULT '[]');
CREATE TABLE IF NOT EXISTS mastodon_mark (
  kind TEXT NOT NULL, owner TEXT NOT NULL, target TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (kind, owner, target));
CREATE TABLE IF NOT EXISTS idempotency (
  account TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (account, key));
"""
