"""Every column of a projector's metadata is there to colour and to find by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.store.projector.embeddings import N, log, pictures, reader_of, vectors

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ["id", "label", "split", "age", "city", "word", "age"]


def row(i: int) -> list[str]:
    return [str(i), "xyz"[i % 3], "train", "" if i == 3 else f"{i / 2:g}", ["Paris", "New York"][i % 2], f"word {i}", "tensor(4)"]


def found_in(run: Path) -> dict[str, Any]:
    reader = reader_of(run)
    probe = reader.probe()
    listed = reader.columns(probe)
    assert probe.n_columns == len(listed)
    return {info.name: reader.column(probe, number) for number, info in enumerate(listed)}


def test_columns_are_numbers_where_all_values_are_and_categories_where_kinds_are_few(tmp_path: Path):
    log(tmp_path, metadata=[row(i) for i in range(N)], metadata_header=HEADER)
    found = found_in(tmp_path)
    assert {name: column.info.kind for name, column in found.items()} == {
        "age": "number", "city": "category", "word": "text", "age (2)": "number",
    }  # fmt: skip
    np.testing.assert_array_equal(found["age"].values, [np.nan if i == 3 else i / 2 for i in range(N)])
    assert found["city"].info.kinds == ("New York", "Paris")
    assert found["city"].words() == [["Paris", "New York"][i % 2] for i in range(N)]
    assert found["word"].values[5] == "word 5"
    assert set(found["age (2)"].values) == {4.0}


def test_with_a_sprite_all_that_would_be_text_is_in_the_columns(tmp_path: Path):
    log(tmp_path, metadata=[row(i) for i in range(N)], metadata_header=HEADER, label_img=pictures())
    assert reader_of(tmp_path).probe().media.kind == "image"
    assert found_in(tmp_path)["word"].values == tuple(f"word {i}" for i in range(N))


def test_the_only_column_is_the_label_or_has_a_name_given_to_it(tmp_path: Path):
    log(tmp_path / "a")
    assert found_in(tmp_path / "a") == {}
    log(tmp_path / "b", metadata=[f"word {i}" for i in range(N)], label_img=pictures())
    assert found_in(tmp_path / "b")["metadata"].values[7] == "word 7"


def test_samples_that_are_matched_by_name_have_their_own_values(tmp_path: Path):
    order = {step: np.random.default_rng(step).permutation(N) for step in (0, 5, 10)}
    kept = {0: order[0][:20], 5: order[5], 10: order[10]}
    log(
        tmp_path,
        mat=lambda step: vectors(0)[kept[step]],
        metadata=lambda step: [[f"word {i}", str(100 * i)] for i in kept[step]],
        metadata_header=["word", "age"],
    )
    found = found_in(tmp_path)
    assert len(found["age"].values) == 20
    assert [f"word {int(age) // 100}" for age in found["age"].values] == list(found["word"].values)


def test_names_and_values_of_any_length_are_bounded(tmp_path: Path):
    log(tmp_path, metadata=[[str(i % 3), "<b>" * 500 + str(i)] for i in range(N)], metadata_header=["label", "\x1b[31m" + "n" * 5000])
    ((name, column),) = found_in(tmp_path).items()
    assert len(name) <= 100
    assert name.startswith("[31mnn")
    assert max(map(len, column.info.kinds or column.values)) == 200
