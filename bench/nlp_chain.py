"""Language chain: posts per second on one core, stage by stage, beside stock SnowNLP in the same run.

    python -m bench.nlp_chain [--corpus posts.jsonl] [--posts 20000]

Posts are 79 characters on average: cut from `--corpus` (JSON lines with `text`) or, without one, put
together from sentences written for this file. The process is pinned to one processor. Rates are per second
of processor time, so that a busy machine does not change them; the wall-clock rate stands beside the total.
Each variant runs in a process of its own, whose memory is what a worker would take.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LENGTH = 79
BATCH = 512
RESULTS = Path(__file__).parent / "results"
TARGETS = {"rjieba": 30_000, "jieba": 10_000}
MEMORY_TARGET_MB = 250

_SUBJECTS = [
    "宽带",
    "手机",
    "冰箱",
    "外卖",
    "快递",
    "会员",
    "话费",
    "洗衣机",
    "流量",
    "酒店",
    "空调",
    "路由器",
    "订单",
    "套餐",
    "座椅",
    "耳机",
    "牛奶",
    "面膜",
    "充电器",
    "机票",
]
_EVENTS = [
    "用了不到一个月就坏了",
    "客服说要等七个工作日",
    "比上次便宜了不少",
    "送来的时候包装都破了",
    "安装师傅特别有耐心",
    "一直显示正在处理中",
    "突然就不能用了",
    "朋友都说值得买",
    "排了两个小时的队",
    "怎么也联系不上卖家",
    "颜色跟图片完全不一样",
    "下雨天也准时送到",
    "自动扣了两次钱",
    "信号时好时坏",
    "孩子特别喜欢",
    "看着挺普通其实很好用",
    "打电话总是占线",
    "退货流程太麻烦",
]
_ENDS = [
    "请尽快给个说法！",
    "有人知道怎么办吗？",
    "希望越来越好。",
    "真是服了[怒]",
    "先记录一下[哈哈]",
    "大家怎么看？",
    "就这样吧。",
    "求解决！",
]


def made_posts(count: int, seed: int = 3) -> list[str]:
    """Posts from the sentences above, cut to around 79 characters."""
    rng = random.Random(seed)
    posts = []
    for _ in range(count):
        post = f"@用户{rng.randrange(999)} " if rng.random() < 0.1 else ""
        while len(post) < LENGTH - 8:
            post += f"{rng.choice(_SUBJECTS)}{rng.choice(_EVENTS)}，"
        posts.append((post + rng.choice(_ENDS))[: LENGTH + rng.randrange(-20, 21)])
    return posts


def corpus_posts(path: Path, count: int) -> list[str]:
    """Posts of a corpus joined or cut to 79 characters on average."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        stream = "。".join(json.loads(line)["text"] for line, _ in zip(lines, range(count * 4), strict=False))
    rng, posts, at = random.Random(3), [], 0
    while len(posts) < count and at < len(stream):
        size = LENGTH + rng.randrange(-40, 41)
        posts.append(stream[at : at + size])
        at += size
    return posts


def timed(work: Callable[[], Any], posts: int) -> tuple[float, float]:
    """Posts per processor second and per wall second; the better of three runs."""
    best_cpu = best_wall = float("inf")
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best_cpu = min(best_cpu, time.process_time() - cpu)
        best_wall = min(best_wall, time.perf_counter() - wall)
    return posts / best_cpu, posts / best_wall


