"""What the person sees when everything is ready."""

from __future__ import annotations

from pathlib import Path

from app.ops.environment import Plan


def ready_text(plan: Plan, seconds: float, logins: str) -> str:
    """Address, sandbox, demo logins and the time it took, Chinese first."""
    lines = ["", f"  聆客 Lingke 已就绪 · ready in {seconds:.1f} s", "", f"  工作台 console   {plan.address}"]
    if plan.sandbox_address:
        lines.append(f"  模拟平台 sandbox  {plan.sandbox_address}   (扮演客户 play the customer)")
    if plan.corpus:
        lines.append(f"  语料 corpus      {plan.corpus.name}")
    lines.append(f"  数据 data        {plan.layout.data_dir}")
    if logins:
        lines += ["", "  演示账号 demo logins", *(f"    {line}" for line in logins.splitlines())]
    return "\n".join([*lines, "", "  Ctrl-C 停止全部 stops everything", ""])


def demo_logins(seed_log: Path) -> str:
    """What `flask seed demo` printed: the logins, without the application's log lines (JSON)."""
    text = seed_log.read_text(encoding="utf-8") if seed_log.is_file() else ""
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith("{"))
