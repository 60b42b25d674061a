"""An export as a person sees it: begun from the list, followed in the tray through a reload, downloaded."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select

from app.config import load_settings
from app.core.bulk import insert_rows
from app.core.permissions import system_actor
from app.core.runtime import build_runtime
from app.core.unit_of_work import open_context
from app.models import Account, InboundItem
from tests.e2e.conftest import LogIn
from tests.support.stack import RunningStack

MANY = 100_000
WORDS = "导出演示"


@pytest.fixture
def many_items(stack: RunningStack) -> Iterator[int]:
    """So many items that an export takes a while."""
    runtime = build_runtime(load_settings(data_dir=stack.data_dir, lingke_env="demo"))
    actor = system_actor("test")
    now = datetime.now(UTC)
    with open_context(runtime, actor) as ctx:
        account_id = ctx.session.scalars(select(Account.id).order_by(Account.id)).first()
    for begin in range(0, MANY, 5000):
        rows = [
            {
                "created_at": now,
                "account_id": account_id,
                "external_id": f"export:{number}",
                "kind": "mention",
                "lane": "public",
                "author_name": f"=作者{number}",
                "text": f"{WORDS}{number}",
                "published_at": now - timedelta(days=30, seconds=number),
            }
            for number in range(begin, begin + 5000)
        ]
        with open_context(runtime, actor) as ctx:
            insert_rows(ctx.session, InboundItem, rows)
    yield MANY
    with open_context(runtime, actor) as ctx:
        ctx.session.execute(delete(InboundItem).where(InboundItem.external_id.startswith("export:")))
    runtime.engine.dispose()


def test_an_export_is_followed_through_a_reload_and_downloaded(log_in: LogIn, many_items: int) -> None:
    lead = log_in("jiangnan")
    lead.open("/listener")
    page = lead.page
    page.get_by_test_id("export").click()
    expect(page.get_by_test_id("column-text")).to_be_checked()
    page.get_by_text("CSV", exact=True).click()
    page.get_by_test_id("dialog-submit").click()
    row = page.get_by_test_id("long-work-row").first
    bar = row.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]\d?$"))
    first = int(bar.get_attribute("aria-valuenow") or 0)
    expect(row).to_contain_text("剩")
    page.reload()
    page.get_by_test_id("long-work").click()
    expect(row.get_by_test_id("long-work-result").or_(bar)).to_be_visible()
    if row.get_attribute("data-state") == "running":
        expect(bar).not_to_have_attribute("aria-valuenow", str(first))
    with page.expect_download() as waited:
        row.get_by_test_id("long-work-result").click()
    with waited.value.path().open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = list(csv.reader(file))
    text, author = heads.index("内容"), heads.index("作者名称")
    ours = [line for line in rows if WORDS in line[text]]
    assert len(ours) == len({line[text] for line in ours}) == many_items
    assert all(line[author].startswith("'=") for line in ours)
    rows_shown = page.get_by_test_id("long-work-row")
    others = rows_shown.count() - 1
    row.get_by_test_id("long-work-remove").click()
    expect(rows_shown).to_have_count(others)
    assert lead.refused_by_policy() == []


def test_an_export_is_called_off(log_in: LogIn, many_items: int) -> None:
    lead = log_in("jiangnan")
    lead.open("/listener")
    page = lead.page
    page.get_by_test_id("export").click()
    expect(page.get_by_test_id("column-text")).to_be_checked()
    page.get_by_test_id("dialog-submit").click()
    row = page.get_by_test_id("long-work-row").first
    row.get_by_test_id("long-work-cancel").click()
    expect(row).to_have_attribute("data-state", "cancelled")
    expect(row.get_by_test_id("long-work-result")).to_have_count(0)
