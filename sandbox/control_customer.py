"""The part of the control API that acts as a customer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sandbox import customer
from sandbox.accounts import BrandAccount
from sandbox.control_state import Json, json_body, reply
from sandbox.mastodon import content as mastodon
from sandbox.weibo import content as weibo
from sandbox.world import World


def add_routes(pages: Blueprint, world: World) -> None:
    @pages.post("/customer/post")
    def post() -> Response:
        body = json_body()
        account, name, text = _who(world, body)
        shared, picture = str(body.get("repost_of", "")), int(body.get("picture") or 0)
        fields = body.get("fields")
        written = customer.post(world, account, name, text, repost_of=shared, picture=picture, fields=fields)
        return _written(account, written)

    @pages.post("/customer/comment")
    def comment() -> Response:
        body = json_body()
        account, name, text = _who(world, body)
        below, parent = str(body.get("below", "")), str(body.get("reply_to", ""))
        return _written(account, customer.comment(world, account, name, text, below=below, reply_to=parent))

    @pages.post("/customer/message")
    def message() -> Response:
        body = json_body()
        account, name, text = _who(world, body)
        kind, fields = str(body.get("kind", "text")), body.get("fields")
        return _written(account, customer.message(world, account, name, text, kind=kind, fields=fields))

    @pages.post("/customer/event")
    def event() -> Response:
        body = json_body()
        account, name, _text = _who(world, body)
        return _written(account, customer.event(world, account, name, str(body["event"]), body.get("fields")))

    @pages.post("/customer/delete")
    def delete() -> Response:
        """A customer deletes an own Weibo post or comment, or Mastodon status."""
        id_, change = int(json_body()["id"]), world.store.change
        done = change("UPDATE weibo_status SET deleted = 1 WHERE id = ?", id_)
        done += change("UPDATE weibo_comment SET deleted = 1 WHERE id = ?", id_)
        done += change("UPDATE mastodon_status SET deleted = 1 WHERE id = ?", id_)
        return reply({"deleted": done})

    @pages.post("/customer/edit")
    def edit() -> Response:
        """A customer changes an own Weibo post or Mastodon status: `id`, `text`."""
        body = json_body()
        if weibo.live_status(world, int(body["id"])) is not None:
            weibo.customer_edit(world, int(body["id"]), str(body["text"]))
        else:
            mastodon.customer_edit(world, str(body["id"]), str(body["text"]))
        return reply({"edited": body["id"]})

    @pages.get("/customer/thread")
    def thread() -> Response:
        account = world.directory.get(request.args["account"])
        found = customer.thread(world, account, request.args["customer"], request.args.get("kind", "dm"))
        return reply({"messages": found})


def _who(world: World, body: Json) -> tuple[BrandAccount, str, str]:
    """The account written to, the customer's name, the text."""
    account = world.directory.get(str(body["account"]))
    return account, str(body.get("customer", "路人甲")), str(body.get("text", ""))


def _written(account: BrandAccount, written: customer.Written) -> Response:
    ids = {"id": written.id, "person": written.person, "thread": written.thread}
    return reply({**ids, "account": account.key, "platform": account.platform})
