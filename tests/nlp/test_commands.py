"""The language commands, as a person types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.nlp.__main__ import main
from app.nlp.commands import classify_lines, model_card, run_train
from app.nlp.serving.classifier import Classifier

CONTRACT = {"intent", "intent_score", "is_request", "service_score", "sentiment", "sentiment_score"} | {
    "spam_score",
    "priority",
    "reasons",
}


def test_each_line_gets_a_verdict_with_the_agreed_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"text": "客服电话打不通"}\n\n{"text": ""}\n'))
    assert main(["classify"]) == 0
    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(verdicts) == 2
    assert CONTRACT.issubset(verdicts[0])
    assert verdicts[0]["reasons"][0]["text"]


def test_order_is_kept_over_many_batches(classifier: Classifier) -> None:
    lines = [json.dumps({"text": "客服电话打不通" if n % 2 else "晚安"}) for n in range(2100)]
    found = [json.loads(line)["is_request"] for line in classify_lines(lines, classifier, reasons=False)]
    assert found == [bool(n % 2) for n in range(2100)]


@pytest.mark.parametrize("line", ["{", "[]", '{"text": null}', '"x"'])
def test_a_bad_line_is_named(classifier: Classifier, line: str) -> None:
    with pytest.raises(Invalid) as caught:
        list(classify_lines(['{"text": "好"}', line], classifier))
    assert caught.value.details == {"line": 2}


def test_own_labels_are_learnt_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "own.jsonl"
    rows = [
        {"text": f"机顶盒花屏了{n}", "intent": "complaint", "sentiment": -1, "urgency": 1} for n in range(30)
    ]
    labels.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    out = tmp_path / "adapted.npz"
    assert main(["train", "--labels", str(labels), "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    adapted = Classifier.load(out)
    assert told["version"] == adapted.version
    assert adapted.classify(["机顶盒花屏了"])[0].intent == "complaint"
    assert model_card(adapted.model)["manifest"]["corrections"] == 30


def test_evaluation_prints_figures_and_the_confusion_matrix(
    small_world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(small_world)]) == 0
    table = capsys.readouterr().out
    assert "mean of the sets" in table
    assert "actual \\ predicted" in table
    assert main(["evaluate", "--data", str(small_world), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["judged"]


def test_unusable_input_ends_with_a_message_not_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(tmp_path)]) == 2
    assert "nothing_to_evaluate" in capsys.readouterr().err
    assert main(["classify", "--weights", str(tmp_path / "none.npz")]) == 2
    with pytest.raises(Invalid, match="nothing_to_learn_from"):
        run_train(None, [], tmp_path / "out.npz")
