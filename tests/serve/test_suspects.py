"""The list of suspects over HTTP, and what people say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.insight import read_insight, reasons, rerank, suspicion
from tb_timetravel.store import VerdictsFile, open_reader, probe_directory
from tests.insight.runs import N_TEST, N_TRAIN, log_noisy_run
from tests.serve.served import POST_HEADERS, PREFIX, Served, serve
from tests.serve.test_guard import REFUSED_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_PROBE = {"run": "noisy", "tag": "probe"}
N = N_TRAIN + N_TEST


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run some of whose labels are wrong, read for insight."""
    root = tmp_path_factory.mktemp("runs")
    log_noisy_run(root / "noisy")
    assert main(["insight", str(root)]) == 0
    return root


@pytest.fixture
def served(root: Path) -> Iterator[Served]:
    yield serve(root)
    Path(directory_of(root), "verdicts.json").unlink(missing_ok=True)


def directory_of(root: Path) -> str:
    return probe_directory(str(root / "noisy"), "probe")


def key_of(served: Served) -> str:
    return str(served.get("insight", **OF_PROBE).json["insight"])


def ask(served: Served, **arguments: object) -> Any:
    return served.get("suspects", **OF_PROBE, insight=key_of(served), **arguments)


def say(served: Served, verdicts: list[list[Any]], **more: object) -> Any:
    return served.post("verdicts", {**OF_PROBE, "insight": key_of(served), "verdicts": verdicts, **more})


def test_the_list_is_the_packages_ranking_in_words(served: Served, root: Path):
    answer = ask(served, top=N).json
    evidence = read_insight(open_reader(directory_of(root))).evidence
    scores = suspicion(evidence)
    assert [one["sample"] for one in answer["suspects"]] == np.argsort(-scores, kind="stable").tolist()
    for one in answer["suspects"]:
        assert one["score"] == pytest.approx(float(scores[one["sample"]]), abs=1e-4)
        assert one["looks_like"] == int(evidence.looks_like[one["sample"]])
        assert one["why"] == reasons(evidence, one["sample"])
        assert one["verdict"] is None
    assert (answer["verdicts"], answer["n_verdicts"], answer["cannot_save"]) == ([], {"suspicious": 0, "fine": 0}, None)


def test_a_list_can_be_short_and_of_one_split(served: Served):
    assert len(ask(served).json["suspects"]) == N  # fewer than the usual 200
    assert len(ask(served, top=7).json["suspects"]) == 7
    of_test = ask(served, split="test").json["suspects"]
    assert sorted(one["sample"] for one in of_test) == list(range(N_TRAIN, N))


def test_what_was_judged_leads_or_follows_and_moves_the_others_as_the_package_does(served: Served, root: Path):
    first = ask(served, top=2).json["suspects"]
    fine, suspicious = first[0]["sample"], N - 1
    answer = say(served, [[fine, "fine"], [suspicious, "suspicious"]], top=N)
    assert answer.status_code == 200
    ranked = answer.json["suspects"]
    assert (ranked[0]["sample"], ranked[0]["verdict"]) == (suspicious, "suspicious")
    assert (ranked[-1]["sample"], ranked[-1]["verdict"]) == (fine, "fine")
    assert answer.json["n_verdicts"] == {"suspicious": 1, "fine": 1}
    assert answer.json["verdicts"] == sorted([[fine, "fine"], [suspicious, "suspicious"]])
    expected = rerank(read_insight(open_reader(directory_of(root))).evidence, {fine: False, suspicious: True})
    assert {one["sample"]: one["score"] for one in ranked} == pytest.approx(dict(enumerate(expected.tolist())), abs=1e-4)
    assert ask(served, top=N).json == answer.json


