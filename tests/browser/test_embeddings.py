"""Embeddings that add_embedding wrote, in the tab: fitted by its button, played, with their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from tests.browser.tab import difference, n_colours
from tests.store.projector.embeddings import log, vectors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

N_SAMPLES = 200


def test_embeddings_are_fitted_from_the_tab_and_play_with_their_pictures(tab: Callable[..., Tab], tmp_path: Path):
    digits = load_digits()
    pixels = digits.data[:N_SAMPLES].astype(np.float32)
    log(
        tmp_path / "runs" / "digits",
        mat=lambda step: pixels @ np.random.default_rng(0).normal(size=(64, 16)).astype(np.float32) + step * vectors(1, N_SAMPLES, 16),
        metadata=digits.target[:N_SAMPLES].tolist(),
        label_img=torch.tensor(digits.images[:N_SAMPLES] / 16, dtype=torch.float32)[:, None],
    )
    log(tmp_path / "runs" / "other", mat=lambda step: vectors(step, 24 + step), metadata=None)
    opened = tab(tmp_path / "runs")
    expect(opened.frame.locator("dl.facts")).to_contain_text(str(N_SAMPLES))
    summary = opened.frame.get_by_text("1 log cannot be played")
    expect(summary).to_be_visible()
    summary.click()
    expect(opened.frame.get_by_text("24 samples of step 0")).to_be_visible()
    opened.page.keyboard.press("Escape")
    opened.button("Fit").click()
    opened.wait("s.phase === 'fitted'", timeout_s=120)
    opened.wait_for_film()
    opened.button("First step").click()
    opened.wait("s.step === 0")
    picture = opened.picture()
    assert n_colours(picture) > 50
    assert (picture < 250).any(axis=2).mean() > 0.1
    opened.button("Last step").click()
    opened.wait("s.step === 10")
    assert difference(opened.picture(), picture) > 0.001
    box = opened.canvas.bounding_box()
    assert box is not None
    thumbnail = opened.frame.get_by_role("tooltip").locator("canvas")
    for share in np.linspace(0.1, 0.9, 60):  # somewhere on the way over the picture lies a dot
        opened.page.mouse.move(box["x"] + share * box["width"], box["y"] + (0.3 + 0.4 * share) * box["height"])
        opened.picture()
        if thumbnail.is_visible():
            break
    expect(thumbnail).to_be_visible()
    expect(opened.frame.get_by_text("drawn from the labels")).to_be_visible()
    expect(opened.frame.locator(".looks")).to_contain_text("of the labels: no logits were logged")
    field, words = opened.frame.get_by_role("combobox", name="Find samples"), opened.frame.locator("#query-words")
    field.fill("id:0..9 -wrong")
    expect(words).to_contain_text("expected a query without wrong, since no logits were logged")
    field.fill("id:0..9")
    field.press("Enter")
    opened.wait("s.selected === 10")
    expect(opened.frame.get_by_label("Selection", exact=True)).to_contain_text("No logits were logged, so nothing is counted")
    opened.keep_screen("embeddings")


def test_where_nothing_can_be_played_the_tab_says_why(tab: Callable[..., Tab], tmp_path: Path):
    log(tmp_path / "runs" / "other", mat=lambda step: vectors(step, 24 + step), metadata=None)
    opened = tab(tmp_path / "runs")
    expect(opened.frame.get_by_role("heading", name="Nothing to show yet")).to_be_visible()
    expect(opened.frame.locator(".card")).to_contain_text("29 samples at step 5")
