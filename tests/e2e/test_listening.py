"""A rule run over stored posts, and the stream's answers to "why", "not so" and "who else said that"."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import Console, CustomerPage
from tests.e2e.platform import Platform
from tests.support.stack import wait_for


def heard(console: Console, words: str, times: int = 1) -> Locator:
    """The stream's rows with the words, once so many of them have a verdict."""

    def judged() -> bool:
        _, page = console.api("GET", f"/inbound-items?q={quote(words)}")
        return len([item for item in page["items"] if item["verdict"]]) >= times

    assert wait_for(judged), words
    console.open(f"/listener?q={words}")
    rows = console.page.get_by_test_id("inbound-row").filter(has_text=words)
    expect(rows).to_have_count(times)
    return rows


def test_a_rule_is_run_over_what_was_stored_before_it_and_its_hits_are_doors(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    platform.writes("message", "weibo-care", name, f"我是{name}，账单多扣了二十块")
    console = log_in("jiangnan")
    page = console.page
    heard(console, name)

    console.open("/listener/monitors?id=new")
    page.get_by_test_id("monitor-name").fill(f"{name}的规则")
    page.get_by_test_id("tokens-any").get_by_role("textbox").fill(name)
    page.get_by_test_id("tokens-any").get_by_role("textbox").press("Enter")
    expect(page.get_by_test_id("preview")).to_contain_text("账单多扣了二十块")
    page.get_by_text("更多条件").click()
    page.get_by_role("button", name="周一", exact=True).click()
    page.get_by_role("button", name="周一", exact=True).click()
    page.get_by_test_id("save-monitor").click()

    page.get_by_test_id("monitor-backfill").click()
    page.get_by_test_id("start-backfill").click()
    expect(page.locator("[data-testid=backfill][data-state=done]")).to_contain_text("命中 1")
    page.get_by_test_id("monitor-figures").click()
    figures = page.get_by_test_id("figures")
    expect(figures).to_contain_text("转请求，占 100%")
    figures.get_by_role("link", name="查看命中的内容").click()
    expect(page.get_by_test_id("inbound-row")).to_have_count(1)
    expect(page.get_by_test_id("inbound-row")).to_contain_text(name)

    page.get_by_test_id("why").click()
    expect(page.get_by_test_id("explanation")).to_contain_text(f"{name}的规则")


def test_a_colleague_sees_a_rule_change_without_a_reload(log_in: LogIn, name: str) -> None:
    editor, watcher = log_in("jiangnan"), log_in("hexiaotang")
    rule = {"name": f"{name}的规则", "rule": {"any": [name]}}
    status, monitor = editor.api("POST", "/monitors", rule)
    assert status == 201
    watcher.open("/listener/monitors")
    row = watcher.page.locator(f"[data-testid=monitor][data-id='{monitor['id']}']")
    expect(row).to_be_visible()

    editor.open(f"/listener/monitors?id={monitor['id']}")
    editor.page.get_by_test_id("monitor-state").click()

    expect(row).to_contain_text("已暂停")
    assert editor.api("DELETE", f"/monitors/{monitor['id']}")[0] == 204
    expect(row).to_have_count(0)


def test_a_judgement_is_explained_corrected_and_then_an_example_for_others(
    log_in: LogIn, platform: Platform, name: str
) -> None:
    said = f"{name}路口的信号塔真好看"
    platform.writes("post", "weibo-care", f"{name}甲", said)
    console = log_in("jiangnan")
    page = console.page
    row = heard(console, said).first
    row.get_by_test_id("why").click()
    expect(page.get_by_test_id("explanation")).to_contain_text("判定步骤")

    row.get_by_test_id("correct").click()
    page.locator(".pick-c:visible").get_by_role("button", name="建议", exact=True).click()

    expect(row).to_contain_text("已纠正")
    expect(row.get_by_test_id("correction")).to_contain_text("江楠：建议")

    row.get_by_test_id("author-menu").click()
    page.locator(".pop-list:visible").get_by_text("加入重要客户").click()
    expect(row.locator(".tag-vip")).to_have_text("重要客户")

    platform.writes("post", "weibo-care", f"{name}乙", f"{said}，晚上还亮灯")
    other = heard(console, f"{said}，晚上还亮灯").first
    other.get_by_test_id("why").click()
    expect(other.get_by_test_id("nearest")).to_contain_text("江楠 判为建议")


def test_posts_alike_are_one_click_from_each_other(log_in: LogIn, platform: Platform, name: str) -> None:
    said = f"{name}小区今天下午宽带集体断网，三十多户都上不去，谁来修一修"
    console = log_in("jiangnan")
    page = console.page
    platform.writes("post", "weibo-care", f"{name}甲", said)
    heard(console, said)
    platform.writes("post", "weibo-care", f"{name}乙", said)
    heard(console, said, times=2).get_by_test_id("repeats").last.click()

    cluster = page.get_by_test_id("cluster")
    expect(cluster).to_contain_text("首条，另有 1 条相近")
    expect(cluster).to_contain_text(f"{name}甲")
    expect(page.get_by_test_id("inbound-row")).to_have_count(2)
    cluster.get_by_role("button", name="返回全部").click()
    expect(cluster).to_have_count(0)


def test_a_newcomer_finds_what_he_wrote_as_a_customer(
    log_in: LogIn, customer: CustomerPage, name: str
) -> None:
    """Case G23: by the link on the customer's page, also before the platform has told of it."""
    console = log_in("hexiaotang")
    customer.be(name, "weibo-care", "post")
    customer.say(f"我是{name}，合约到期了还在扣钱")
    console.page.goto(customer.page.get_by_test_id("find").get_attribute("href") or "")
    row = console.page.get_by_test_id("inbound-row").filter(has_text=name)
    expect(row).to_have_count(1)
    row.get_by_role("link", name="打开请求").click()
    expect(console.page.get_by_test_id("message").filter(has_text=name).first).to_be_visible()
