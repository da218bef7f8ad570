"""What the dossier knows of each question: its counts, nothing where it knows nothing, nothing that the edition hides."""

import pandas as pd

from diagnostic.draw.workshop_known import tell_known
from diagnostic.vocabulary import read_list

LISTS = {name: read_list(name) for name in ("dispositifs", "types_lien", "echelles")}
EMPTY = {
    "communes": pd.DataFrame(columns=["epci_nom", "population"]), "dispositifs": pd.DataFrame(columns=["nom", "type", "fichier"]),
    "participations": pd.DataFrame(columns=["acteur_id", "dispositif_id"]),
    "liens": pd.DataFrame(columns=["source_id", "cible_id", "type"]), "reseaux": pd.DataFrame(columns=["reseau_id", "echelle"]),
    "adhesions": pd.DataFrame(columns=["acteur_id"]), "listes": LISTS,
}  # fmt: skip
NUMBERED = pd.DataFrame({"numero": [1, 2, 3], "acteur_id": ["a", "b", "c"], "champ": ["social", "social", "mixte"]})


def tell(numbered=NUMBERED, **tables):
    return {code: text.replace("\u202f", " ").replace("\u00a0", " ") for code, text in tell_known(numbered, EMPTY | tables).items()}


def test_nothing_is_told_of_what_nobody_wrote():
    assert tell(NUMBERED.iloc[:0]) == {}


def test_each_question_has_its_counts():
    told = tell(
        communes=pd.DataFrame({"epci_nom": ["Auzon", "Auzon", None], "population": [400, 500, 600]}),
        dispositifs=pd.DataFrame({"dispositif_id": ["p", "q"], "nom": ["Un", "Deux"], "type": "PAT", "fichier": "inventaire.xlsx"}),
        participations=pd.DataFrame({"acteur_id": ["a", "a", "absent"], "dispositif_id": ["p", "q", "p"]}),
        liens=pd.DataFrame({"source_id": ["a", "a"], "cible_id": ["b", "absent"], "type": ["co_pilote", "information"]}),
        reseaux=pd.DataFrame({"reseau_id": ["r"], "echelle": ["locale"]}), adhesions=pd.DataFrame({"acteur_id": ["a", "a"]}),
    )  # fmt: skip
    assert told["Q1"] == "3 communes, 1 500 habitants, dans 1 intercommunalité (Auzon)."
    assert told["Q2"].startswith("2 dispositifs et actions (cartes D1 à D2) : ") and told["Q2"].endswith("(2).")
    assert told["Q3"].startswith("3 acteurs numérotés : Champ social (2)") and "1 prend part à 2 dispositifs." in told["Q3"]
    assert told["Q4"] == "1 lien connu : Co-pilote (1). 1 acteur de la carte sans lien connu."
    assert told["Q5"].startswith("1 réseau : ") and told["Q5"].endswith("1 acteur y adhère.")
