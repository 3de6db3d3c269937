"""Files of other systems are read without running what is in them, and refused in a sentence."""

from __future__ import annotations

import json
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from tb_timetravel.errors import Corrupt, InvalidData, NotFound
from tb_timetravel.exchange.reading import (
    class_array,
    find_head,
    index_array,
    read_json,
    read_matrix,
    read_state,
    read_tensor,
    strip_comments,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"a": 1} // end', {"a": 1}),
        ('{"url": "http://x//y", // a "quoted" remark\n "b": [1, 2, // last\n ], }', {"url": "http://x//y", "b": [1, 2]}),
        ('{"q": "a\\"//b", "c": ",]"}', {"q": 'a"//b', "c": ",]"}),
        ('// first line\n{"a": "\\\\"} // "', {"a": "\\"}),
    ],
)
def test_comments_go_and_strings_stay(text: str, meant: dict[str, Any], tmp_path: Path):
    assert json.loads(strip_comments(text)) == meant
    (tmp_path / "config.json").write_text(text)
    assert read_json(str(tmp_path / "config.json"), dict[str, Any]) == meant


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[1]", b"[" * 100_000])
def test_what_is_no_such_json_is_one_sentence(content: bytes, tmp_path: Path):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(Corrupt, match="is not the JSON that was expected"):
        read_json(str(tmp_path / "x.json"), dict[str, int])


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("this ran",))


@pytest.mark.parametrize("old", [False, True])
def test_code_in_a_checkpoint_does_not_run(old: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.pth"
    torch.save({"a": Bomb()}, path, _use_new_zipfile_serialization=not old)
    with pytest.raises(Corrupt, match="cannot be read as tensors alone"):
        read_state(str(path))
    assert "this ran" not in capsys.readouterr().out


def test_a_whole_model_is_refused_and_its_class_not_looked_up(tmp_path: Path):
    torch.save(nn.Linear(2, 2), tmp_path / "x.pth")
    with pytest.raises(Corrupt, match=r"model.state_dict\(\)"):
        read_state(str(tmp_path / "x.pth"))


@pytest.mark.parametrize("content", [b"", b"not a file of torch", pickle.dumps([1, 2], protocol=2)])
def test_damaged_files_of_torch_are_one_sentence(content: bytes, tmp_path: Path):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(Corrupt):
        read_tensor(str(tmp_path / "x.pth"))


def test_a_tensor_that_claims_to_be_huge_is_refused(tmp_path: Path):
    torch.save(torch.zeros(1).expand(10**12), tmp_path / "x.pth")
    with pytest.raises(Corrupt, match="expected 4,000,000,000,000 bytes"):
        read_tensor(str(tmp_path / "x.pth"))


def test_a_compressed_archive_is_refused_before_it_is_unpacked(tmp_path: Path):
    torch.save(torch.zeros(10**6), tmp_path / "x.pth")
    with zipfile.ZipFile(tmp_path / "x.pth") as plain, zipfile.ZipFile(tmp_path / "y.pth", "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in plain.infolist():
            packed.writestr(entry.filename, plain.read(entry), zipfile.ZIP_DEFLATED)
    with pytest.raises(Corrupt, match="unpacks to more than it is"):
        read_tensor(str(tmp_path / "y.pth"))


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("value", [torch.arange(5), torch.rand(3, 2), torch.rand(3).bfloat16(), [3, 1, 2]])
def test_tensors_and_lists_come_back(value: Any, old: bool, tmp_path: Path):
    torch.save(value, tmp_path / "x.pth", _use_new_zipfile_serialization=not old)
    np.testing.assert_array_equal(read_tensor(str(tmp_path / "x.pth")), torch.as_tensor(value).float().numpy())


def test_weights_are_found_beside_an_optimizers_state(tmp_path: Path):
    model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.rand(2, 4)).sum().backward()
    optimizer.step()
    torch.save({"optimizer": optimizer.state_dict(), "epoch": 3, "state_dict": model.state_dict()}, tmp_path / "x.pth")
    assert list(read_state(str(tmp_path / "x.pth"))) == list(model.state_dict())


@pytest.mark.parametrize(
    ("n_features", "n_classes", "found"), [(6, 3, "2"), (6, None, "2"), (4, None, "0"), (6, 4, None), (5, 3, None), (6, 2, "3")]
)
def test_the_head_is_the_last_linear_layer_that_takes_the_features(n_features: int, n_classes: int | None, found: str | None):
    model = nn.Sequential(nn.Linear(4, 6), nn.Conv2d(6, 3, 1), nn.Linear(6, 3, bias=False), nn.Linear(6, 1))
    del model[3 if n_classes != 2 else 2]
    head = find_head(model.state_dict(), n_features=n_features, n_classes=n_classes)
    if found is None:
        assert head is None
        return
    assert head is not None
    layer = model[int(found) - (n_classes == 2)]
    np.testing.assert_array_equal(head[0], layer.weight.detach().numpy())
    np.testing.assert_array_equal(head[1], np.zeros(3) if layer.bias is None else layer.bias.detach().numpy())


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros((0, 2)), np.array([["a"]]), np.zeros((1, 2, 3))])
def test_a_matrix_is_numbers_of_two_dimensions(array: Any, tmp_path: Path):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(Corrupt):
        read_matrix(str(tmp_path / "x.npy"))


def test_an_array_of_objects_is_not_unpickled(tmp_path: Path):
    np.save(tmp_path / "x.npy", np.array([[Bomb()]]), allow_pickle=True)
    with pytest.raises(Corrupt):
        read_matrix(str(tmp_path / "x.npy"))


def test_what_is_not_there_is_said(tmp_path: Path):
    for read in (read_tensor, read_state, read_matrix, lambda path: read_json(path, list[int])):
        with pytest.raises(NotFound):
            read(str(tmp_path / "none"))


@pytest.mark.parametrize("values", [[0, 3], [-1], [1, 1], [2**70]])
def test_positions_are_checked(values: list[int]):
    with pytest.raises(Corrupt):
        index_array(values, n=3, path="index.json")


@pytest.mark.parametrize("values", [np.array([0.5]), np.zeros((2, 2)), np.array(["a"]), np.array([2**70])])
def test_class_numbers_are_checked(values: Any):
    with pytest.raises(InvalidData):
        class_array(values, "labels")
