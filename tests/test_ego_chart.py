"""One actor seen from itself: partners by champ, who said the link, dispositifs, a clear word when there is nothing."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import BI_DISPOSITIFS, BI_PARTICIPATIONS, J2, shuffle
from toy_map import MENTIONS, find_gid, list_boxes, plain, read_legends, read_texts, save_png

from diagnostic.draw import ego_chart
from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.survey import list_confirmations

# c is linked to a, b (social) and d (local development); a and c both say it, only d says cd, nobody says bc.
SAID = pd.DataFrame(
    {
        "source_id": ["a", "c", "b", "d", "a"],
        "cible_id": ["c", "a", "c", "c", "b"],
        "type": ["co_pilote", "partenaire_financier", "information", "orientation_public", "information"],
        "oriente": [False, False, False, True, False],
        "declarant_id": ["a", "c", None, "d", "a"],
    }
)
ROLES = BI_PARTICIPATIONS.assign(acteur_id="c", role=["pilotage", "financement", None, "animation", "coordination"])


def draw(acteur_id="c", acteurs=J2, liens=SAID, **options):
    return ego_chart.draw_ego(acteur_id, acteurs, liens, ROLES, BI_DISPOSITIFS, mentions=MENTIONS, **options)


@pytest.fixture(scope="module")
def vue():
    return draw()


def test_what_the_reader_sees(vue):
    (title,) = find_gid(vue, "titre")
    assert plain(title.get_text()) == "c : 3 partenaires déclarés (2 du champ social, 1 du développement local) et 3 dispositifs"
    words = plain(read_texts(vue))
    for expected in ["Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif"]:
        assert expected in words
    assert [plain(text.get_text()) for text in find_gid(vue, "secteur")] == ["Champ social (2)", "Développement local (1)"]
    assert {plain(text.get_text()) for text in find_gid(vue, "etiquette")} == {
        "a — co-pilote, financier", "b — information", "d — orientation du public", "CTG financement, pilotage",
        "PAT animation, rôle non renseigné", "LEADER coordination",
    }  # fmt: skip
    legends = {name: [plain(entry) for entry in entries] for name, entries in read_legends(vue).items()}
    assert legends["Liens déclarés"] == [
        "Lien dit par les deux — 1 lien", "Lien dit par un seul des deux — 1 lien",
        "Lien dont on ne sait pas qui l'a dit, ou dit par un tiers — 1 lien", "Lien à sens unique — 1 lien",
        "Lien entre deux partenaires — 1 lien",
    ]  # fmt: skip
    assert legends["Dispositifs"] == ["3 dispositifs"]


def test_each_kind_of_word_has_its_line(vue):
    lines = {name: find_gid(vue, f"lien {name}") for name in ("confirme", "un_seul_cote", "autre")}
    assert [len(found) for found in lines.values()] == [1, 1, 1]
    assert len({found[0].get_linestyle() for found in lines.values()} | {str(found[0]._dash_pattern) for found in lines.values()}) >= 3


def test_confirmations_are_those_that_are_measured():
    rng = np.random.default_rng(8)
    ids = list("abcdef")
    liens = pd.DataFrame({"source_id": rng.choice(ids, 40), "cible_id": rng.choice(ids, 40), "type": "information"})
    liens["declarant_id"] = np.where(rng.random(40) < 0.2, None, rng.choice(ids, 40))
    liens = liens[liens["source_id"] != liens["cible_id"]]
    measured = list_confirmations(J2, liens)
    read = ego_chart.read_confirmations(liens)
    known = measured["confirmation"].where(measured["confirmation"].isin(["confirme", "un_seul_cote"]), "autre")
    assert read["confirmation"].tolist() == known.tolist()
    told = read_texts(draw(liens=liens, confirmations=measured))
    assert told == read_texts(draw(liens=liens))


def test_an_edition_that_hides_who_declared_says_so():
    words = plain(read_texts(draw(liens=SAID.drop(columns="declarant_id"))))
    assert "Qui a déclaré ces liens n'est pas dit ici." in words and "Lien déclaré — 3 liens" in words and "dit par" not in words


def test_row_order(vue):
    turned = ego_chart.draw_ego("c", shuffle(J2), shuffle(SAID), shuffle(ROLES), shuffle(BI_DISPOSITIFS), mentions=MENTIONS)
    assert (save_png(turned)[1] == save_png(vue)[1]).all()


@pytest.mark.parametrize(
    ("answered", "told"),
    [("oui", "a répondu à l'enquête et n'a cité personne"), ("non", "n'a pas répondu à l'enquête"),
     ("non_sollicite", "n'a pas été sollicité"), (None, "On ne sait pas si cet acteur a été interrogé")],
)  # fmt: skip
def test_an_actor_without_link(answered, told):
    figure = draw("f", J2.assign(a_repondu=answered))
    words = plain(read_texts(figure))
    assert "f : aucun lien déclaré, aucun dispositif" in words and "Aucun lien déclaré." in words and told in words
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0


def test_an_unknown_actor_is_refused():
    with pytest.raises(DiagnosticError, match="Acteur inconnu : zzz"):
        draw("zzz")


def test_very_many_partners_are_cut_and_counted():
    ids = [f"p{k:03d}" for k in range(90)]
    champs = ["social"] * 60 + ["developpement_local"] * 30
    acteurs = pd.DataFrame({"acteur_id": ["moi", *ids], "nom": ["Moi", *[f"Structure au nom assez long numéro {k}" for k in range(90)]]})
    acteurs["champ"] = ["mixte", *champs]
    liens = pd.DataFrame({"source_id": "moi", "cible_id": ids, "type": "information"})
    figure = draw("moi", acteurs, liens)
    assert "Faute de place, non dessinés : 48 partenaires." in plain(read_texts(figure))
    assert [plain(text.get_text()) for text in find_gid(figure, "secteur")] == ["Champ social (21)", "Développement local (21)"]
    boxes = list_boxes(figure, "etiquette")
    assert min(box.x0 for box in boxes) >= 0
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[:k])
