"""A name that holds how to reach somebody: told to who keeps the file, and never published as it is."""

import pandas as pd
import pytest

from diagnostic.edition.coarse import coarsen_actors, list_words, mark_persons
from diagnostic.edition.personal import make_masker, mask_text
from diagnostic.edition.reached import find_reached, list_coordinates, rename_reached, strip_coordinates, tell_reached

MAIRIES = pd.DataFrame({"x_m": [10.0], "y_m": [20.0]}, index=pd.Index(["43016"], name="code_insee"))
LABELS = {"association_autre": "Associations"}


def make_actors(*names, **columns):
    common = {
        "sigle": None, "categorie": "association_autre", "statut": "association", "code_insee": "43016", "commune": "Auzon",
        "siret": "21430016400012", "lat": 45.0, "x_m": 1.0, "y_m": 2.0, "diffusion": "public", "source": "FICTIF", "fichier": "f.xlsx",
        "feuille": "acteurs",
    }  # fmt: skip
    rows = [common | {"acteur_id": f"A{rank}", "nom": name, "ligne": rank + 2} for rank, name in enumerate(names)]
    return pd.DataFrame(rows).assign(**columns)


@pytest.mark.parametrize(
    ("name", "found", "rest"),
    [
        ("Marie Dupont, 06 12 34 56 78", ["06 12 34 56 78"], "Marie Dupont"),
        ("Marie Dupont (0612345678)", ["0612345678"], "Marie Dupont"),
        ("Amap, marie.dupont@exemple.fr", ["marie.dupont@exemple.fr"], "Amap"),
        ("Amap d'Auzon, contact Marie Dupont", ["Marie Dupont"], "Amap d'Auzon, contact"),
        ("Amap d'Auzon (référente : Claire Blanc)", ["Claire Blanc"], "Amap d'Auzon (référente"),
        ("Amap, contact@amap.fr", [], "Amap, contact@amap.fr"),
        ("Contact Jeunes Auzon", [], "Contact Jeunes Auzon"),
        ("Lycée 1, Le Puy", [], "Lycée 1, Le Puy"),
    ],
)
def test_what_reaches_somebody_in_a_name(name, found, rest):
    assert list_coordinates(name) == found and strip_coordinates(name) == rest


def test_each_public_row_is_told_and_closed_ones_are_not():
    names = ["Marie Dupont, 06 12 34 56 78"] * 4
    actors = make_actors(*names, diffusion=["public", None, "interne", "partenaires"])
    devices = actors.iloc[:1].assign(feuille="dispositifs", nom="Contrat, voir avec Claire Blanc")
    told = pd.concat(tell_reached({"acteurs": actors, "dispositifs": devices}))
    assert told[["gravite", "feuille", "ligne", "colonne"]].values.tolist() == [
        ["attention", "acteurs", 2, "nom"], ["attention", "acteurs", 3, "nom"], ["attention", "dispositifs", 2, "nom"],
    ]  # fmt: skip
    assert told["nom"].tolist() == told["valeur"].tolist() and told["proposition"].eq("").all()
    assert tell_reached({"acteurs": make_actors("Amap"), "dispositifs": make_actors("Contrat")}) == []


def test_a_person_with_a_telephone_is_a_person_whatever_the_category():
    actors = make_actors("Marie Dupont, 06 12 34 56 78", "Amap, 06 12 34 56 78", "Mairie, contact Marie Dupont", "Amap",
                         statut=["association", "association", "public", "association"])  # fmt: skip
    marks = mark_persons(actors)
    assert marks["entrepreneur"].tolist() == [True, False, False, False] and marks["joint"].tolist() == [True, True, False, False]
    shown, told = coarsen_actors(actors, marks, MAIRIES, LABELS, "publique")
    hidden = "Associations, Auzon (nom non publié)"
    assert shown["nom"].tolist() == [hidden, hidden, "Mairie, contact Marie Dupont", "Amap"]
    assert pd.isna(shown["siret"][0]) and shown["x_m"].tolist() == [10, 1, 1, 1]
    assert [row[2] for row in told if row[1] == "nom"] == [2]
    words = list_words(actors, shown, marks, set())
    masker = make_masker("publique", words=words)
    assert mask_text("vu avec Marie Dupont, 06 12 34 56 78", masker) == f"vu avec {hidden}"
    assert mask_text(shown["nom"][2], masker).startswith("Mairie, contact ") and "Dupont" not in mask_text("chez marie DUPONT", masker)


def test_partners_read_the_name_without_how_to_reach_the_person():
    actors = make_actors("Marie Dupont, 06 12 34 56 78", "Amap, contact Claire Blanc")
    marks = mark_persons(actors)
    shown, _ = coarsen_actors(actors, marks, MAIRIES, LABELS, "partenaires")
    assert shown["nom"].tolist() == actors["nom"].tolist()
    words = {text: word for text, word in list_words(actors, shown, marks, set()).items() if text not in set(actors["nom"])}
    masker = make_masker("partenaires", words=words)
    assert [mask_text(name, masker) for name in shown["nom"]] == ["Marie Dupont, [retiré]", "Amap, contact [retiré]"]


def test_a_dispositif_is_named_by_its_type():
    rows = pd.DataFrame({"dispositif_id": ["D1", "D2"], "nom": ["Contrat, 06 12 34 56 78", "Contrat local"], "type": ["ctg", "ctg"]})
    renamed, words, told = rename_reached(rows, {"ctg": "Convention territoriale"})
    assert renamed["nom"].tolist() == ["Convention territoriale (nom non publié)", "Contrat local"]
    assert words == {"Contrat, 06 12 34 56 78": "Convention territoriale (nom non publié)"} and told[0][2] == 1
    assert rename_reached(rows.iloc[1:], {})[1:] == ({}, [])


def test_a_missing_name_reaches_nobody():
    assert find_reached(make_actors(None, "Amap")).tolist() == [False, False]
