"""Who takes part in what, and where dispositifs are, by position on the map."""

import pandas as pd
from test_web import make_communes, make_view

from diagnostic.draw.web_dispositifs import list_dispositifs


def list_toy(**changes):
    view = make_view() | changes
    ids = view["acteurs"]["acteur_id"].tolist()
    return list_dispositifs(make_communes(), ids, view["dispositifs"], view["participations"], stades=["Émergence", "Diagnostic"])


def test_participations_are_positions_and_what_is_not_on_the_map_is_counted():
    told = list_toy()
    assert told["nom"] == ["CTG", "PAT", "Ailleurs"]
    assert told["stades"] == ["Émergence", "Diagnostic", "Stade non précisé"] and told["roles"] == ["Animation", "Pilotage"]
    # a (0) leads the CTG from its start, b (1) joins it at the diagnosis, a animates the PAT at a stage nobody said.
    assert told["participations"] == [[0, 0, 0, 1], [0, 1, 2, 0], [1, 0, 1, 0]]
    assert told["nb_sans_acteur"] == 1


def test_dispositifs_stand_where_their_territory_is():
    told = list_toy()
    groups, index = told["presents"]["groupes"], told["presents"]["index"]
    # The CTG is that of CC Ouest (one column of three), the PAT of commune 00001; the third names nowhere of the map.
    assert [groups[place] for place in index] == [[0], [1], []] + [[0], [], []] * 2
    assert told["nb_sans_territoire"] == 1


def test_a_departement_is_known_with_or_without_its_prefix_and_a_region_with_it():
    rows = make_view()["dispositifs"].assign(territoires=[("63",), ("departement:63",), ("84",)])
    communes = make_communes().assign(region="84")
    told = list_dispositifs(communes, [], rows, pd.DataFrame(columns=["acteur_id", "dispositif_id"]))
    assert told["presents"]["groupes"] == [[0, 1]] and told["nb_sans_territoire"] == 1
    rows = rows.assign(territoires=[("region:84",), (), None])
    told = list_dispositifs(communes, [], rows, pd.DataFrame(columns=["acteur_id", "dispositif_id"]))
    assert told["presents"]["groupes"] == [[0]] and told["participations"] == []
