"""What leaves by e-mail: gathered, in its reader's words, once; and what the server's answers mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.config import SmtpTls
from app.core.runtime import Runtime
from app.core.smtp import Outcome, PostOffice
from app.core.unit_of_work import open_context
from app.mail import courier
from app.mail.courier import POSTMAN, send_due
from app.models import Operator
from tests.factories.make import Make
from tests.mail.conftest import ADDRESS, Reader, text_of
from tests.notifications.box import herald
from tests.support.mail_server import HANGS_UP, PASSWORD, USER, MailServer, running_mail_server


def states(anna: Reader) -> list[tuple[str, str | None]]:
    return [(mail.state.value, mail.reason) for mail in anna.mails("notices")]


def test_what_is_given_to_somebody_is_told_by_mail(anna: Reader, mail_server: MailServer) -> None:
    request = anna.given(author="王小明")
    anna.post(0)
    assert mail_server.taken == [], "more of the same may come"
    anna.post()
    (message,) = mail_server.taken
    assert message["To"] == ADDRESS
    assert message["From"] == "聆客 <lingke@example.com>"
    assert message["List-Unsubscribe"] == "<https://console.example.com/notifications>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "[聆客] 新分配给我的请求"
    text, html = text_of(message), text_of(message, "html")
    for body in (text, html):
        assert request.number in body
        assert f"https://console.example.com/workbench/all/{request.id}" in body
    assert request.number not in message["Subject"]
    assert states(anna) == [("sent", None)]
    anna.post()
    assert len(mail_server.taken) == 1


def test_several_are_one_letter_in_its_readers_language(anna: Reader, mail_server: MailServer) -> None:
    assert anna.box.browser.put("/session/locale", {"locale": "en"}).status_code < 300
    numbers = [anna.given(author=f"c{number}").number for number in range(3)]
    anna.post()
    (message,) = mail_server.taken
    assert message["Subject"] == "[Lingke] 3 new notifications"
    assert all(number in text_of(message) for number in numbers)
    assert "Sent by Lingke" in text_of(message)


def test_a_name_cannot_write_markup_or_headers(anna: Reader, mail_server: MailServer) -> None:
    anna.given(author="<b>x</b>\r\nBcc: all@example.org")
    anna.post()
    (message,) = mail_server.taken
    assert message["Bcc"] is None
    assert mail_server.recipients[-1:] == [ADDRESS]
    assert "<b>x" not in text_of(message, "html")


def test_what_was_read_meanwhile_is_no_letter(anna: Reader, mail_server: MailServer) -> None:
    anna.given()
    anna.post(0)
    newest = anna.box.read()["items"][0]["id"]
    anna.box.browser.post("/notifications/read", {"up_to": newest})
    anna.post()
    assert (mail_server.taken, states(anna)) == ([], [("dropped", "nothing_new")])


def test_what_has_moved_out_of_reach_is_told_to_nobody(
    anna: Reader, mail_server: MailServer, make: Make
) -> None:
    anna.given()
    anna.post(0)
    make.give(anna.operator, make.role(), instead=True)
    anna.post()
    assert (mail_server.taken, states(anna)) == ([], [("dropped", "nothing_new")])


def test_who_was_shut_out_gets_nothing(anna: Reader, mail_server: MailServer, runtime: Runtime) -> None:
    anna.given()
    anna.post(0)
    with open_context(runtime, POSTMAN) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == anna.operator.id).values(is_active=False))
    anna.post()
    assert (mail_server.taken, states(anna)) == ([], [("dropped", "no_address")])


def test_without_the_bell_a_mail_still_comes(anna: Reader, mail_server: MailServer) -> None:
    version = anna.box.browser.get("/notification-settings").get_json()["version"]
    body = {"version": version, "channels": {"request_assigned": ["email"]}}
    assert anna.box.browser.put("/notification-settings", body).status_code == 200
    anna.given()
    anna.post()
    assert len(mail_server.taken) == 1
    assert anna.box.unread == 0


@pytest.mark.parametrize(("pace", "seconds"), [("hourly", 3600), ("daily", 23 * 3600)])
def test_a_digest_waits_for_its_hour(anna: Reader, mail_server: MailServer, pace: str, seconds: int) -> None:
    """It is ten in the morning; the daily one leaves at nine."""
    anna.want("request_assigned", mail_pace=pace, mail_hour=9)
    anna.given(author="c1")
    anna.post(60)
    anna.given(author="c2")
    anna.post(seconds - 200)
    assert mail_server.taken == []
    anna.post(200)
    (message,) = mail_server.taken
    assert "2 条新通知" in message["Subject"]
    assert states(anna) == [("sent", None)]


def test_what_waits_follows_a_new_pace(anna: Reader, mail_server: MailServer) -> None:
    anna.want("request_assigned", mail_pace="daily", mail_hour=9)
    anna.given()
    anna.post(60)
    anna.want("request_assigned", mail_pace="at_once")
    anna.post()
    assert len(mail_server.taken) == 1


def test_quiet_hours_hold_a_letter_back_until_they_end(anna: Reader, mail_server: MailServer) -> None:
    anna.want("request_assigned", quiet_from="09:30", quiet_until="12:00")
    anna.given()
    anna.post()
    assert (mail_server.taken, states(anna)) == ([], [("queued", "quiet")])
    anna.post(2 * 3600 - 62)
    assert mail_server.taken == []
    anna.post(62)
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_refused_for_now_is_tried_again(anna: Reader, mail_server: MailServer, verb: str) -> None:
    mail_server.say(verb, "451 4.3.0 come back later")
    anna.given()
    anna.post()
    assert (mail_server.taken, states(anna)) == ([], [("queued", "later")])
    assert anna.mails("notices")[0].answer == "451 4.3.0 come back later"
    anna.post(30)
    assert mail_server.taken == [], "not at once"
    anna.post(31)
    assert (len(mail_server.taken), states(anna)) == (1, [("sent", None)])


def test_after_a_day_it_has_failed(anna: Reader, mail_server: MailServer) -> None:
    anna.given()
    for _ in range(11):
        mail_server.say("RCPT", "450 4.2.1 full")
        anna.post(9 * 3600)
    assert (mail_server.taken, states(anna)) == ([], [("failed", "later")])
    address = anna.address()
    assert address is not None
    assert address.stopped_at is None


def test_what_comes_while_one_is_tried_is_told_by_one_letter(
    anna: Reader, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = anna.given(author="c1")
    herald(anna.runtime)
    sends = PostOffice.send

    def while_another_comes(office: PostOffice, envelope: Any) -> Any:
        answer = sends(office, envelope)
        anna.given(author="c2")
        herald(anna.runtime)
        return answer

    mail_server.say("DATA", "452 4.3.1 no room")
    with monkeypatch.context() as patched:
        patched.setattr(PostOffice, "send", while_another_comes)
        anna.post()
    assert states(anna) == [("dropped", "joined"), ("queued", None)]
    anna.post()
    (message,) = mail_server.taken
    assert first.number in text_of(message)
    assert "2 条新通知" in message["Subject"]


def test_a_dead_address_stops_is_told_and_can_be_tried(anna: Reader, mail_server: MailServer) -> None:
    mail_server.say("RCPT", "550 5.1.1 no such user")
    anna.given(author="c1")
    anna.post()
    assert states(anna) == [("failed", "dead_address")]
    assert anna.mailbox()["standing"] == "stopped"
    assert anna.mailbox()["mails"][0]["answer"] == "550 5.1.1 no such user"
    assert anna.box.kinds()[0] == "mail_stopped"
    anna.given(author="c2")
    anna.post()
    assert (mail_server.taken, len(anna.mails("notices"))) == ([], 1), "nothing more is even written"
    assert anna.box.browser.post("/mailbox/trial").status_code == 201
    send_due(anna.runtime)
    assert anna.mailbox()["standing"] == "confirmed"
    assert anna.mailbox()["mails"][0]["state"] == "sent"


def test_a_letter_that_is_refused_is_no_dead_address_until_three_are(
    anna: Reader, mail_server: MailServer
) -> None:
    for number, (verb, said) in enumerate(
        [("DATA", "554 5.7.1 looks like spam"), ("RCPT", "550 5.7.1 relaying denied"), ("MAIL", "553 no")]
    ):
        assert anna.mailbox()["standing"] == "confirmed"
        mail_server.say(verb, said)
        anna.given(author=f"c{number}")
        anna.post()
    assert states(anna) == [("failed", "refused")] * 3
    assert anna.mailbox()["standing"] == "stopped"


def test_a_trial_says_at_once_what_came_of_it(anna: Reader, mail_server: MailServer) -> None:
    mail_server.say("RCPT", "451 4.7.1 greylisted")
    assert anna.box.browser.post("/mailbox/trial").get_json()["mails"][0]["state"] == "queued"
    send_due(anna.runtime)
    last = anna.mailbox()["mails"][0]
    assert (last["state"], last["answer"]) == ("failed", "451 4.7.1 greylisted")
    anna.box.browser.post("/mailbox/trial")
    send_due(anna.runtime)
    last = anna.mailbox()["mails"][0]
    assert (last["state"], last["answer"]) == ("sent", "250 OK")
    assert len(mail_server.taken) == 1


def test_one_who_dies_before_writing_down_doubles_it_once_and_says_so(
    anna: Reader, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    anna.given()
    herald(anna.runtime)
    anna.clock.advance(31)
    for taken in (1, 2):
        with monkeypatch.context() as patched:
            patched.setattr(courier, "record", dies)
            with pytest.raises(KeyboardInterrupt):
                send_due(anna.runtime)
        assert len(mail_server.taken) == taken
        send_due(anna.runtime)
        assert len(mail_server.taken) == taken, "whoever has it may still be at it"
        anna.clock.advance(151)
    send_due(anna.runtime)
    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"]
    (mail,) = anna.mails("notices")
    assert (mail.state.value, mail.reason, mail.may_be_doubled) == ("unknown", "no_answer", True)


def test_no_answer_is_no_refusal(anna: Reader, mail_server: MailServer) -> None:
    mail_server.say("DATA", HANGS_UP)
    anna.given()
    anna.post()
    (mail,) = anna.mails("notices")
    assert (mail.state.value, mail.may_be_doubled, len(mail_server.taken)) == ("sending", False, 1)
    anna.post(61)
    (mail,) = anna.mails("notices")
    assert (mail.state.value, mail.may_be_doubled, len(mail_server.taken)) == ("sent", True, 2)


def test_a_hung_up_connection_before_the_content_has_sent_nothing(
    anna: Reader, mail_server: MailServer
) -> None:
    mail_server.say("RCPT", HANGS_UP)
    anna.given()
    anna.post()
    (mail,) = anna.mails("notices")
    assert (mail.state.value, mail.reason, mail_server.taken) == ("queued", "away", [])
    anna.post(61)
    (mail,) = anna.mails("notices")
    assert (mail.state.value, mail.may_be_doubled) == ("sent", False)


def test_while_the_server_is_away_nothing_is_lost_and_it_is_called_once_a_minute(
    anna: Reader, mail_server: MailServer, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    runtime.settings = runtime.settings.model_copy(update={"smtp_port": 1})
    anna.given()
    anna.box.browser.post("/mailbox/trial")
    herald(runtime)
    anna.clock.advance(31)
    send_due(runtime)
    trial, notices = anna.mails("trial")[0], anna.mails("notices")[0]
    assert (trial.state.value, trial.reason) == ("failed", "away")
    assert "refused" in (trial.answer or "")
    assert (notices.state.value, notices.attempts) == ("queued", 0), "nobody else's was tried"
    runtime.settings = runtime.settings.model_copy(update={"smtp_port": mail_server.port})
    send_due(runtime)
    assert mail_server.taken == []
    anna.post(61)
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("tls", [SmtpTls.STARTTLS, SmtpTls.TLS])
def test_encrypted_and_known_by_name_and_password(anna: Reader, tmp_path: Path, tls: SmtpTls) -> None:
    with running_mail_server(tmp_path, tls, needs_login=True) as server:
        mine = server.settings(anna.runtime.settings, smtp_user=USER, smtp_password=secret(PASSWORD))
        anna.runtime.settings = mine
        anna.given(author="c1")
        anna.post()
        assert len(server.taken) == 1
        for wrong, word in (
            ({"smtp_ca_file": ""}, "certificate verify failed"),
            ({"smtp_password": secret("another")}, "535"),
        ):
            with PostOffice(mine.model_copy(update=wrong)) as office:
                answer = office.greet()
            assert answer.outcome is Outcome.AWAY
            assert word in answer.words
        assert PASSWORD not in repr(mine)


def test_a_server_that_offers_no_encryption_gets_no_password(anna: Reader, mail_server: MailServer) -> None:
    wanted = {"smtp_tls": SmtpTls.STARTTLS, "smtp_user": USER, "smtp_password": secret(PASSWORD)}
    with PostOffice(anna.runtime.settings.model_copy(update=wanted)) as office:
        answer = office.greet()
    assert answer.outcome is Outcome.AWAY
    assert "STARTTLS" in answer.words


def secret(text: str) -> Any:
    from pydantic import SecretStr  # noqa: PLC0415

    return SecretStr(text)
