"""The tables of an edition to draw, and what a reader would find wrong on a page: words cut, words on words, letters too small."""

import numpy as np
import pandas as pd
from matplotlib.text import Text
from tables_ressorts import add_ressorts

from diagnostic.draw.page import measure_scale
from diagnostic.edition import filter_edition
from diagnostic.measure.mentions import list_sources, tell_mentions

SLACK = 0.12  # of a box: the room above and below letters is no letter


def gather(measured, edition="publique"):
    """Return the tables of an edition and what its pages say of themselves, from the tables of a dossier and its measures."""
    tables = add_ressorts(measured[0] | measured[1])
    shown, _ = filter_edition(tables | {"sources": list_sources(tables)}, edition)
    return shown, tell_mentions(shown, pd.Timestamp("2026-11-15"))


def list_words(figure):
    """Return the texts that are seen."""
    hidden = {id(label) for axes in figure.axes if not axes.axison for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]}
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip() and id(text) not in hidden]


def find_faults(figure, *, smallest=None):
    """Return sentences: what is out of the page, what is written on something else, what is smaller than `smallest` points.

    By default 6 points on A4, and 6 of the paper on a page that is printed smaller than its inches (the column of a report).
    """
    smallest = smallest or 6.0 / min(1.0, measure_scale(figure))
    # Legends find their place when the page is drawn.
    figure.draw_without_rendering()
    words = list_words(figure)
    renderer = figure.canvas.get_renderer()
    boxes = np.array([text.get_window_extent(renderer).extents for text in words]).reshape(-1, 4)
    edge = figure.bbox.extents
    faults = [f"hors de la page : {text.get_text()!r}" for text, box in zip(words, boxes, strict=True)
              if (box[:2] < edge[:2] - 1).any() or (box[2:] > edge[2:] + 1).any()]  # fmt: skip
    faults += [f"{text.get_fontsize():.1f} points : {text.get_text()!r}" for text in words if text.get_fontsize() < smallest - 0.01]
    less = (boxes[:, 2:] - boxes[:, :2]) * SLACK
    low, high = boxes[:, :2] + less, boxes[:, 2:] - less
    over = (low[:, None] < high[None]).all(axis=2) & (low[None] < high[:, None]).all(axis=2)
    pairs = np.argwhere(np.triu(over, 1))
    return faults + [f"l'un sur l'autre : {words[i].get_text()!r} et {words[j].get_text()!r}" for i, j in pairs]