def memory_mb() -> float:
    """The most this process ever held, MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def measure_chain(posts: list[str], backend: str) -> dict[str, float]:
    """Every stage alone and all together, with one segmenter."""
    from app.nlp.serving.classifier import Classifier  # noqa: PLC0415
    from app.nlp.text.fingerprint import fingerprints  # noqa: PLC0415
    from app.nlp.text.keywords import KeywordMatcher, MonitorTerms  # noqa: PLC0415
    from app.nlp.text.normalise import is_contentless, normalise_many  # noqa: PLC0415

    before = memory_mb()
    classifier = Classifier.load(backend=backend)  # type: ignore[arg-type]
    watched = [f"{subject}{number}型" for subject in _SUBJECTS for number in range(250)]
    brands = [*_SUBJECTS, *(f"品牌{number}" for number in range(80))]
    rules = [" OR ".join([*watched[at : at + 50], brands[at // 50]]) for at in range(0, 5000, 50)]
    matcher = KeywordMatcher([MonitorTerms(f"m{at}", f"({rule}) NOT 招聘") for at, rule in enumerate(rules)])
    batches = [posts[at : at + BATCH] for at in range(0, len(posts), BATCH)]

    def chain(batch: list[str]) -> None:
        kept = [post for post in batch if is_contentless(post) is None]
        fingerprints(kept)
        matcher.match_many(kept)
        classifier.classify(kept)

    stages: dict[str, Callable[[list[str]], Any]] = {
        "contentless": lambda batch: [is_contentless(post) for post in batch],
        "normalise": normalise_many,
        "fingerprints": fingerprints,
        "keywords (5,100 terms, 100 monitors)": matcher.match_many,
        "classify": classifier.classify,
    }
    chain(batches[0])
    rates = {
        name: timed(lambda s=stage: [s(batch) for batch in batches], len(posts))[0]
        for name, stage in stages.items()
    }
    whole_cpu, whole_wall = timed(lambda: [chain(batch) for batch in batches], len(posts))
    some = posts[: len(posts) // 10]
    explained = timed(lambda: classifier.classify(some, reasons=True), len(some))[0]
    return rates | {
        "classify with reasons": explained,
        "whole chain": whole_cpu,
        "whole chain, wall clock": whole_wall,
        "memory MB": memory_mb(),
        "memory MB, language part": memory_mb() - before,
    }


def measure_snownlp(posts: list[str]) -> dict[str, float]:
    """SnowNLP as installed, one post at a time: all it does for a post is a sentiment."""
    from snownlp import SnowNLP  # noqa: PLC0415

    rate, wall = timed(lambda: [SnowNLP(post).sentiments for post in posts], len(posts))
    return {"sentiments": rate, "sentiments, wall clock": wall, "memory MB": memory_mb()}


def in_child(variant: str, arguments: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.nlp_chain", "--variant", variant, "--posts", str(arguments.posts)]
    if arguments.corpus:
        command += ["--corpus", str(arguments.corpus)]
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    output = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | single
    ).stdout
    measured: dict[str, float] = json.loads(output.splitlines()[-1])
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("NLP_CORPUS"))
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--variant", choices=["rjieba", "jieba", "snownlp"])
    arguments = parser.parse_args()
    if arguments.variant:
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
        posts = (
            corpus_posts(Path(arguments.corpus), arguments.posts)
            if arguments.corpus
            else made_posts(arguments.posts)
        )
        snow = arguments.variant == "snownlp"
        print(json.dumps(measure_snownlp(posts[:150]) if snow else measure_chain(posts, arguments.variant)))
        return
    results = {variant: in_child(variant, arguments) for variant in ("rjieba", "jieba", "snownlp")}
    show(results)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "nlp_chain.json").write_text(json.dumps(results, indent=1))


def show(results: dict[str, dict[str, float]]) -> None:
    """The table: rates in posts per second of one core, targets and the ratio to SnowNLP."""
    names = list(results["rjieba"])
    print(f"{'posts of 79 characters, per second of one core':48s}{'rjieba':>10s}{'pure jieba':>12s}")
    for name in names:
        print(f"{name:48s}{results['rjieba'][name]:10,.0f}{results['jieba'][name]:12,.0f}")
    stock = results["snownlp"]
    print(
        f"{'stock SnowNLP, sentiment only':48s}{stock['sentiments']:10,.0f}   ({stock['memory MB']:.0f} MB)"
    )
    for variant, target in TARGETS.items():
        rate, memory = results[variant]["whole chain"], results[variant]["memory MB"]
        print(
            f"{variant}: {rate / stock['sentiments']:.0f} x stock SnowNLP; target {target:,}/s "
            f"{'reached' if rate >= target else 'MISSED'}; memory target {MEMORY_TARGET_MB} MB "
            f"{'reached' if memory <= MEMORY_TARGET_MB else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
