"""Whatever code the server can send has words in both languages: a screen never shows a code.

The server's own texts are in app/locales, the browser's in the `locales` folders of frontend/src. What an
enum may say is read from the generated API, what is an open text from where its values are made.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.adapters import registry
from app.adapters.account import HealthState
from app.adapters.capabilities import Feature
from app.api.problems import HTTP_CODES, title_of
from app.core import errors
from app.core.i18n import LOCALES, catalogue
from app.core.permissions import GIVABLE, Permission
from app.models import AccountStatus, ChangeKind, Lane, Presence, RequestStatus
from app.nlp.serving.heads import INTENTS

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.AppError)
}

# Of the API's enums: where their words are in the browser, or why no screen says them.
WORDS_OF = {
    "AccountKind": "accounts.kind",
    "AccountReach": "roles.accounts",
    "AccountStatus": "accountStatus",
    "Allowed": "grants.allow",
    "Additivity": "figures.additivity",
    "AlertKind": "alert.kind",
    "Channel": "notifications.channel",
    "Closed": "closed",
    "BulkClassify.type": "type",
    "BulkStatus.status": "status",
    "ClassifyRequest.type": "type",
    "Comparison": "figures.comparison",
    "CorrectionCommand.intent": "type",
    "MaskedField": "roles.masked",
    "ExportAccounts.format": "export.formats",
    "ExportActs.format": "export.formats",
    "ExportItems.format": "export.formats",
    "ExportMonitors.format": "export.formats",
    "ExportPeople.format": "export.formats",
    "ExportRequests.format": "export.formats",
    "LinkKind": "relations.kinds",
    "MergeRequest.confirm": "relations.ask",
    "LongWorkState": "longWork.state",
    "MailPace": "notifications.mail.pace",
    "MailState": "notifications.mail.state",
    "Good": "metrics.direction",
    "ModelVersionView.state": "model.is",
    "Named": "figures.period",
    "OpensPast": "grants.opens",
    "OriginView.kind": "media.origin",
    "OutboundState": "fate",
    "Permission": "right",
    "Presence": "presence",
    "PolicyStep.at": "levels.at",
    "PolicyStepView.at": "levels.at",
    "PriorityAction.priority": "automation.priority",
    "ReadingPauseView.reason": "accounts.readingPause",
    "LoginAct": "profile.act",
    "RequestReach": "roles.requests",
    "RequestStatus": "status",
    "ReviewCommand.intent": "type",
    "RoleName": "role",
    "RunState": "automation.states",
    "SeenCount.kind": "proof.kind",
    "GroupCount.kind": "proof.kind",
    "SendReply.confirm": "fate.ask",
    "SendReply.lane": "lane",
    "Sensitivity": "alert.level",
    "SetAccountStatus.status": "accountStatus",
    "SetStatus.status": "notice.status",
    "ServiceClock": "urgency.clock",
    "SpecialList": "special.list",
    "StatusAction.status": "status",
    "SwapState": "shifts.state",
    "CreateShiftTemplate.tone": "shifts.tones",
    "EditShiftTemplate.tone": "shifts.tones",
    "TimeTrigger.side": "automation",
    "UnitKind": "units.kind",
    "TypeAction.type": "type",
    "TriedRule.verdict": "routing.verdict",
    "TriedText.lane": "routing.lanes",
    "TriedText.sentiment": "routing.moods",
    "TriedText.type": "type",
}
NEVER_SHOWN = {*(frozenset(Permission) - GIVABLE), Permission.SESSION_USE}
"""Of an enum with words: rights of our own processes, and the one that everybody has."""
UNSAID = {
    "PlannedFor.did": "in an event; its notification has words (`notification.did`)",
    "ActionResultView.state": "a mark beside the act; what was refused comes with its text",
    "AgencyKind": "only tells the own organisation from others",
    "AuditQuery.sort": "sent by the head of a column, never said of it",
    "AlternativeView.kind": "comes with its label",
    "BulkClassify.priority": "figures",
    "ChangeKind": "comes with its text (`request_change`, below)",
    "ClassifyRequest.priority": "figures",
    "ClassifyRequest.sentiment": "figures; moods have names of their own",
    "CopyState": "each state has a look of its own (MediaItem, MediaMissing)",
    "CorrectionCommand.sentiment": "figures",
    "CreateRoutingRule.priority": "figures",
    "EditRoutingRule.priority": "figures",
    "Direction": "left or right",
    "DoorView.view": "the list that a number opens, which has a name of its own",
    "HolidayYearView.source": "an import has a mark and a way back",
    "Empty": "comes with its text",
    "EventTrigger.event": "offered with its label (`automation.event`)",
    "ExportQuestion.format": "named in themselves",
    "FieldType": "chooses the editor's part; fields come with their labels",
    "InboundItemQuery.outcome": "the tabs of the stream have names",
    "LabelSource": "chooses the icon of a lesson",
    "Lane": "`internal` is `note` on screens (below)",
    "MediaFile.kind": "what is sent, not what is shown",
    "PublicationKind": "no page of publications yet",
    "SearchHit.kind": "hits stand in groups that have names",
    "MailStanding": "chooses what the card shows: a form, a code, an alarm",
    "ServiceRequestQuery.sort": "sent with an export, never said of it",
    "ServiceRequestQuery.view": "the views have names",
    "SetLocale.locale": "languages are named in themselves",
    "Sharing": "chosen from buttons that have names",
    "Standing": "`automation.standing`; a rule that is fine says nothing",
    "TimeTrigger.field": "offered with its label (`automation.time`)",
    "Takes": "chooses the editor's part; operators come with their labels",
    "Unit": "chooses how a number is written",
    "SettleOutcome.outcome": "a person's answer, its buttons have names",
    "SettlePublication.outcome": "no page of publications yet",
    "Turn": "a colour and a mark in the grid, columns of the list",
    "VerdictOutcome": "tabs with names of their own",
}


def read(path: str) -> Any:
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


@cache
def said_by_browser(locale: str) -> frozenset[str]:
    found: set[str] = set()
    sources = ROOT / "frontend/src"
    for path in (*sources.rglob(f"locales/{locale}.json"), *sources.rglob(f"locales/page/{locale}.json")):
        found.update(keys(json.loads(path.read_text(encoding="utf-8"))))
    return frozenset(found)


def keys(tree: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def enums() -> dict[str, list[Any]]:
    """The API's enums: by their name, or by `Schema.field`."""
    found: dict[str, list[Any]] = {}
    for name, schema in read("docs/api/openapi.json")["components"]["schemas"].items():
        if "enum" in schema:
            found[name] = schema["enum"]
        for field, part in schema.get("properties", {}).items():
            for shape in (part, part.get("items", {}), *part.get("anyOf", ())):
                if "enum" in shape:
                    found[f"{name}.{field}"] = shape["enum"]
    return found


