"""The sentences of what changed: every count with its denominator, agreed as French has it, and nothing said of what did not move."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure.changes import CELL_COLUMNS, FIGURE_COLUMNS, RESSORT_COLUMNS, ROW_COLUMNS
from diagnostic.measure.constats.dossier_changes import describe_changes

WHOLE = dict.fromkeys(["couche_a", "couche_b", "groupe_a", "groupe_b", "unite"], "") | {"territoire": "perimetre", "libelle": "Mesure"}
COUNTS = ["rubrique", "avant", "disparus", "apparus", "apres", "changes", "inchanges"]


def make(bilan=(), lignes=(), cases=(), ressorts=(), chiffres=()):
    counts = [("communes", 10, 0, 0, 10, 0, 10), ("chiffres", 0, 0, 0, 0, 0, 0), *bilan]
    return {
        "bilan": pd.DataFrame(counts, columns=COUNTS).drop_duplicates("rubrique", keep="last"),
        "lignes": pd.DataFrame(list(lignes)).reindex(columns=ROW_COLUMNS), "cases": pd.DataFrame(list(cases)).reindex(columns=CELL_COLUMNS),
        "ressorts": pd.DataFrame(list(ressorts)).reindex(columns=RESSORT_COLUMNS),
        "chiffres": pd.DataFrame(list(chiffres)).reindex(columns=FIGURE_COLUMNS),
    }  # fmt: skip


def tell(**parts):
    return [" ".join(phrase.split()) for phrase in describe_changes(make(**parts))["phrase"]]


def test_nothing_is_said_as_such():
    assert tell() == ["Rien n'a changé entre ces deux états : mêmes lignes, mêmes ressorts, mêmes chiffres."]


def test_what_the_edition_does_not_show_is_counted_first():
    changes = make() | {"non_montres": 3}
    first, second = describe_changes(changes)["phrase"]
    assert first.startswith("Cette édition ne montre pas 3 changements (lignes ou cases) : l'édition interne les dit (--edition")
    assert second.startswith("Rien n'a changé dans ce que cette édition montre")
    one = describe_changes(make([("liens", 5, 0, 1, 6, 0, 5)]) | {"non_montres": 1})
    assert one["rubrique"].tolist() == ["bilan", "liens"]
    assert "1 changement (lignes ou cases) : l'édition interne le dit" in one["phrase"].iat[0]


def test_what_a_group_speaks_of_comes_before_the_largest_move():
    rows = [WHOLE | {"mesure": "ecarts_coeur", "avant": 2.0, "apres": 9.0, "ecart": 7.0, "libelle": "Écarts"},
            WHOLE | {"mesure": "nb_liens", "avant": 278.0, "apres": 279.0, "ecart": 1.0, "libelle": "Liens"}]  # fmt: skip
    told = tell(bilan=[("chiffres", 10, 0, 0, 10, 2, 8)], chiffres=rows)
    assert [phrase.split(",")[0] for phrase in told] == ["Liens", "Écarts"]


def test_feminine_and_plural_are_agreed():
    rows = [{"table": "participations", "cle": n, "nom": n, "changement": "disparu"} for n in ("A / D / r", "B / D / r")]
    first, second = tell(bilan=[("participations", 5, 2, 0, 3, 0, 3)], lignes=rows)
    assert first == "5 participations avant, 3 après : 0 apparue, 2 disparues sur 5, 0 changée sur 3 présentes aux deux dates."
    assert second == "Disparues : A / D / r et B / D / r."


def test_cells_are_told_up_to_six_and_the_others_counted():
    cells = [{"table": "liens", "cle": str(n), "nom": f"L{n}", "colonne": "intensite", "avant": "", "apres": "2"} for n in range(8)]
    told = tell(bilan=[("liens", 8, 0, 0, 8, 8, 0)], cases=cells)
    assert told[1] == "8 cases ont changé : intensité (8)." and told[2] == "L0, intensité : case vide devient « 2 »."
    assert len(told) == 9 and told[-1] == "Et 2 autres cases : feuille « cases » du classeur."


def test_communes_that_change_unit_are_told_layer_by_layer():
    layer = {"couche": "CAF", "decoupage": "Caf", "apres": "y"}
    rows = [{"code_insee": str(n), "nom": f"C{n}", "avant": "x", "changement": "change d'unité"} | layer for n in range(2)]
    rows += [{"code_insee": "9", "nom": "C9", "avant": "", "changement": "commune entrée"} | layer]
    told = tell(bilan=[("communes", 10, 1, 1, 10, 2, 7)], ressorts=rows)
    assert told == [
        "Communes entrées dans le périmètre : C9 (1).", "2 communes ont changé d'unité sur 9, dans 1 découpage.",
        "Caf : C0 et C1 : « x » devient « y ».",
    ]  # fmt: skip


@pytest.mark.parametrize(("figure", "words"), [
    ({"mesure": "densite", "avant": 0.0093, "apres": 0.0104, "numerateur_avant": 278, "denominateur_avant": 29890,
      "numerateur_apres": 311, "denominateur_apres": 29890}, "0,9 % (278 sur 29 890) avant, 1,0 % (311 sur 29 890) après"),
    ({"mesure": "nb_isoles", "avant": 52.0, "apres": 53.0, "numerateur_avant": 52, "denominateur_avant": 245, "numerateur_apres": 53,
      "denominateur_apres": 246}, "52 sur 245 avant, 53 sur 246 après"),
    ({"mesure": "degre", "avant": 2.27, "apres": 2.31}, "2,27 avant, 2,31 après"),
])  # fmt: skip
def test_a_figure_has_its_denominator(figure, words):
    told = tell(bilan=[("chiffres", 10, 0, 0, 10, 1, 9)], chiffres=[WHOLE | {"ecart": 1.0} | figure])
    assert told == [f"Mesure, sur l'ensemble du territoire : {words}."]


@pytest.mark.parametrize("figure", [
    {"mesure": "densite", "avant": 0.00931, "apres": 0.00932}, {"mesure": "degre", "avant": 2.271, "apres": 2.272},
    {"mesure": "sensibilite", "avant": 0.001, "apres": 0.002},
])  # fmt: skip
def test_a_figure_that_rounding_hides_is_counted_at_the_end_and_not_told(figure):
    told = tell(bilan=[("chiffres", 10, 0, 0, 10, 2, 8)], chiffres=[WHOLE | {"ecart": 1.0} | figure])
    assert len(told) == 1 and told[0].startswith("2 autres chiffres ont bougé (par territoire") and told[0].endswith("du classeur.")


def test_a_figure_of_one_side_only_is_counted_and_not_compared():
    told = tell(bilan=[("chiffres", 10, 0, 1, 11, 0, 10)], chiffres=[WHOLE | {"mesure": "m", "avant": np.nan, "apres": 1.0}])
    assert len(told) == 1 and told[0].startswith("1 autre chiffre a bougé") and "1 calculable depuis" in told[0]
