"""Files that customers send can be fetched; pushes can be overtaken."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from sandbox import pictures
from sandbox.testing import SandboxProcess


def _send(sandbox: SandboxProcess, account: str, kind: str, text: str = "") -> None:
    body = {"account": account, "customer": "甲", "text": text, "kind": kind}
    sandbox.control("POST", "/customer/message", body)


def _token(sandbox: SandboxProcess) -> str:
    known = sandbox.accounts()["wechat-main"]["credentials"]
    body = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["app_secret"]}
    return str(sandbox.http.post("/wechat/cgi-bin/stable_token", json=body).json()["access_token"])


def test_a_made_up_picture_is_a_png_of_its_size() -> None:
    body = pictures.png("a")
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", body[16:24]) == (480, 360)
    assert body == pictures.png("a") != pictures.png("b")


def test_a_followers_picture_can_be_fetched_both_ways(sandbox: SandboxProcess, receiver: Any) -> None:
    _send(sandbox, "wechat-main", "image")
    fields = {child.tag: child.text for child in fromstring(receiver.wait(1)[0].body.decode())}
    query = {"access_token": _token(sandbox), "media_id": fields["MediaId"]}
    fetched = sandbox.http.get("/wechat/cgi-bin/media/get", params=query)
    assert fetched.content == sandbox.http.get(fields["PicUrl"]).content
    assert fetched.headers["content-type"] == "image/png"


@pytest.mark.parametrize(("kind", "content_type"), [("voice", "audio/amr"), ("shortvideo", "video/mp4")])
def test_other_files_can_be_fetched(
    sandbox: SandboxProcess, receiver: Any, kind: str, content_type: str
) -> None:
    _send(sandbox, "wechat-main", kind)
    fields = {child.tag: child.text for child in fromstring(receiver.wait(1)[0].body.decode())}
    query = {"access_token": _token(sandbox), "media_id": fields["MediaId"]}
    answer = sandbox.http.get("/wechat/cgi-bin/media/get", params=query)
    if kind == "shortvideo":
        answer = sandbox.http.get(answer.json()["video_url"])
    assert answer.headers["content-type"] == content_type


def test_a_private_picture_on_weibo_names_both_copies(sandbox: SandboxProcess, receiver: Any) -> None:
    _send(sandbox, "weibo-care", "image", "发了一张图片")
    data = json.loads(receiver.wait(1)[0].body)["data"]
    assert int(data["tovfid"]) == int(data["vfid"]) + 1
    fetched = sandbox.http.get("/weibo-upload/2/mss/msget", params={"fid": data["tovfid"]})
    assert fetched.headers["content-type"] == "image/png"


def test_a_post_with_a_picture_shows_it_in_all_sizes(sandbox: SandboxProcess) -> None:
    body = {"account": "weibo-care", "customer": "甲", "text": "光猫红灯", "picture": True}
    sandbox.control("POST", "/customer/post", body)
    query = {"access_token": sandbox.accounts()["weibo-care"]["credentials"]["access_token"]}
    (status,) = sandbox.http.get("/weibo/2/statuses/mentions.json", params=query).json()["statuses"]
    for name in ("thumbnail_pic", "bmiddle_pic", "original_pic"):
        assert sandbox.http.get(status[name]).content.startswith(b"\x89PNG")


def test_a_delayed_push_is_overtaken(sandbox: SandboxProcess, receiver: Any) -> None:
    sandbox.control("POST", "/faults", {"match": "/callbacks/weibo", "kind": "delay_push", "delay": 0.3})
    _send(sandbox, "weibo-care", "text", "先")
    _send(sandbox, "weibo-care", "text", "后")
    assert [json.loads(push.body)["text"] for push in receiver.wait(2)] == ["后", "先"]
