"""The demo's listening rules: service themes of a carrier, a competitor, and the agency's campus card."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.context import Context
from app.listener.matching.compiled import rules_changed
from app.listener.matching.rules import MonitorRule, check_rule
from app.models import Agency, Monitor, Team


@dataclass(frozen=True)
class Theme:
    name: str
    agency: str
    rule: MonitorRule
    team: str | None = None
    priority: int = 3
    is_competitor: bool = False


YUNLING = "云岭通信"
BLUEBRIDGE = "蓝桥代运营"
THEMES = (
    Theme(
        "断网与宽带故障",
        YUNLING,
        MonitorRule(
            any=["断网", "断了", "没网", "网速", "宽带", "光猫", "红灯", "掉线"],
            none=["招聘", "断网线上演唱会"],
            synonyms={"断网": ["断往"], "宽带": ["宽代"]},
            variants=True,
        ),
        team="宽带组",
        priority=1,
    ),
    Theme(
        "资费与扣费争议",
        YUNLING,
        MonitorRule(any=["话费", "扣费", "多扣", "乱扣", "套餐", "资费", "账单", "退费"]),
        team="客服组",
        priority=2,
    ),
    Theme(
        "热线与营业厅", YUNLING, MonitorRule(any=["客服", "热线", "营业厅", "打不通", "排队"]), team="客服组"
    ),
    Theme("表扬与感谢", YUNLING, MonitorRule(any=["点赞", "谢谢", "感谢", "辛苦", "真快"]), priority=4),
    Theme("竞品：携号转网", YUNLING, MonitorRule(any=["携号转网", "转网"]), is_competitor=True),
    Theme(
        "校园卡开学季", BLUEBRIDGE, MonitorRule(any=["校园卡", "宿舍", "学生套餐"]), team="校园组", priority=2
    ),
)


def seed_monitors(ctx: Context, agencies: dict[str, Agency], teams: dict[str, Team]) -> None:
    """Make the demo's monitors; for an installation that has none."""
    for theme in THEMES:
        check_rule(theme.rule)
        ctx.session.add(
            Monitor(
                created_at=ctx.now(),
                updated_at=ctx.now(),
                agency_id=agencies[theme.agency].id,
                name=theme.name,
                rule=theme.rule.model_dump(mode="json"),
                priority=theme.priority,
                is_competitor=theme.is_competitor,
                team_id=teams[theme.team].id if theme.team else None,
            )
        )
    ctx.session.flush()
    rules_changed(ctx.session, ctx.now())
