"""Figures -> sentences in French: each says its number, its denominator, its territory, and what it does not prove."""

import pandas as pd

from diagnostic.measure.constats.affiliation_readings import describe_affiliations
from diagnostic.measure.constats.gap_readings import (
    describe_access,
    describe_expected,
    describe_gaps,
    describe_links_to_check,
    describe_proximities,
)
from diagnostic.measure.constats.layer_findings import describe_cut, describe_layers, describe_nesting, describe_split
from diagnostic.measure.constats.link_readings import describe_dispositifs, describe_links, describe_silos
from diagnostic.measure.constats.position_readings import describe_positions, describe_posts, describe_relays
from diagnostic.measure.constats.profession_readings import describe_professions

COLUMNS = ["theme", "territoire_id", "territoire", "phrase", "edition"]


def list_findings(tables, results):
    """Return the sentences of a diagnosis.

    Parameters
    ----------
    tables, results : dict of DataFrame (`read.dossier.read_dossier`, `measure.diagnosis.measure_dossier`)

    Returns
    -------
    DataFrame theme, territoire_id, territoire, phrase, edition. What could not be computed has its sentence too. Facts
    that follow from a layer having a single unit are merged or left out: they would drown the others.
    """
    names = tables["territoires"]["nom"]
    themes = {
        "Ressorts": [describe_layers, describe_split, describe_nesting, describe_cut],
        "Liens": [describe_links, describe_silos, describe_positions, describe_relays],
        "Postes": [describe_posts, describe_professions],
        "Dispositifs": [describe_dispositifs, describe_affiliations],
        "Manques": [describe_gaps, describe_expected, describe_links_to_check, describe_proximities],
        "Accès": [describe_access],
    }
    parts = [
        (theme, *row) for theme, readers in themes.items() for read in readers for row in read(tables, results, names)
    ]
    readings = pd.DataFrame(parts, columns=["theme", "territoire_id", "phrase", "edition"])
    return readings.assign(territoire=readings["territoire_id"].map(names))[COLUMNS]
