"""Facets: by hand, by a double loop, each network apart, what is not said apart; funders that come late."""

import itertools

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import (
    BI,
    BI_DISPOSITIFS,
    BI_PARTICIPATIONS,
    J2,
    J2_LIENS,
    make_actors,
    make_dispositifs,
    make_links,
    make_participations,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.measure.liens.density import measure_two_mode_density
from diagnostic.measure.liens.facets import (
    FACET_COLUMNS,
    STAGES,
    list_funders,
    measure_facets,
    measure_late_entry,
)  # fmt: skip
from diagnostic.schema import make_table
from diagnostic.vocabulary import read_vocabulary

S, D = "social", "developpement_local"
LATE_FIGURES = ["nb_financements", "nb_renseignes", "nb_tardifs", "part_tardive", "part_renseignee"]
NONE = {name: make_table(name) for name in ("liens", "dispositifs", "participations", "adhesions", "reseaux")}


def measure(acteurs, **tables):
    return measure_facets(acteurs, *({**NONE, **tables}[n] for n in ("liens", "dispositifs", "participations", "adhesions", "reseaux")))


def pick(table, reseau, facette):
    return table[(table["reseau"] == reseau) & (table["facette"] == facette)].set_index("valeur")


def make_themed(themes, **columns):
    return make_dispositifs(*themes).assign(themes=list(themes.values()), **columns)


def test_cumulative_intensity_by_hand():
    liens = make_links("ab bc ac cd de ef ba", intensite=[1.0, 1, 2, 3, 4, 1, 4])  # ba again: ab is worth 4
    table = pick(measure(J2, liens=liens.head(6).assign(intensite=[1.0, 1, 2, 3, 4, 4])), "liens", "intensite")
    assert table["densite"].to_dict() == pytest.approx({"1": 0.4, "2": 0.2666666667, "3": 0.2, "4": 0.1333333333})
    again = pick(measure(J2, liens=liens), "liens", "intensite")
    assert again["nb_liens"].to_dict() == {"1": 6, "2": 4, "3": 3, "4": 2}
    assert again.loc["4", ["nb_liens_champs", "nb_externes", "part_externes"]].tolist() == [2, 0, 0]
    assert again.loc["3", ["nb_liens_champs", "nb_externes", "part_externes"]].tolist() == pytest.approx([3, 1, 1 / 3])
    assert table["densite"].to_dict() == pytest.approx(read_expected()["densite_par_seuil"])


def test_links_without_an_intensity_are_counted_apart():
    table = pick(measure(J2, liens=J2_LIENS.assign(intensite=[2.0, 1, np.nan, np.nan, np.nan, np.nan])), "liens", "intensite")
    assert table["nb_liens"].to_dict() == {"1": 2, "2": 1, "non_precise": 4}
    assert np.isnan(table.loc["non_precise", "densite"])
    assert table.loc["non_precise", "raison_absence"] == "valeur non précisée"
    silent = pick(measure(J2, liens=J2_LIENS), "liens", "intensite")
    assert silent["nb_liens"].to_dict() == {"non_precise": 6}


def test_densities_over_all_pairs_need_half_of_the_links_to_have_a_value():
    """Two links of six have a stage: 2 / 15 would mostly say that four have none. The share across the champs stays."""
    dispositifs = make_dispositifs("CTG").assign(stade="emergence", themes=[("t",)])
    liens = J2_LIENS.assign(dispositif_id=["CTG", None, None, "CTG", None, None], intensite=[1.0, 2, 3, 4, np.nan, np.nan])
    table = measure(J2, liens=liens.assign(type=["x", *[None] * 5]), dispositifs=dispositifs)
    stage = pick(table, "liens", "stade").loc["emergence"]
    assert np.isnan(stage["densite"])
    assert stage["raison_absence"] == "stade connu pour 2 liens sur 6"
    assert stage[["nb_liens", "nb_externes", "part_externes"]].tolist() == [2, 1, 0.5]
    assert pick(table, "liens", "stade").loc["non_precise", "raison_absence"] == "valeur non précisée"
    assert pick(table, "liens", "type").loc["x", "raison_absence"] == "type connu pour 1 lien sur 6"
    assert pick(table, "liens", "intensite").loc["1", ["densite", "raison_absence"]].tolist() == [pytest.approx(4 / 15), ""]
    assert pick(table, "liens", "theme").loc["t", "densite"] == pytest.approx(2 / 6)  # ab and cd among a, b, c, d
    half = liens.assign(dispositif_id=["CTG", "CTG", None, "CTG", None, None])
    assert pick(measure(J2, liens=half, dispositifs=dispositifs), "liens", "stade").loc["emergence", "densite"] == pytest.approx(3 / 15)
    parts = make_participations("a:CTG b:CTG c:CTG d:CTG").assign(stade=["evaluation", None, None, None], role=None)
    held = pick(measure(J2, dispositifs=dispositifs, participations=parts), "participations", "stade").loc["evaluation"]
    assert np.isnan(held["densite"]) and held["raison_absence"] == "stade connu pour 1 participation sur 4"


def test_types_overlap_and_make_one_pair_in_the_whole():
    liens = make_links("ab ba ab cd zz az").assign(type=["x", "x", "y", None, "x", "x"])
    table = measure(J2, liens=liens)
    assert pick(table, "liens", "type")["nb_liens"].to_dict() == {"x": 1, "y": 1, "non_precise": 1}
    whole = pick(table, "liens", "ensemble").loc["ensemble"]
    assert whole[["nb_acteurs", "nb_liens", "nb_paires", "nb_externes", "part_externes"]].tolist() == [6, 2, 15, 1, 0.5]
    assert whole["densite"] == pytest.approx(2 / 15)


def test_mixed_actors_are_out_of_the_share_and_in_the_density():
    acteurs = make_actors({"a": S, "b": D, "m": "mixte", "x": "autre"})
    row = pick(measure(acteurs, liens=make_links("ab am bm ax")), "liens", "type").loc["information"]
    assert row[["nb_liens", "nb_liens_champs", "nb_externes", "part_externes"]].tolist() == [4, 1, 1, 1]
    none = pick(measure(acteurs, liens=make_links("am")), "liens", "type").loc["information"]
    assert [none["nb_liens_champs"], none["densite"]] == pytest.approx([0, 1 / 6])
    assert np.isnan(none["part_externes"])


def test_themes_of_links_come_from_the_dispositif_else_from_both_ends():
    acteurs = make_actors(dict.fromkeys("abcd", S)).assign(
        themes=[("alim", "sante"), ("alim", "sante"), ("sante", "sport"), None]
    )
    dispositifs = make_themed({"CTG": ("enfance", "alim"), "VIDE": None, "LOIN": ("sport",)})
    liens = make_links("ab ac bc ad cd", dispositif_id=["CTG", "VIDE", None, "absent", None])
    table = pick(measure(acteurs, liens=liens, dispositifs=dispositifs), "liens", "theme")
    # ab: the themes of CTG, not the sante they share; ac: VIDE has no theme, both list sante, and so do b and c; d lists nothing.
    assert table["nb_liens"].to_dict() == {"alim": 1, "enfance": 1, "sante": 2, "sport": 0, "non_precise": 2}
    assert table["nb_acteurs"].to_dict() == {"alim": 2, "enfance": 2, "sante": 3, "sport": 1, "non_precise": 4}
    assert table["densite"].to_dict() == pytest.approx(
        {"alim": 1, "enfance": 1, "sante": 2 / 3, "sport": np.nan, "non_precise": np.nan}, nan_ok=True
    )
    assert table.loc["sport", "raison_absence"] == "moins de deux acteurs"


def test_themes_agree_with_a_double_loop():
    rng = np.random.default_rng(8)
    letters, themes = "abcdefghij", ["t1", "t2", "t3"]
    acteurs = make_actors({a: str(rng.choice([S, D, "mixte"])) for a in letters})
    acteurs = acteurs.assign(themes=[tuple(t for t in themes if rng.random() < 0.5) for _ in letters])
    liens = make_links(" ".join("".join(rng.choice(list(letters), 2, replace=False)) for _ in range(25)))
    table = pick(measure(acteurs, liens=liens), "liens", "theme")
    held = acteurs.set_index("acteur_id")["themes"]
    linked = {frozenset(p) for p in zip(liens["source_id"], liens["cible_id"], strict=True)}
    for theme in themes:
        having = [a for a in letters if theme in held[a]]
        pairs = list(itertools.combinations(having, 2))
        assert table.loc[theme, ["nb_acteurs", "nb_paires"]].tolist() == [len(having), len(pairs)]
        assert table.loc[theme, "nb_liens"] == sum(frozenset(p) in linked for p in pairs)
    lost = sum(not set(held[a]) & set(held[b]) for a, b in map(sorted, linked))
    assert table["nb_liens"].get("non_precise", 0) == lost


def test_a_density_never_exceeds_one():
    acteurs = make_actors(dict.fromkeys("abc", S)).assign(themes=[("alim",), None, None])
    dispositifs = make_themed({"PAT": ("alim",)})
    table = measure(acteurs, liens=make_links("ab bc ac", dispositif_id="PAT"), dispositifs=dispositifs)
    assert pick(table, "liens", "theme").loc["alim", ["nb_acteurs", "nb_liens", "densite"]].tolist() == [3, 3, 1]
    assert (table["densite"].dropna() <= 1).all()


def test_stages_of_links_are_those_of_their_dispositif():
    dispositifs = make_dispositifs("CTG", "PAT", "X").assign(stade=["emergence", "evaluation", None])
    liens = make_links("ab ab bc cd de", dispositif_id=["CTG", "PAT", "CTG", "X", None])
    table = pick(measure(J2, liens=liens, dispositifs=dispositifs), "liens", "stade")
    assert table["nb_liens"].to_dict() == {"emergence": 2, "evaluation": 1, "non_precise": 2}
    assert table.loc["emergence", "densite"] == pytest.approx(2 / 15)


def test_participations_by_role_stage_qualification_and_theme():
    acteurs = BI.assign(themes=[("enfance",), None, ("alim",), ("alim",)])
    dispositifs = BI_DISPOSITIFS.assign(themes=[("enfance", "droits"), ("alim",), None])
    parts = pd.concat([BI_PARTICIPATIONS, BI_PARTICIPATIONS.head(1)]).assign(
        role=["financement", "pilotage", "pilotage", "participation", "pilotage", "pilotage"],
        stade=["emergence", "emergence", "evaluation", None, "emergence", "evaluation"],
        qualification="co_pilote", theme=["enfance", None, None, None, None, None],
    )  # fmt: skip
    table = measure(acteurs, dispositifs=dispositifs, participations=parts)
    whole = pick(table, "participations", "ensemble").loc["ensemble"]
    assert whole[["nb_acteurs", "nb_dispositifs", "nb_liens", "nb_paires"]].tolist() == [4, 3, 5, 12]
    assert whole["densite"] == pytest.approx(0.4166666667)
    places = acteurs[["acteur_id"]].assign(territoire_id="perimetre")
    ground = pd.DataFrame({"nom": ["x"], "type": ["perimetre"]}, index=["perimetre"])
    other = measure_two_mode_density(acteurs, dispositifs, parts, places, ground)["densite"].iloc[0]
    assert whole["densite"] == pytest.approx(other)
    assert pick(table, "participations", "role")["nb_liens"].to_dict() == {"financement": 1, "participation": 1, "pilotage": 4}
    assert pick(table, "participations", "stade")["nb_liens"].to_dict() == {"emergence": 3, "evaluation": 2, "non_precise": 1}
    assert pick(table, "participations", "qualification")["densite"].to_dict() == pytest.approx({"co_pilote": 5 / 12})
    themes = pick(table, "participations", "theme")
    # CAF in CTG: enfance (said), and the themes of CTG for its second row, that says none; CC in CTG: both; PAT: alim.
    assert themes["nb_liens"].to_dict() == {"alim": 2, "droits": 2, "enfance": 2, "non_precise": 1}
    assert themes.loc["alim", ["nb_acteurs", "nb_dispositifs", "nb_paires", "densite"]].tolist() == pytest.approx([3, 1, 3, 2 / 3])
    assert table["nb_externes"].notna().sum() == 1  # the champs are told of declared links only
    said = measure(acteurs, dispositifs=dispositifs, participations=parts.head(1))  # its own theme, none of its dispositif
    assert pick(said, "participations", "theme")["nb_liens"].to_dict() == {"enfance": 1}
    assert whole["densite"] == pytest.approx(read_expected()["densite_bipartie"])


def test_memberships_by_scale():
    reseaux = pd.DataFrame({"reseau_id": ["r1", "r2", "r3", "r4"], "echelle": ["locale", "locale", "nationale", None]})
    adhesions = pd.DataFrame({"acteur_id": ["a", "a", "b", "c", "z", "a", "d"], "reseau_id": ["r1", "r1", "r2", "r3", "r1", "r9", "r4"]})
    table = pick(measure(J2, adhesions=adhesions, reseaux=reseaux), "adhesions", "echelle")
    assert table["nb_liens"].to_dict() == {"locale": 2, "nationale": 1, "non_precise": 1}
    assert table["densite"].to_dict() == pytest.approx({"locale": 2 / 12, "nationale": 1 / 6, "non_precise": np.nan}, nan_ok=True)
    whole = pick(measure(J2, adhesions=adhesions, reseaux=reseaux), "adhesions", "ensemble").loc["ensemble"]
    assert whole[["nb_acteurs", "nb_reseaux", "nb_liens", "nb_paires"]].tolist() == [6, 4, 4, 24]


def test_networks_are_never_mixed_and_an_empty_sheet_is_no_network():
    table = measure(J2)
    assert table.columns.tolist() == FACET_COLUMNS
    assert table["reseau"].tolist() == ["liens", "participations", "adhesions"]
    assert table["densite"].isna().all()
    assert table["raison_absence"].tolist() == [
        "aucun lien déclaré (feuille liens)",
        "aucune participation saisie (feuille participations)",
        "aucune adhésion saisie (feuille adhesions)",
    ]
    aside = measure(J2, liens=make_links("aa az"))
    assert aside["raison_absence"].iloc[0] == "aucun lien retenu : 2 lignes écartées (feuille liens)"
    nobody = measure(make_table("acteurs"))
    assert nobody["nb_acteurs"].tolist() == [0, 0, 0]
    with_links = measure(J2, liens=J2_LIENS)
    both = measure(J2, liens=J2_LIENS, participations=make_participations("a:X b:X"), dispositifs=make_dispositifs("X"))
    mine = [t[t["reseau"] == "liens"].reset_index(drop=True) for t in (with_links, both)]
    pdt.assert_frame_equal(*mine)


def test_the_order_of_rows_does_not_matter():
    acteurs = J2.assign(themes=[("t",), ("t", "u"), None, ("u",), ("u", "t"), ("t",)])
    tables = {
        "liens": J2_LIENS.assign(dispositif_id=["X", None, None, "Y", None, None], intensite=[1.0, 2, 3, 4, np.nan, 1]),
        "dispositifs": make_themed({"X": ("t", "v"), "Y": None}, stade="emergence"),
        "participations": make_participations("a:X b:X c:Y").assign(role=["financement", "pilotage", None]),
        "adhesions": pd.DataFrame({"acteur_id": ["a", "b"], "reseau_id": ["r", "r"]}),
        "reseaux": pd.DataFrame({"reseau_id": ["r", "s"], "echelle": ["locale", "locale"]}),
    }
    first = measure(acteurs, **tables)
    pdt.assert_frame_equal(measure(shuffle(acteurs), **{name: shuffle(t) for name, t in tables.items()}), first)


def test_stages_are_in_the_order_of_the_vocabulary():
    lists = read_vocabulary("listes")
    assert [*STAGES, "autre"] == lists.loc[lists["liste"] == "stades", "code"].tolist()


def make_funding(text):
    """Return participations from "a:CTG:financement:emergence", an empty part meaning nothing said."""
    cells = [[part or None for part in cell.split(":")] for cell in text.split()]
    return pd.DataFrame(cells, columns=["acteur_id", "dispositif_id", "role", "stade"])


def test_late_entry_by_hand():
    parts = make_funding(
        "a:CTG:financement:emergence b:CTG:financement:diagnostic c:PAT:financement:evaluation d:PAT:financement:conception"
    )
    by_device, whole = measure_late_entry(parts)
    assert whole.loc[0, LATE_FIGURES].tolist() == [4, 4, 3, 0.75, 1]
    assert by_device["part_tardive"].tolist() == [0.5, 1]
    pdt.assert_frame_equal(measure_late_entry(shuffle(parts))[0], by_device)


def test_the_first_stage_counts_whatever_the_role_and_unknown_stages_are_told():
    parts = make_funding(
        "a:CTG:financement:evaluation a:CTG:participation:emergence b:CTG:financement: c:CTG:financement:autre"
        " d:CTG:pilotage:evaluation e:CTG:financement:mise_en_oeuvre e:CTG:financement:diagnostic"
        " e:CTG:financement:diagnostic f:PAT:financement:"
    )
    funders = list_funders(parts).set_index("acteur_id")
    assert funders.index.tolist() == ["a", "b", "c", "e", "f"]  # d funds nothing
    assert funders["premier_stade"].tolist() == pytest.approx(["emergence", np.nan, np.nan, "diagnostic", np.nan], nan_ok=True)
    assert funders["tardif"].tolist() == [False, pd.NA, pd.NA, True, pd.NA]
    by_device, whole = measure_late_entry(parts)
    assert whole.loc[0, LATE_FIGURES].tolist() == [5, 2, 1, 0.5, 0.4]
    pat = by_device.set_index("dispositif_id").loc["PAT"]
    assert np.isnan(pat["part_tardive"])
    assert pat[["part_renseignee", "raison_absence"]].tolist() == [0, "stade des financeurs non renseigné"]


def test_late_entry_without_funder():
    by_device, whole = measure_late_entry(make_funding("a:CTG:pilotage:emergence"))
    assert by_device.empty
    assert whole[["part_tardive", "part_renseignee"]].isna().all(axis=None)
    assert whole["raison_absence"].tolist() == ["aucun financement saisi (feuille participations, colonne role)"]
    assert measure_late_entry(make_table("participations"))[0].empty


def test_links_without_a_column_of_dispositifs_have_the_themes_of_their_ends():
    acteurs = make_actors({"a": "social", "b": "social"}, themes=[("sante",), ("sante", "emploi")])
    dispositifs = pd.DataFrame({"dispositif_id": ["CTG"], "themes": [("emploi",)], "stade": ["emergence"]})
    none = pd.DataFrame(columns=["acteur_id", "dispositif_id", "reseau_id", "echelle"])
    table = measure_facets(acteurs, make_links("ab"), dispositifs, none, none, none)
    themes = table[(table["reseau"] == "liens") & (table["facette"] == "theme")].set_index("valeur")["nb_liens"]
    assert themes.to_dict() == {"emploi": 0, "sante": 1}
