"""`make chaos`: kill -9 each process during a replay, then all; prove that nothing is lost or doubled.

Starts an installation of its own in a temporary folder with the sandbox replaying a corpus (CORPUS=…, else
texts made here), kills, waits until everything that was posted has arrived and been judged, and compares the
sandbox's own journal with the database row by row. Exit status 0 only when they agree.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import create_engine, text  # noqa: E402 - the checkout has to be importable first

from app.config import load_settings  # noqa: E402
from tests.support.servers import unused_port  # noqa: E402
from tests.support.stack import RunningStack, get_json, launch, wait_for  # noqa: E402

VICTIMS = (
    "app.jobs.worker ingest",
    "gunicorn",
    "app.jobs.scheduler",
    "server --port 0",
    "app.jobs.worker default",
    "app.jobs.worker outbound",
    "-m sandbox",
    "supervisord",
)
SUBJECTS = ("家里宽带", "手机信号", "上月话费", "流量套餐", "营业厅排队", "新办的卡", "国际漫游", "机顶盒")
TROUBLES = ("又断了", "突然变慢", "多扣了钱", "怎么查询", "想换一个", "没人管", "终于修好了", "推荐给朋友")
PLACES = ("城东", "老街口", "大学城", "火车站", "江边", "新区")
SETTLE_SECONDS = 180.0


@dataclass(frozen=True)
class Tally:
    """What the sandbox posted and what the database holds of it, by the platform's id."""

    posted: set[str]
    items: Counter[str]
    verdicts: Counter[str]
    requests_doubled: int

    @property
    def lost(self) -> set[str]:
        return self.posted - set(self.items)

    @property
    def doubled(self) -> list[str]:
        return [name for name, count in self.items.items() if count > 1]

    @property
    def unjudged(self) -> list[str]:
        return [name for name in self.items if self.verdicts[name] != 1]

    @property
    def complete(self) -> bool:
        return not self.lost and not self.doubled and not self.unjudged and not self.requests_doubled


def main() -> int:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="lk-chaos-") as folder:
        corpus = arguments.corpus or _made_corpus(Path(folder) / "posts.jsonl", arguments.rows)
        data, port = Path(folder) / "data", unused_port()
        environ = {"CORPUS": str(corpus), "SANDBOX_OPTIONS": f"--corpus-rate {arguments.rate}"}
        stack = _start(data, port, environ)
        try:
            _kill_one_by_one(stack)
            print("kill -9 of everything at once")
            _kill_everything(stack)
            stack = _start(data, port, environ)
            return _judge(stack)
        finally:
            stack.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given = os.environ.get("CORPUS")
    parser.add_argument(
        "--corpus", type=lambda name: Path(name).resolve(), default=given and Path(given).resolve()
    )
    parser.add_argument("--rows", type=int, default=1500, help="how many posts are made without a corpus")
    parser.add_argument("--rate", type=float, default=25.0, help="posts a second")
    return parser.parse_args()


def _made_corpus(path: Path, rows: int) -> Path:
    """Different texts with some repeats, because equal texts of different posts must both be kept."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            subject, trouble = SUBJECTS[number % 8], TROUBLES[number // 8 % 8]
            place = PLACES[number // 64 % 6]
            row = {"text": f"{place}的{subject}{trouble}，{number // 7 % 97}天了 @云岭通信客服"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def _start(data: Path, port: int, environ: dict[str, str]) -> RunningStack:
    started = time.monotonic()
    stack = launch(data, port, **environ)
    stack.wait_until_ready()
    print(f"ready after {time.monotonic() - started:.1f} s")
    return stack


def _kill_one_by_one(stack: RunningStack) -> None:
    for victim in VICTIMS:
        time.sleep(2.0)
        found = stack.processes(victim)
        if not found:
            raise SystemExit(f"{victim}: no such process")
        before = _corpus(stack)["emitted"]
        for process in found:
            process.kill()
        came_back = wait_for(lambda victim=victim: bool(stack.processes(victim)), 30)  # type: ignore[misc]
        print(f"kill -9 {victim:<26} at post {before:>5}: {'runs again' if came_back else 'STAYED AWAY'}")
        if not came_back:
            raise SystemExit(1)
        wait_for(lambda: _corpus(stack) is not None, 30)


def _kill_everything(stack: RunningStack) -> None:
    victims = stack.processes()
    stack.process.kill()
    for process in victims:
        process.kill()
    stack.process.wait()


def _corpus(stack: RunningStack) -> dict[str, Any]:
    """The replay's progress; waits while the sandbox is being restarted."""
    for _ in range(300):
        try:
            answer: dict[str, Any] = get_json(f"{stack.sandbox_address}/_control/corpus")
        except OSError:
            time.sleep(0.1)
        else:
            return answer
    raise SystemExit(f"the sandbox does not come back; the launcher said:\n{stack.printed()}")


def _judge(stack: RunningStack) -> int:
    wait_for(lambda: _corpus(stack)["emitted"] == _corpus(stack)["rows"], 3600)
    replay = _corpus(stack)
    settled = wait_for(lambda: _tally(stack).complete, SETTLE_SECONDS)
    tally = _tally(stack)
    print(f"corpus rows {replay['rows']}, posted {replay['emitted']}, journaled {len(tally.posted)}")
    print(f"inbound items {sum(tally.items.values())}, lost {len(tally.lost)}, doubled {len(tally.doubled)}")
    print(
        f"without exactly one verdict {len(tally.unjudged)}, requests opened twice {tally.requests_doubled}"
    )
    good = settled and replay["rows"] == replay["emitted"] == len(tally.posted)
    print("every row has exactly one inbound item" if good else "NOT GOOD")
    return 0 if good else 1


def _tally(stack: RunningStack) -> Tally:
    """Read both sides; ids in our rows carry a prefix for their kind (`status:…`)."""
    journal = next(stack.data_dir.glob("sandbox/*.db"), None) or next(
        stack.data_dir.glob("sandbox/*.sqlite*")
    )
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT id FROM weibo_status WHERE origin LIKE 'corpus:%'")
        posted = {str(row[0]) for row in rows}
    engine = create_engine(load_settings(lingke_env="demo", data_dir=stack.data_dir).database_url)
    with engine.connect() as connection_ours:
        items = connection_ours.execute(
            text(
                "SELECT i.external_id, count(DISTINCT i.id), count(v.id) FROM inbound_items i "
                "LEFT JOIN verdicts v ON v.inbound_item_id = i.id GROUP BY i.external_id"
            )
        ).all()
        doubled = connection_ours.execute(
            text("SELECT count(*) - count(DISTINCT number) FROM service_requests")
        ).scalar_one()
    engine.dispose()
    ours = [(str(name).rsplit(":", 1)[-1], count, judged) for name, count, judged in items]
    counted = Counter({name: count for name, count, _ in ours if name in posted})
    verdicts = Counter({name: judged for name, _, judged in ours if name in posted})
    return Tally(posted, counted, verdicts, int(doubled))


if __name__ == "__main__":
    sys.exit(main())