def missing_in_browser(namespace: str, values: Iterable[Any]) -> list[str]:
    wanted = [f"{namespace}.{value}" for value in values]
    return [f"{locale}: {key}" for locale in LOCALES for key in wanted if key not in said_by_browser(locale)]


def missing_in_server(namespace: str, values: Iterable[str]) -> list[str]:
    wanted = [f"{namespace}.{value}" for value in values]
    return [f"{locale}: {key}" for locale in LOCALES for key in wanted if key not in catalogue(locale)]


def test_every_enum_of_the_api_has_words_or_is_never_said() -> None:
    found = enums()
    assert set(found) == set(WORDS_OF) | set(UNSAID)
    lacking = [
        line
        for name, words in WORDS_OF.items()
        for line in missing_in_browser(words, [value for value in found[name] if value not in NEVER_SHOWN])
    ]
    assert lacking == []


def raised(tree: ast.AST) -> Iterator[ast.expr]:
    """The first argument of every error of ours that is made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in KINDS and name != "PlatformError":
                yield node.args[0]


def codes() -> set[str]:
    """Every code of a problem: those of the kinds, of refusals by the platform, and those that are raised."""
    found = {kind.default_code for kind in KINDS.values()} | {"http_error", *HTTP_CODES.values()}
    found |= {f"platform_{kind.value}" for kind in errors.PlatformErrorKind}
    for path in (ROOT / "app").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for argument in raised(tree):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.add(argument.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found.update(_default_code(node))
    return found


def _default_code(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "default_code":
            yield ast.literal_eval(part.value)


def test_every_problem_has_a_title() -> None:
    found = codes()
    assert len(found) > 90
    assert {"platform_config", "stale_version", "not_json"} <= found
    assert missing_in_server("errors", sorted(found)) == []


def limits() -> dict[str, set[str]]:
    """What the page of platforms names, from what the adapters declare."""
    found: dict[str, set[str]] = {
        part: set() for part in ("text", "unit", "media", "trigger", "after", "quota", "idempotency")
    }
    for name in registry.all_adapters():
        declared = registry.get(name).platform_capabilities()
        found["text"].update(declared.text_limits)
        found["unit"].update(limit.unit for limit in declared.text_limits.values())
        found["media"].update([*declared.media_out, *declared.media_in])
        found["trigger"].update(rule.trigger.value for rule in declared.window_rules)
        found["after"].update(declared.after_window)
        found["quota"].update(quota.name for quota in declared.quotas)
        found["idempotency"].add(declared.idempotency.value)
    return found


def test_what_platforms_declare_has_words() -> None:
    found = limits()
    assert all(found.values())
    lacking = [
        line for part, names in found.items() for line in missing_in_browser(f"capability.{part}", names)
    ]
    assert lacking == []
    assert missing_in_browser("capability.feature", [feature.value for feature in Feature]) == []
    assert missing_in_browser("platform", registry.all_adapters()) == []


SAME_EVERYWHERE = {"json", "xml", "mastodon", "gotosocial"}
"""Names of formats and of software."""


def test_every_choice_of_an_accounts_form_has_words() -> None:
    schemas = [registry.get(name).schema for name in registry.all_adapters()]
    choices = {
        choice
        for schema in schemas
        for field in (*schema.credential_fields(), *schema.setting_fields())
        for choice in field.choices
    }
    assert len(choices) > len(SAME_EVERYWHERE)
    assert missing_in_browser("accounts.choice", sorted(choices - SAME_EVERYWHERE)) == []


ABOUT_THE_ACCOUNT = {
    "AUTH_EXPIRED", "CONFIG", "ADDRESS_REFUSED", "CAPABILITY_MISSING", "HUMAN_CHECK", "ACCOUNT_BLOCKED"
}  # fmt: skip
"""Kinds of refusal whose advice stands on the account's card; others are told with the answer they met."""