def test_a_verdict_is_taken_back(served: Served):
    before = ask(served).json
    say(served, [[3, "fine"], [4, "suspicious"]])
    assert say(served, [[3, None], [4, None]]).json == before


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"verdicts": [[0, "perhaps"]]}, 400, "perhaps"),
        ({"verdicts": [[N, "fine"]]}, 400, f"0 to {N - 1}"),
        ({"verdicts": [[-1, "fine"]]}, 400, ">= 0"),
        ({"verdicts": [[0]]}, 400, "verdicts"),
        ({"top": 1001}, 400, "1000"),
        ({"split": "nope"}, 404, "nope"),
        ({"more": 1}, 400, "more"),
        ({"run": "nope"}, 404, "nope"),
        ({"insight": "0" * 16}, 404, "not stored any more"),
        ({"insight": "../../../etc"}, 400, "insight"),
        ({"split": "x" * 2**21}, 413, "2097152"),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused_with_a_sentence_and_changes_nothing(served: Served, change: dict, code: int, words: str):
    body = {**OF_PROBE, "insight": key_of(served), "verdicts": [[0, "fine"]], **change}
    response = served.post("verdicts", body)
    assert response.status_code == code
    assert words in response.json["error"]
    assert ask(served).json["verdicts"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"top": 0}, 400, "1 to 1000"),
        ({"top": 1001}, 400, "1 to 1000"),
        ({"split": "nope"}, 404, "train, test"),
        ({"insight": "0" * 16}, 404, "not stored any more"),
        ({"insight": "nope"}, 400, "16 hexadecimal digits"),
        ({"tag": "nope"}, 404, "nope"),
    ],
    ids=str,
)
def test_what_cannot_be_listed_is_a_sentence(served: Served, arguments: dict, code: int, words: str):
    response = served.get("suspects", **{**OF_PROBE, "insight": key_of(served), **arguments})
    assert response.status_code == code
    assert words in response.json["error"]


@pytest.mark.parametrize("headers", REFUSED_HEADERS, ids=str)
def test_a_post_that_another_page_could_send_says_nothing(served: Served, headers: dict):
    body = {**OF_PROBE, "insight": key_of(served), "verdicts": [[0, "fine"]]}
    all_headers = {"Content-Type": "application/json", **POST_HEADERS, **headers}
    assert served.client.post(PREFIX + "verdicts", data=json.dumps(body), headers=all_headers).status_code == 403
    assert ask(served).json["verdicts"] == []


def test_others_on_the_network_may_only_look_unless_they_may_fit(served: Served, root: Path):
    exposed = serve(root, bind_all=True)
    assert "--timetravel_allow_fit true" in ask(exposed).json["cannot_save"]
    assert say(exposed, [[0, "fine"]]).status_code == 403
    assert say(serve(root, bind_all=True, timetravel_allow_fit="true"), [[0, "fine"]]).status_code == 200
    assert ask(served).json["verdicts"] == [[0, "fine"]]


@pytest.mark.parametrize(("content", "words"), [(b'{"format_ver', "not a readable"), (b'{"format_version": 99}', "upgrade")], ids=str)
def test_verdicts_that_cannot_be_read_hide_no_suspect_and_are_not_overwritten(served: Served, root: Path, content: bytes, words: str):
    plain = ask(served).json["suspects"]
    path = Path(directory_of(root), "verdicts.json")
    path.write_bytes(content)
    answer = ask(served).json
    assert answer["suspects"] == plain
    assert words in answer["cannot_save"]
    response = say(served, [[0, "fine"]])
    assert response.status_code == 409
    assert words in response.json["error"]
    assert path.read_bytes() == content


def test_without_labels_nothing_is_suspicious(tmp_path: Path):
    film = TimeTravel(str(tmp_path / "noisy"))
    film.log_arrays(0, np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32), None)
    assert main(["insight", str(tmp_path)]) == 0
    served = serve(tmp_path)
    assert ask(served).json["suspects"] == []
    response = say(served, [[0, "fine"]])
    assert response.status_code == 400
    assert "have a label" in response.json["error"]
    VerdictsFile(directory_of(tmp_path)).save({0: True}, open_reader(directory_of(tmp_path)).probe())
    assert ask(served).json["n_verdicts"] == {"suspicious": 1, "fine": 0}  # judged before its label was taken away
