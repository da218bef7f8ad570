"""The maps of the actors: by champ, and over the ressorts of the layer that the settings name."""

import pandas as pd
from toy_map import MENTIONS, make_acteurs, make_communes, make_ressort, make_unites, prepare_toy, read_legends

from diagnostic.draw.actor_pages import choose_ressorts, list_actor_pages

COUCHES = pd.DataFrame({"libelle": ["Circonscriptions d'action sociale"]}, index=["CAS"])


def list_pages(couche):
    tables = {
        "couches": COUCHES, "affectation": make_ressort(make_communes()), "unites": make_unites(),
        "reglages": {"couche_carte_acteurs": couche},
    }  # fmt: skip
    return dict(list_actor_pages(tables, prepare_toy(), make_acteurs(), MENTIONS))


def test_one_map_more_when_a_layer_is_named():
    assert list(list_pages("")) == ["acteurs"]
    pages = list_pages("CAS")
    assert list(pages) == ["acteurs", "acteurs_cas"]
    legends = read_legends(pages["acteurs_cas"]())
    heading = "Circonscriptions d'action sociale : 2\xa0unités, nombre de communes"
    assert [entry.split(" — ")[0] for entry in legends[heading]] == ["1. Secteur $ouest$", "2. Secteur est"]
    assert heading not in read_legends(pages["acteurs"]())


def test_a_shared_commune_is_in_its_largest_part():
    units = choose_ressorts(prepare_toy(), make_ressort(make_communes()), make_unites(), "CAS")
    assert units.set_index("nom")["nb_communes"].to_dict() == {"Secteur $ouest$": 16, "Secteur est": 7}
    assert units[["x", "y"]].notna().all(axis=None)
    assert not len(choose_ressorts(prepare_toy(), make_ressort(make_communes()), make_unites(), "X"))
