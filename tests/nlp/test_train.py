"""Training from a folder of files."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import Invalid, Unavailable
from app.nlp.serving.classifier import Classifier
from app.nlp.serving.model import Model
from app.nlp.text.segment import default_segmenter
from app.nlp.training.corpus import Labelled, load_labelled
from app.nlp.training.decide import adapt
from app.nlp.training.evaluate import evaluate
from app.nlp.training.train import Plan, train


@pytest.fixture(scope="module")
def model(small_world: Path, small_plan: Plan) -> Model:
    return train(small_world, small_plan)


def test_it_tells_apart_what_the_files_teach(model: Model) -> None:
    classifier = Classifier(model, default_segmenter())
    verdicts = classifier.classify(["冰箱坏了没人修", "话费怎么办理", "流量非常好用", "晚上吃火锅"])
    assert [verdict.intent for verdict in verdicts] == ["complaint", "consult", "praise", "other"]
    assert [verdict.is_request for verdict in verdicts] == [True, True, False, False]
    assert verdicts[0].sentiment_score < 0.5 < verdicts[2].sentiment_score


def test_the_same_files_and_seed_give_the_same_bytes(
    small_world: Path, small_plan: Plan, model: Model
) -> None:
    assert train(small_world, small_plan).to_bytes() == model.to_bytes()


def test_the_bytes_do_not_depend_on_the_process(small_world: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.nlp.serving.network import Recipe; "
        "from app.nlp.training.train import Plan, train;"
        "plan = Plan(grams=900, topics=4, network=Recipe(hidden=8, members=1, epochs=2));"
        "train(Path(sys.argv[1]), plan).save(Path(sys.argv[2]))"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", script, str(small_world), str(tmp_path / seed)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed})
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_another_seed_gives_another_version(small_world: Path, small_plan: Plan, model: Model) -> None:
    other = train(small_world, replace(small_plan, seed=21))
    assert other.manifest["version"] != model.manifest["version"]


def test_a_saved_model_decides_like_the_trained_one(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    texts = ["洗衣机又断了", "酒店房间服务周到", "", "孩子睡着了", "会员如何取消？"]
    loaded = Classifier.load(tmp_path / "m.npz").classify(texts)
    trained = Classifier(model, default_segmenter()).classify(texts)
    assert [v.intent for v in loaded] == [v.intent for v in trained]
    assert [v.service_score for v in loaded] == pytest.approx([v.service_score for v in trained], abs=0.01)


def test_no_text_of_the_files_is_in_the_weights(model: Model, small_world: Path) -> None:
    content = model.to_bytes()
    texts = [row.text for row in load_labelled(small_world / "intent.traindev.jsonl.gz")]
    assert not any(text.encode() in content for text in texts)


def test_the_report_has_every_figure(model: Model, small_world: Path) -> None:
    report = evaluate(Classifier(model, default_segmenter()), small_world)
    assert report.value("service AP") > 0.9
    assert report.value("mean of the sets") > 0.9
    assert report.value("service ECE") < 0.3
    assert sum(map(sum, report.matrix)) == 72


def test_own_labels_join_the_files(small_world: Path, small_plan: Plan) -> None:
    own = [Labelled(f"路由器冒烟了{n}", "complaint", -1, 2) for n in range(30)]
    classifier = Classifier(train(small_world, small_plan, own), default_segmenter())
    assert classifier.classify(["路由器冒烟了"])[0].intent == "complaint"


def test_a_model_learns_from_corrections_without_the_files(model: Model) -> None:
    segmenter = default_segmenter()
    text = "电影真长"
    assert Classifier(model, segmenter).classify([text])[0].intent == "other"
    corrections = [
        Labelled(f"{text}{tail}", "complaint", -1, 1) for tail in ("", "。", "！", "，唉", "7") * 6
    ]
    taught = adapt(model, corrections, segmenter)
    assert Classifier(taught, segmenter).classify([text])[0].intent == "complaint"
    assert Classifier(taught, segmenter).classify(["流量非常好用"])[0].intent == "praise"
    assert taught.manifest["parent"] == model.manifest["version"] != taught.manifest["version"]


def test_nothing_to_learn_is_an_error(model: Model, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="too_few_labels"):
        train(tmp_path)
    with pytest.raises(Invalid, match="nothing_to_learn_from"):
        adapt(model, [], default_segmenter())


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"text": 1}',
        '{"text": "x", "intent": "rage"}',
        '{"text": "x", "intent": "other", "urgency": 9}',
    ],
)
def test_a_bad_label_file_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"text": "好", "intent": "other"}\n' + line + "\n", "utf-8")
    with pytest.raises(Invalid) as caught:
        load_labelled(path)
    assert caught.value.details == {"file": "own.jsonl", "line": 2}


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04broken"])
def test_a_broken_weights_file_is_reported(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(Unavailable, match="model_unreadable"):
        Model.load(tmp_path / "m.npz")


def test_a_missing_weights_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="model_unreadable"):
        Classifier.load(tmp_path / "none.npz")
