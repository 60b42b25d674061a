"""One's own address: nothing goes where nobody has shown that it is theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core.clock import ManualClock
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.mail.courier import POSTMAN, send_due
from app.models import AuditLog
from tests.mail.conftest import ADDRESS, Reader, text_of
from tests.notifications.box import Box
from tests.support.mail_server import MailServer


def test_an_address_counts_once_its_code_has_been_typed(reader: Reader, mail_server: MailServer) -> None:
    reader.want("request_assigned")
    view = reader.box.browser.put("/mailbox/address", {"address": ADDRESS}).get_json()
    assert (view["standing"], view["address"]) == ("unconfirmed", ADDRESS)
    reader.given()
    reader.post()
    assert [mail.purpose for mail in reader.mails()] == ["confirmation"], "nothing else goes there yet"
    assert mail_server.recipients == [ADDRESS]
    assert reader.code() in text_of(mail_server.taken[0], "html")
    done = reader.box.browser.post("/mailbox/confirmation", {"code": reader.code()})
    assert done.get_json()["standing"] == "confirmed"
    again = reader.box.browser.post("/mailbox/confirmation", {"code": reader.code()})
    assert (again.status_code, again.get_json()["code"]) == (409, "code_over")
    assert acts(reader.runtime) == ["operator.mail_address_confirmed"]


def acts(runtime: Runtime) -> list[str]:
    with open_context(runtime, POSTMAN, write=False) as ctx:
        return [
            row.action
            for row in ctx.session.query(AuditLog).order_by(AuditLog.number)
            if "mail" in row.action
        ]


def test_a_code_cannot_be_guessed(reader: Reader) -> None:
    reader.box.browser.put("/mailbox/address", {"address": ADDRESS})
    send_due(reader.runtime)
    wrong = f"{(int(reader.code()) + 1) % 10**6:06}"
    for _ in range(5):
        answer = reader.box.browser.post("/mailbox/confirmation", {"code": wrong})
        assert (answer.status_code, answer.get_json()["code"]) == (422, "wrong_code")
    late = reader.box.browser.post("/mailbox/confirmation", {"code": reader.code()})
    assert (late.status_code, late.get_json()["code"]) == (409, "code_over")
    assert reader.mailbox()["standing"] == "unconfirmed"


def test_a_code_counts_for_half_an_hour(reader: Reader, clock: ManualClock) -> None:
    reader.box.browser.put("/mailbox/address", {"address": ADDRESS})
    send_due(reader.runtime)
    clock.advance(30 * 60 + 1)
    assert reader.box.browser.post("/mailbox/confirmation", {"code": reader.code()}).status_code == 409


def test_an_hour_has_ten_mails_by_hand_and_no_more(reader: Reader, clock: ManualClock) -> None:
    for number in range(10):
        body = {"address": f"stranger{number}@example.org"}
        assert reader.box.browser.put("/mailbox/address", body).status_code == 200
    refused = reader.box.browser.put("/mailbox/address", {"address": ADDRESS})
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_mails")
    clock.advance(3601)
    assert reader.box.browser.put("/mailbox/address", {"address": ADDRESS}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org\r\nBcc: all@example.org",
        "anna@example.org\nSubject: x",
        "anna@example.org, bo@example.org",
        "Anna <anna@example.org>",
        "<anna@example.org>",
        "anna@example.org> SIZE=1",
        "安娜@example.org",
        "anna@例子.中国",
        "anna@localhost",
        "anna@-bad.org",
        "anna..b@example.org",
        "anna",
        f"{'a' * 65}@example.org",
        "anna@example.org\x00",
    ],
)
def test_what_a_header_or_a_server_could_read_as_more_is_no_address(reader: Reader, address: str) -> None:
    answer = reader.box.browser.put("/mailbox/address", {"address": address})
    assert answer.status_code == 422
    assert "address" in answer.get_json()["fields"]
    assert reader.mails() == []
    assert reader.address() is None


def test_an_address_is_kept_sealed_and_shown_to_nobody_else(reader: Reader, runtime: Runtime) -> None:
    reader.confirm()
    row = reader.address()
    assert row is not None
    assert ADDRESS.encode() not in row.address
    with open_context(runtime, POSTMAN, write=False) as ctx:
        for table in ("event_log", "mails", "audit_log"):
            written = " ".join(map(str, ctx.session.execute(text(f"SELECT * FROM {table}")).all()))
            assert ADDRESS not in written, table
    other = Box(reader.box.browser.app, reader.make, reader.make.operator(reader.agency, reader.team))
    assert other.browser.get("/mailbox").get_json()["address"] is None


def test_who_takes_the_address_away_gets_nothing_more(anna: Reader, mail_server: MailServer) -> None:
    anna.given()
    assert anna.box.browser.delete("/mailbox/address").status_code == 204
    assert anna.box.browser.delete("/mailbox/address").status_code == 204
    anna.post()
    assert mail_server.taken == []
    assert anna.mails("notices") == []
    assert acts(anna.runtime) == ["operator.mail_address_confirmed", "operator.mail_address_removed"]


def test_another_address_has_to_be_confirmed_anew(anna: Reader, mail_server: MailServer) -> None:
    same = anna.box.browser.put("/mailbox/address", {"address": ADDRESS})
    assert (same.status_code, same.get_json()["code"]) == (409, "mail_address_confirmed")
    anna.given()
    anna.post(0)
    assert anna.box.browser.put("/mailbox/address", {"address": "new@example.org"}).status_code == 200
    anna.post()
    assert mail_server.recipients[1:] == ["new@example.org"], "the code; what waited is dropped"
    assert [(mail.state.value, mail.reason) for mail in anna.mails("notices")] == [("dropped", "no_address")]
