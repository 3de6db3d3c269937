from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel.errors import InvalidData
from tests.integrations.looks import marked_steps, scalar_steps
from tests.log.subjects import Rows, logged

if TYPE_CHECKING:
    from pathlib import Path

transformers = pytest.importorskip("transformers", reason="transformers is not installed; make test-integrations installs it")
pytest.importorskip("accelerate", reason="accelerate is not installed; make test-integrations installs it")
from tb_timetravel.integrations.huggingface import TimeTravelCallback  # noqa: E402  # needs transformers

N_SAMPLES, N_BATCHES = 16, 4
PAD = 0


def make_model(**config: Any) -> Any:
    torch.manual_seed(0)
    sizes = {"vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    return transformers.BertForSequenceClassification(transformers.BertConfig(**sizes, num_labels=3, pad_token_id=PAD, **config))


def make_data(n: int = N_SAMPLES) -> Rows:
    """Sentences of different lengths, which only a collator can batch, with a column that no model takes."""
    rng = np.random.default_rng(1)
    return Rows([{"input_ids": rng.integers(1, 30, 3 + i % 4).tolist(), "label": i % 3, "words": f"sentence {i}"} for i in range(n)])


def padded(items: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    assert all("words" not in item for item in items)
    longest = max(len(item["input_ids"]) for item in items)
    ids = torch.tensor([item["input_ids"] + [PAD] * (longest - len(item["input_ids"])) for item in items])
    return {"input_ids": ids, "attention_mask": (ids != PAD).long(), "labels": torch.tensor([item["label"] for item in items])}


def make_trainer(root: Path, model: Any = None, **options: Any) -> Any:
    settings = {"num_train_epochs": 2, "per_device_train_batch_size": 4, "logging_steps": 1, "report_to": "tensorboard"} | options
    args = transformers.TrainingArguments(str(root / "out"), save_strategy="no", use_cpu=True, disable_tqdm=True, seed=5, **settings)
    data = {"train_dataset": make_data(), "eval_dataset": make_data(6), "data_collator": padded}
    return transformers.Trainer(make_model() if model is None else model, args, **data)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that TensorBoard's callback of transformers writes to."""
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(tmp_path / "run"))
    return tmp_path / "run"


def test_every_epoch_is_logged_into_the_trainers_own_run(run: Path, tmp_path: Path):
    trainer = make_trainer(tmp_path)
    trainer.add_callback(TimeTravelCallback({"train": make_data(), "test": make_data(6)}, head="classifier", trainer=trainer))
    trainer.train()
    found = logged(run)
    assert found.steps == [0, N_BATCHES, 2 * N_BATCHES]
    assert found.probe.split_names == ("train", "test")
    assert found.labels.tolist() == [i % 3 for i in range(N_SAMPLES)] + [i % 3 for i in range(6)]
    assert marked_steps(run) == found.steps
    assert scalar_steps(run, "train/loss") == list(range(1, 2 * N_BATCHES + 1))
    assert len(list(run.glob("events.*"))) == 1


def test_every_evaluation_within_the_training_is_logged_and_none_after_it(run: Path, tmp_path: Path):
    trainer = make_trainer(tmp_path, eval_strategy="steps", eval_steps=3)
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", every="evaluation", trainer=trainer))
    trainer.train()
    before = logged(run).snapshot(8)
    with torch.no_grad():
        trainer.model.classifier.weight.zero_()  # as if another model had been loaded
    trainer.evaluate()
    found = logged(run)
    assert found.steps == [0, 3, 6, 8]  # transformers evaluates at the end too
    np.testing.assert_array_equal(found.snapshot(8).logits, before.logits)


def test_every_n_steps_counts_optimizer_steps_and_not_batches(run: Path, tmp_path: Path):
    trainer = make_trainer(tmp_path, gradient_accumulation_steps=2, num_train_epochs=3)
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", every=4, trainer=trainer))
    trainer.train()
    assert logged(run).steps == [0, 4]


def test_the_film_shows_what_the_classifier_is_given(run: Path, tmp_path: Path):
    trainer = make_trainer(tmp_path)
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", trainer=trainer))
    trainer.train()
    model, items = trainer.model.eval(), [{"input_ids": item["input_ids"], "label": item["label"]} for item in make_data().items]
    batch = padded(items)
    with torch.no_grad():
        pooled = model.bert(batch["input_ids"], batch["attention_mask"]).pooler_output.numpy()
        logits = model(batch["input_ids"], batch["attention_mask"]).logits.numpy()
    snapshot = logged(run).snapshot(2 * N_BATCHES)
    np.testing.assert_allclose(snapshot.representations, pooled, atol=1e-5)
    np.testing.assert_allclose(snapshot.logits, logits, atol=1e-5)
    assert snapshot.head is not None


def test_a_training_is_the_same_with_the_film_and_without(run: Path, tmp_path: Path):
    alone = make_trainer(tmp_path)
    alone.train()
    watched = make_trainer(tmp_path)  # a Trainer seeds when it is made; dropout and shuffling would tell
    watched.add_callback(TimeTravelCallback(make_data(), head="classifier", every=1, trainer=watched))
    watched.train()
    for one, other in zip(alone.model.state_dict().values(), watched.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    assert len(logged(run).steps) == 2 * N_BATCHES + 1


def test_names_of_classes_come_from_the_model_where_it_has_any(run: Path, tmp_path: Path):
    model = make_model(id2label={0: "no", 1: "maybe", 2: "yes"})
    trainer = make_trainer(tmp_path, model, num_train_epochs=1)
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", trainer=trainer))
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", trainer=trainer, tag="own", class_names=["a", "b", "c"]))
    trainer.train()
    assert logged(run).probe.class_names == ("no", "maybe", "yes")
    assert logged(run, "own").probe.class_names == ("a", "b", "c")


def test_without_a_trainer_the_film_is_a_run_below_its_scalars(run: Path, tmp_path: Path):
    trainer = make_trainer(tmp_path, num_train_epochs=1)
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier"))
    trainer.train()
    found = logged(run / "timetravel")
    assert found.steps == [0, N_BATCHES]
    assert found.probe.class_names == ("0", "1", "2")  # LABEL_0 says no more
    assert scalar_steps(run, "train/loss") == list(range(1, N_BATCHES + 1))


def test_a_directory_is_taken_as_it_is_given(tmp_path: Path):
    trainer = make_trainer(tmp_path, num_train_epochs=1, report_to="none")
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", directory=str(tmp_path / "film")))
    trainer.train()
    assert logged(tmp_path / "film").steps == [0, N_BATCHES]


def test_a_rank_other_than_zero_writes_nothing(run: Path, tmp_path: Path):
    trainer = make_trainer(tmp_path, num_train_epochs=1)
    trainer.is_world_process_zero = lambda: False
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", directory=str(run)))
    trainer.train()
    assert not run.exists()


@pytest.mark.parametrize("with_trainer", [True, False])
def test_no_place_to_write_is_one_sentence_at_the_start(with_trainer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TENSORBOARD_LOGGING_DIR", raising=False)
    trainer = make_trainer(tmp_path, report_to="none")
    trainer.add_callback(TimeTravelCallback(make_data(), head="classifier", trainer=trainer if with_trainer else None))
    with pytest.raises(InvalidData, match=r"expected a Trainer that reports to TensorBoard, got .*; give the callback trainer=trainer"):
        trainer.train()
