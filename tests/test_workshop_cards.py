"""Cards to cut: what is on each, under the number of the map; nothing invented where a cell is silent."""

import numpy as np
import pandas as pd
import pytest
from jouets_atelier import make_workshop_actors, number_toy
from matplotlib.lines import Line2D
from toy_map import MENTIONS

from diagnostic.draw import workshop_cards as cards
from diagnostic.draw.page import measure_box
from diagnostic.vocabulary import read_list


@pytest.fixture
def shown():
    actors = make_workshop_actors().assign(themes=[("alimentation",), (), *[()] * 9])
    devices = pd.DataFrame({
        "dispositif_id": ["z", "p", "i"], "nom": ["Zeste", "PAT d'essai", "Contrat importé"], "type": ["PAT", "PAT", None],
        "stade": ["emergence", None, None], "porteur_id": ["a", None, None], "territoires": [("43001",), (), ()],
        "fichier": ["inventaire.xlsx", "inventaire.xlsx", "imports/anct.xlsx"],
    })  # fmt: skip
    joined = pd.DataFrame({"acteur_id": ["a", "b", "b", "inconnu"], "dispositif_id": ["z", "z", "z", "z"]})
    territories = pd.DataFrame({"nom": ["Commune-Une"]}, index=["43001"])
    return {
        "acteurs": actors, "dispositifs": devices, "participations": joined, "territoires": territories,
        "listes": {name: read_list(name) for name in ("themes", "dispositifs", "stades")},
    }  # fmt: skip


def test_a_card_bears_the_number_of_the_map_and_what_is_known(shown):
    numbered, _ = number_toy()
    rows = cards.list_actor_cards(numbered, shown)
    assert rows["mot"].tolist() == numbered["numero"].astype(str).tolist() and rows["nom"].tolist() == numbered["nom"].tolist()
    known = rows.set_index("nom")["lignes"]
    assert "Thèmes : Alimentation" in known["Zèbre"] and "Dans : Zeste" in known["Abeille"]
    assert not any(line.startswith(("Thèmes", "Dans")) for line in known["Ours"])


def test_a_dispositif_names_its_actors_by_number_once_and_an_import_has_no_card(shown):
    numbered, _ = number_toy()
    rows = cards.list_dispositif_cards(numbered, shown)
    assert rows["mot"].tolist() == ["D1", "D2"] and rows["nom"].tolist() == ["PAT d'essai", "Zeste"]
    numbers = sorted(numbered.set_index("acteur_id").loc[["a", "b"], "numero"])
    assert rows["lignes"].iloc[1][-1] == f"Acteurs n° : {numbers[0]}, {numbers[1]}"
    assert "Porté par : Zèbre" in rows["lignes"].iloc[1] and "Territoire : Commune-Une" in rows["lignes"].iloc[1]
    assert rows["lignes"].iloc[0][-1] == "Aucun acteur de la carte n'y est encore."


def make_cards(number):
    long = "Un nom de structure bien trop long pour tenir sur une seule ligne d'une carte à découper, vraiment, et même plus encore"
    return pd.DataFrame({
        "mot": [str(n) for n in range(1, number + 1)], "champ": np.resize(["social", "developpement_local", "mixte", "autre"], number),
        "mairie": False, "nom": np.resize([long, "Court $x$ {y}"], number),
        "lignes": [("Une ligne " * 30, "Deux", "Trois", "Quatre")] * number,
    })  # fmt: skip


def test_eight_cards_a_page_and_nothing_runs_out_of_a_card():
    pages = cards.draw_cards(make_cards(9), "acteur", mentions=MENTIONS)
    assert len(pages) == 2
    texts = [text for text in pages[0].texts if text.get_gid() in ("nom", "su", "a remplir")]
    assert sum(text.get_gid() == "nom" for text in texts) == 8
    width, height = pages[0].get_size_inches()
    cuts = sorted({round(line.get_xdata()[0] * width, 3) for line in pages[0].findobj(Line2D) if line.get_gid() == "decoupe"})
    cuts = [cuts[0], cuts[1], cuts[-1]]
    for text in texts:
        x0, y0, x1, y1 = measure_box(text)
        column = 0 if x0 < cuts[1] else 1
        assert cuts[column] <= x0 and x1 <= cuts[column + 1] + 1e-6 and 0 < y0 < y1 < height
    blanks = [line for line in pages[0].findobj(Line2D) if line.get_gid() == "ligne vide"]
    assert len(blanks) == 16
    assert any("cartes d'acteurs à découper" in text.get_text() and text.get_text().startswith("9") for text in pages[0].texts)


def test_no_card_no_page():
    assert cards.draw_cards(make_cards(0), "dispositif", mentions=MENTIONS) == []
