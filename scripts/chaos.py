"""`make chaos`: traffic, kills and a misbehaving platform; prove that nothing is lost, doubled or sent twice.

Starts an installation of its own in a temporary folder. The sandbox replays a corpus (CORPUS=…, else texts
made here), customers write, raw pushes come in, an operator answers. Meanwhile processes are killed with -9
in random order at random moments, single and all at once, the queue is emptied and the platform has faults.
At the end the sandbox's own record and an outside ledger of ids are compared with the database row by row.
Exit status 0 only when they agree. The seed makes the order of harm repeatable.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from campaign.harm import Harm  # noqa: E402 - the checkout has to be importable first
from campaign.installation import Installation  # noqa: E402
from campaign.judge import report, settle, take_replies, take_tally  # noqa: E402
from campaign.ledger import Ledger  # noqa: E402
from campaign.postgres import KillablePostgres, killable_postgres  # noqa: E402
from campaign.traffic import Traffic  # noqa: E402

from tests.support.stack import answers, wait_for  # noqa: E402

SUBJECTS = ("家里宽带", "手机信号", "上月话费", "流量套餐", "营业厅排队", "新办的卡", "国际漫游", "机顶盒")
TROUBLES = ("又断了", "突然变慢", "多扣了钱", "怎么查询", "想换一个", "没人管", "终于修好了", "推荐给朋友")
# Traffic goes on this long after the last harm: what was harmed has to work again, not only to rest.
AFTERWARDS_SECONDS = 8.0
PLACES = ("城东", "老街口", "大学城", "火车站", "江边", "新区")


def main() -> int:
    arguments = _arguments()
    with _folder(arguments.folder) as folder, _database(arguments) as postgres:
        corpus = arguments.corpus or _made_corpus(folder / "posts.jsonl", arguments.rows)
        address = postgres.address if postgres else ""
        installation = Installation(folder / "data", _environ(corpus, arguments.rate, address))
        try:
            say(f"ready after {installation.start():.1f} s, seed {arguments.seed}")
            return _campaign(installation, arguments, postgres)
        finally:
            installation.stop()


def say(text: str) -> None:
    print(text, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given = os.environ.get("CORPUS")
    corpus = given and Path(given).resolve()
    parser.add_argument("--corpus", type=lambda path: Path(path).resolve(), default=corpus)
    parser.add_argument("--rows", type=int, default=6000, help="how many posts are made without a corpus")
    parser.add_argument("--rate", type=float, default=6.0, help="posts of the corpus a second")
    parser.add_argument("--traffic", type=float, default=2.0, help="acts a second of each other client")
    parser.add_argument("--kills", type=int, default=200, help="acts of harm")
    parser.add_argument(
        "--seconds", type=float, default=3600.0, help="harm ends after this long at the latest"
    )
    parser.add_argument("--settle", type=float, default=420.0, help="seconds to come to rest in at the end")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--folder", type=Path, help="a new folder whose data and logs are kept")
    parser.add_argument(
        "--database",
        choices=("postgresql", "sqlite"),
        default="postgresql",
        help="an own PostgreSQL that is killed as well (the default), or SQLite",
    )
    return parser.parse_args()


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        wanted.mkdir(parents=True)
        yield wanted.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="lk-chaos-") as name:
        yield Path(name)


@contextmanager
def _database(arguments: argparse.Namespace) -> Iterator[KillablePostgres | None]:
    if arguments.database == "sqlite":
        yield None
        return
    with killable_postgres() as postgres:
        yield postgres


def _environ(corpus: Path, rate: float, address: str) -> dict[str, str]:
    environ = {"CORPUS": str(corpus), "SANDBOX_OPTIONS": f"--corpus-rate {rate}", "UNDO_SECONDS": "1"}
    # Short leases and sweeps: what a dead process held is taken over while the campaign still runs.
    environ |= {"LEASE_SECONDS": "10", "SWEEP_SECONDS": "3"}
    return environ | ({"DATABASE_URL": address} if address else {})


def _made_corpus(path: Path, rows: int) -> Path:
    """Different texts with some repeats, because equal texts of different posts must both be kept."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            subject, trouble = SUBJECTS[number % 8], TROUBLES[number // 8 % 8]
            place = PLACES[number // 64 % 6]
            row = {"text": f"{place}的{subject}{trouble}，{number // 7 % 97}天了 @云岭通信客服"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def _campaign(
    installation: Installation, arguments: argparse.Namespace, postgres: KillablePostgres | None
) -> int:
    ledger = Ledger()
    traffic = Traffic(installation, ledger, rate=arguments.traffic, seed=arguments.seed)
    harm = Harm(installation, random.Random(arguments.seed), say, postgres)
    began = time.monotonic()
    traffic.start()
    harm.campaign(arguments.kills, began + arguments.seconds)
    say(f"{harm.done.total()} acts of harm in {time.monotonic() - began:.0f} s; the platform is well again")
    installation.control("DELETE", "/faults")
    wait_for(lambda: answers(f"{installation.stack.address}/readyz"), 60)
    time.sleep(AFTERWARDS_SECONDS)
    traffic.stop()
    say(f"at rest after {settle(installation, ledger, arguments.settle, say):.0f} s")
    return _judge(installation, ledger, harm)


def _judge(installation: Installation, ledger: Ledger, harm: Harm) -> int:
    replay = installation.control("GET", "/corpus")
    tally, replies = take_tally(installation, ledger), take_replies(installation, ledger)
    doubled = installation.rows("SELECT count(*) - count(DISTINCT number) FROM service_requests")[0][0]
    say("\n".join(f"{count:>4} x {victim}" for victim, count in harm.done.most_common()))
    say("\n".join(f"{count:>4} x courier died {step}" for step, count in harm.steps.most_common()))
    say("\n".join(report(tally, replies, replay)))
    say(f"request numbers given twice {doubled}; clients met {dict(ledger.incidents) or 'no trouble'}")
    complete = replay["emitted"] == replay["rows"] == len(tally.expected["corpus rows"])
    there_was_traffic = all(tally.expected.values()) and replies.accepted > 0
    good = complete and there_was_traffic and tally.good and replies.good and not doubled
    say("nothing lost, nothing doubled, nothing sent twice" if good else "NOT GOOD")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
