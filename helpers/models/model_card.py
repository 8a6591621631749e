"""A model card: what somebody who gets a network has to know of it (M. Mitchell and others, 2019, arXiv 1810.03993)."""

from collections.abc import Sequence

import numpy as np

from helpers.images.classes import class_labels
from helpers.models.few_images import wilson_interval

CARD = """# {title}

**For:** {purpose}

**Network:** EfficientNet-Lite0, trained on ImageNet and frozen, with one Dense layer on top, trained on these images.

| class | images | series | right by cross-validation | with 95 % confidence |
|---|---|---|---|---|
{rows}

**How it was measured:** cross-validation; a series of pictures was learned from or asked about as a whole. The best classes, \
settings and images were chosen by looking at the same numbers, so expect less elsewhere.

**Who or what is missing:** {missing}"""


def model_card(
    title: str,
    class_names: Sequence[str],
    labels: np.ndarray,
    groups: np.ndarray,
    answers: np.ndarray,
    missing: str,
    purpose: str = "Trying out what a network learns from few images. Not for decisions about people.",
) -> str:
    """Return a card in Markdown, filled in from what is known.

    labels (N,), groups (N,): the class and the series of each image; answers (N, classes): probabilities by cross-validation.
    missing: who or what isn't among the images; a line that says so where it is empty.
    """
    labels, groups = class_labels(labels, len(class_names), len(answers)), np.asarray(groups)
    right = np.argmax(answers, axis=1) == labels
    rows = [_row(name, labels == label, groups, right) for label, name in enumerate(class_names)]
    rows.append(_row("**all**", np.ones(len(labels), bool), groups, right))
    missing = missing.strip() or "Not filled in yet. Nobody should rely on this network before it is."
    return CARD.format(title=title, purpose=purpose, rows="\n".join(rows), missing=missing)


def _row(name: str, chosen: np.ndarray, groups: np.ndarray, right: np.ndarray) -> str:
    name = " ".join(name.split()).replace("|", "\\|")  # a line of the table
    total, good = int(chosen.sum()), int(right[chosen].sum())
    if not total:
        return f"| {name} | 0 | 0 | – | – |"
    low, high = wilson_interval(good, total)
    return f"| {name} | {total} | {len(set(groups[chosen].tolist()))} | {good} of {total} | {low:.0%} to {high:.0%} |"