def advices() -> set[str]:
    """Every advice about an account: a keyword, or the second part of a `Fault` of these kinds."""
    found: set[str] = set()
    for path in (ROOT / "app/adapters").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                is_fault = getattr(node.func, "id", "") == "Fault" and len(node.args) > 1
                if is_fault and getattr(node.args[0], "attr", "") in ABOUT_THE_ACCOUNT:
                    found.update(_text(node.args[1]))
                for keyword in node.keywords:
                    if keyword.arg == "advice":
                        found.update(_text(keyword.value))
    return found


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def test_what_an_account_says_of_itself_has_words() -> None:
    assert missing_in_browser("health", [state.value for state in HealthState]) == []
    assert missing_in_browser("accounts.todo", [status.value for status in AccountStatus]) == []
    troubled = [status.value for status in AccountStatus if status is not AccountStatus.ACTIVE]
    assert missing_in_browser("accountStatusShort", troubled) == []
    found = advices()
    assert len(found) > 10
    assert missing_in_browser("advice", sorted(found)) == []


def test_why_an_answer_did_not_leave_has_words() -> None:
    own = {"absent", "not_sent", "author_left", "account_paused", "account_removed"}
    kinds = {kind.value for kind in errors.PlatformErrorKind}
    assert missing_in_browser("sendError", sorted(own | kinds)) == []


def test_why_somebody_could_not_have_a_request_has_words() -> None:
    absent = [f"presence_{presence.value}" for presence in Presence if presence is not Presence.ONLINE]
    told = ["other_team", "at_capacity", "takes_none", "gave_it_back", *absent]
    assert missing_in_browser("excluded", told) == []


def test_what_the_server_words_itself_has_words() -> None:
    assert missing_in_server("request_change", [kind.value for kind in ChangeKind]) == []
    troubled = [f"account_{status.value}" for status in AccountStatus if status is not AccountStatus.ACTIVE]
    assert missing_in_server("lane.refused", troubled) == []


def test_what_a_request_shows_has_words() -> None:
    assert missing_in_browser("type", INTENTS) == []
    assert missing_in_browser("status", [status.value for status in RequestStatus]) == []
    lanes = ["note" if lane is Lane.INTERNAL else lane.value for lane in Lane]
    assert missing_in_browser("lane", lanes) == []


def test_why_a_picture_is_not_here_has_words() -> None:
    told = {"account_removed", "no_address", "expired", "bad_address", "address_not_allowed", "too_large"}
    told |= {"too_slow", "too_many_redirects", "wrong_content_type", "http_error", "unreachable"}
    told |= {kind.value for kind in errors.PlatformErrorKind}
    assert missing_in_browser("media.why", sorted(told)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_code_without_words_is_told_as_a_sentence(locale: str) -> None:
    """Whatever a new adapter or an older browser brings."""
    for status in (400, 409, 422, 500, 502, 503):
        title = title_of("never_heard_of", status, locale)
        assert "never_heard_of" not in title
        assert "errors." not in title
        assert title in catalogue(locale).values()
