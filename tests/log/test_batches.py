"""Data as users have it: shuffled, split, nested, augmented, as pairs or dicts, with labels of all kinds."""

from __future__ import annotations

import random
from collections import UserDict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    RandomSampler,
    Sampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData
from tests.log.subjects import N_CLASSES, N_FEATURES, N_INPUTS, N_SAMPLES, Net, Rows, logged, make_data, make_net

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def log_once(run: Path, data: Any, net: nn.Module | None = None, **options: Any) -> None:
    TimeTravel(run, net or make_net(), head="fc", data=data, **options).log(0)


class Backwards(Sampler[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(range(N_SAMPLES - 1, -1, -1))

    def __len__(self) -> int:
        return N_SAMPLES


@pytest.mark.parametrize(
    "loader",
    [
        DataLoader(make_data(), batch_size=7, shuffle=True),
        DataLoader(make_data(), batch_size=7, drop_last=True),
        DataLoader(make_data(), batch_sampler=BatchSampler(RandomSampler(make_data()), 7, drop_last=True)),
        DataLoader(make_data(), sampler=WeightedRandomSampler([1.0] * N_SAMPLES, 5)),
        DataLoader(make_data(), sampler=Backwards()),
        DataLoader(make_data(), batch_size=7, shuffle=True, num_workers=1),
        make_data(),
    ],
    ids=["shuffle", "drop_last", "batch_sampler", "weighted", "custom", "worker", "dataset"],
)
def test_every_sample_is_visited_in_the_datasets_order_however_the_loader_shuffles(tmp_path: Path, loader: Any):
    log_once(tmp_path / "given", loader)
    log_once(tmp_path / "ordered", DataLoader(make_data(), batch_size=N_SAMPLES))
    given, ordered = logged(tmp_path / "given"), logged(tmp_path / "ordered")
    np.testing.assert_allclose(given.snapshot(0).representations, ordered.snapshot(0).representations, atol=1e-6)
    assert given.labels.tolist() == [row % N_CLASSES for row in range(N_SAMPLES)]
    assert given.ids.tolist() == list(range(N_SAMPLES))


@pytest.mark.parametrize("sampler", [SubsetRandomSampler([9, 2, 5]), [9, 2, 5], torch.tensor([9, 2, 5])])
def test_a_samplers_fixed_subset_is_kept_in_order_of_the_dataset(tmp_path: Path, sampler: Any):
    log_once(tmp_path, DataLoader(make_data(), sampler=sampler))
    assert logged(tmp_path).ids.tolist() == [2, 5, 9]
    assert logged(tmp_path).labels.tolist() == [2, 2, 0]


def test_the_users_loader_is_not_advanced(tmp_path: Path):
    generator = torch.Generator().manual_seed(5)
    loader = DataLoader(make_data(), batch_size=4, shuffle=True, generator=generator)
    under_way = iter(loader)
    next(under_way)
    before = generator.get_state()
    log_once(tmp_path, loader)
    assert torch.equal(generator.get_state(), before)
    assert len(list(under_way)) == 4


def test_ids_are_indices_of_the_users_dataset_through_nested_subsets(tmp_path: Path):
    nested = Subset(Subset(make_data(), [3, 1, 4, 15, 9, 2, 6]), [6, 0, 4])
    log_once(tmp_path / "plain", nested)
    log_once(tmp_path / "shuffled", DataLoader(nested, shuffle=True))
    log_once(tmp_path / "sampled", DataLoader(nested, sampler=SubsetRandomSampler([2, 1])))
    assert logged(tmp_path / "plain").ids.tolist() == logged(tmp_path / "shuffled").ids.tolist() == [6, 3, 9]
    assert logged(tmp_path / "sampled").ids.tolist() == [3, 9]


def test_a_mapping_gives_the_splits_and_ids_count_within_each(tmp_path: Path):
    log_once(tmp_path, {"train": DataLoader(make_data(6), shuffle=True, batch_size=4), "test": Subset(make_data(), [7, 8])})
    found = logged(tmp_path)
    assert found.probe.split_names == ("train", "test")
    assert found.splits.tolist() == [0] * 6 + [1] * 2
    assert found.ids.tolist() == [0, 1, 2, 3, 4, 5, 7, 8]


def test_names_for_each_sample_give_the_splits_of_one_dataset(tmp_path: Path):
    log_once(tmp_path, make_data(4), splits=["test", "train", "test", "train"])
    assert logged(tmp_path).probe.split_names == ("test", "train")
    assert logged(tmp_path).splits.tolist() == [0, 1, 0, 1]


def test_without_either_there_is_one_split(tmp_path: Path):
    log_once(tmp_path, make_data())
    assert logged(tmp_path).probe.split_names == ("all",)


class Augmented(Rows):
    """Adds noise from every global generator, as transforms do."""

    def __getitem__(self, index: int) -> Any:
        x, y = self.items[index]
        return x + torch.randn(N_INPUTS) + random.random() + np.random.rand(), y  # noqa: NPY002


@pytest.mark.parametrize("num_workers", [0, 1])
def test_random_augmentations_are_the_same_at_every_step(tmp_path: Path, num_workers: int):
    film = TimeTravel(tmp_path, make_net(), head="fc", data=DataLoader(Augmented(list(make_data())), num_workers=num_workers))
    film.log(0)
    torch.rand(1), random.random(), np.random.rand()  # noqa: NPY002  # the training goes on
    film.log(1)
    np.testing.assert_array_equal(logged(tmp_path).snapshot(0).representations, logged(tmp_path).snapshot(1).representations)


def test_a_dataset_that_changes_its_order_between_steps_is_refused_with_a_sentence(tmp_path: Path):
    rows = Rows(list(make_data(8)))
    film = TimeTravel(tmp_path, make_net(), head="fc", data=rows)
    film.log(0)
    rows.items.reverse()
    with pytest.raises(InvalidData, match="same labels in the same order as at the first step"):
        film.log(1)
    assert logged(tmp_path).steps == [0]


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        return iter(list(make_data()))


def test_a_stream_is_taken_as_it_comes_and_counted(tmp_path: Path):
    log_once(tmp_path, DataLoader(Stream(), batch_size=6))
    assert logged(tmp_path).ids.tolist() == list(range(N_SAMPLES))


def test_a_dataset_of_ready_batches_is_taken_as_it_is(tmp_path: Path):
    x, y = make_data().tensors
    log_once(tmp_path, DataLoader(Rows([(x[:8], y[:8]), (x[8:], y[8:])]), batch_size=None, shuffle=True))
    assert logged(tmp_path).probe.n_samples == N_SAMPLES


class Keyed(Net):
    """Takes its inputs by name, as models of transformers do."""

    def forward(self, input_ids: Tensor | None = None, labels: Tensor | None = None) -> Tensor:
        assert labels is None
        return super().forward(input_ids)


class Everything(Net):
    def forward(self, **batch: Tensor) -> Tensor:
        return super().forward(batch["input_ids"])


@pytest.mark.parametrize("key", ["labels", "label", "target"])
@pytest.mark.parametrize("kind", [Keyed, Everything])
def test_dicts_go_to_the_model_by_name_without_the_labels(tmp_path: Path, key: str, kind: type[Net]):
    rows = Rows([{"input_ids": x, key: y, "name": "a note that the model does not take"} for x, y in make_data()])
    log_once(tmp_path, rows, kind())
    assert logged(tmp_path).labels.max() == N_CLASSES - 1
    assert logged(tmp_path).reader.texts(0)[0].startswith("a note")


def test_a_dict_whose_names_the_model_does_not_know_goes_by_its_likeliest_key(tmp_path: Path):
    class Other(Net):
        def forward(self, pixels: Tensor) -> Tensor:
            return super().forward(pixels)

    def collate(rows: list[Any]) -> Any:
        return UserDict({"image": torch.stack([row["image"] for row in rows]), "labels": [row["labels"] for row in rows]})

    rows = Rows([{"image": x, "labels": int(y)} for x, y in make_data()])
    log_once(tmp_path, DataLoader(rows, collate_fn=collate), Other())
    with pytest.raises(InvalidData, match=r"a key that the model's forward takes \(pixels\), got weather"):
        log_once(tmp_path, Rows([{"weather": x, "labels": y} for x, y in make_data()]), Other())


@pytest.mark.parametrize("data", [make_data().tensors[0], TensorDataset(make_data().tensors[0])], ids=["tensor", "one-tuple"])
def test_inputs_alone_have_no_labels(tmp_path: Path, data: Any):
    log_once(tmp_path, data)
    assert (logged(tmp_path).labels == -1).all()
    assert logged(tmp_path).probe.n_classes == N_CLASSES


def test_given_labels_stand_in_for_missing_ones(tmp_path: Path):
    log_once(tmp_path, make_data(3).tensors[0], labels=[2, None, 0], ids=[7, 8, 9])
    assert logged(tmp_path).labels.tolist() == [2, -1, 0]
    assert logged(tmp_path).ids.tolist() == [7, 8, 9]


def targets(kind: str) -> Any:
    y = make_data().tensors[1]
    return {
        "one-hot": nn.functional.one_hot(y, N_CLASSES),
        "one-hot float": nn.functional.one_hot(y, N_CLASSES).float(),
        "whole float": y.float(),
        "column": y[:, None],
        "uint8": y.to(torch.uint8),
    }[kind]


@pytest.mark.parametrize("kind", ["one-hot", "one-hot float", "whole float", "column", "uint8"])
def test_labels_are_understood_in_every_common_form(tmp_path: Path, kind: str):
    log_once(tmp_path, TensorDataset(make_data().tensors[0], targets(kind)))
    assert logged(tmp_path).labels.tolist() == make_data().tensors[1].tolist()


def test_minus_one_means_no_label(tmp_path: Path):
    x, y = make_data().tensors
    log_once(tmp_path, TensorDataset(x, torch.where(y == 1, -1, y)))
    assert sorted(set(logged(tmp_path).labels.tolist())) == [-1, 0, 2]


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (torch.linspace(0, 1, N_SAMPLES), "got fractions; give numbers to predict as targets="),
        (torch.ones(N_SAMPLES, N_CLASSES), "not one-hot"),
        (torch.full((N_SAMPLES,), 3), r"labels from 0 to 2, or -1 for none, got 20 others, first 3 in row 0"),
        (torch.full((N_SAMPLES,), -100), "first -100 in row 0"),
        (torch.zeros(N_SAMPLES, 2, 2), "class indices of shape"),
    ],
    ids=["regression", "multi-label", "too large", "negative", "maps"],
)
def test_labels_that_are_no_classes_are_refused_with_a_sentence(tmp_path: Path, y: Tensor, sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        log_once(tmp_path, TensorDataset(make_data().tensors[0], y))
    assert not list(tmp_path.rglob("*.npy"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (make_data().tensors, "got tuple; wrap tensors in TensorDataset"),
        (iter([]), "DataLoader, a dataset or a mapping"),
        ({}, "at least one split"),
        (Rows([]), "at least one sample"),
        (TensorDataset(*make_data().tensors, torch.zeros(N_SAMPLES)), "got 3 parts"),
        (
            DataLoader(make_data(), batch_size=5, collate_fn=lambda rows: torch.stack([x for x, _ in rows[1:]])),
            "expected 20 samples.*got 16",
        ),
    ],
    ids=["tensors", "iterator", "no split", "empty", "triples", "dropping"],
)
def test_data_that_cannot_be_used_is_refused_with_a_sentence(tmp_path: Path, data: Any, sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        log_once(tmp_path, data)
    assert not list(tmp_path.rglob("*"))


def test_a_mapping_and_splits_contradict_each_other(tmp_path: Path):
    with pytest.raises(InvalidData, match="got both; leave splits out"):
        log_once(tmp_path, {"train": make_data()}, splits=["a"] * N_SAMPLES)


class Named(TensorDataset):
    classes = ("ant", "bee", "cat")


def test_class_names_that_the_dataset_tells_are_used_unless_others_are_given(tmp_path: Path):
    data = Subset(Named(*make_data().tensors), range(5))
    log_once(tmp_path / "told", data)
    log_once(tmp_path / "given", data, class_names=["x", "y", "z"])
    log_once(tmp_path / "misfit", data, make_net(nn.Linear(N_FEATURES, 4)))
    assert logged(tmp_path / "told").probe.class_names == ("ant", "bee", "cat")
    assert logged(tmp_path / "given").probe.class_names == ("x", "y", "z")
    assert logged(tmp_path / "misfit").probe.class_names == ("0", "1", "2", "3")
