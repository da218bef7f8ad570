"""Travel times: from a commune of today to an actor or a commune; what leads nowhere is told with its line, nothing is dropped."""

import time

import numpy as np
import pandas as pd
import pytest
from dossier_csv import ACTEURS, check_counts, counts_of, read

from diagnostic.read.dossier import read_dossier
from diagnostic.read.draft import draft_inventory
from diagnostic.read.gaps.travel_times import resolve_travel_times
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import make_table
from diagnostic.write.template import write_inventory

COG = read_cog()
COMMUNES = read_communes(departements=["43"], geometry=False)
SITES = pd.DataFrame({
    "acteur_id": ["cafe", "43200"], "nom": ["Café du Lac", "Halle"], "sigle": None, "commune": None, "fichier": "acteurs.csv",
})  # fmt: skip
PERIMETER = "cle;valeur\ndepartements;43\nfinalite;Essai"
HEAD = "code_insee;destination;minutes;mode;source\n"


def make_times(*rows):
    table = pd.DataFrame(rows, columns=["code_insee", "destination", "minutes"]).astype({"code_insee": "str", "destination": "str"})
    table = table.assign(mode=pd.Series(pd.NA, index=table.index, dtype="str"), source=None)
    return table.assign(fichier="temps_trajet.csv", feuille="temps_trajet", ligne=range(2, 2 + len(table)))


def resolve(*rows):
    return resolve_travel_times(make_times(*rows), SITES, COMMUNES, COG)


def test_destinations_are_actors_or_communes():
    temps, told = resolve(["43157", "cafe", 12], ["43157", "Café du lac", 13], ["43157", "43040", 60], ["43040", "43200", 0])
    assert temps[["destination", "genre_destination", "minutes"]].values.tolist() == [
        ["cafe", "acteur", 12], ["43040", "commune", 60], ["43200", "acteur", 0],
    ]  # fmt: skip
    assert told[["gravite", "ligne"]].values.tolist() == [["erreur", 3]] and "13 min, et 12 min ligne 2" in told["probleme"].iloc[0]
    assert not temps["hors_territoire"].any()


@pytest.mark.parametrize(
    ("row", "colonne", "valeur", "word"),
    [
        (["43157", "cafe", -5.0], "minutes", "-5", "négative"), (["43157", "cafe", np.nan], "minutes", "", "illisible"),
        (["43157", "la lune", 5.0], "destination", "la lune", "ni un acteur, ni une commune"),
        (["99999", "cafe", 5.0], "code_insee", "99999", "inconnu au COG"),
        (["98818", "cafe", 5.0], "code_insee", "98818", "hors de France"),
        (["1004", "cafe", 5.0], "code_insee", "1004", "01004"), (["99999", "la lune", -1.0], "minutes", "-1", "négative"),
    ],
)  # fmt: skip
def test_a_row_that_leads_nowhere_is_set_aside_with_its_line(row, colonne, valeur, word):
    temps, told = resolve(["43157", "cafe", 12], row)
    assert len(temps) == 1
    wrong = told[told["gravite"] == "erreur"]
    assert wrong[["ligne", "colonne", "valeur"]].values.tolist() == [[3, colonne, valeur]]
    assert word in wrong["probleme"].iloc[0] and "cartée" in wrong["probleme"].iloc[0]


def test_every_row_of_an_unknown_code_is_told():
    temps, told = resolve(*[["99999", "cafe", float(n)] for n in range(4)])
    assert temps.empty and told["ligne"].tolist() == [2, 3, 4, 5]


def test_former_codes_are_brought_to_today_and_the_present_one_comes_first():
    # Aulhat (63018) and Flat (63160) are Aulhat-Flat (63160).
    rows = make_times(["63018", "43157", 90], ["63160", "43157", 80], ["43157", "63018", 91], ["63018", "cafe", 5])
    communes = read_communes(departements=["43", "63"], geometry=False)
    temps, told = resolve_travel_times(rows, SITES, communes, COG)
    assert temps[["code_insee", "destination", "minutes"]].values.tolist() == [
        ["63160", "43157", 80], ["43157", "63160", 91], ["63160", "cafe", 5],
    ]  # fmt: skip
    kept = told[told["probleme"].str.startswith("Ancienne commune")]
    assert kept[["gravite", "ligne"]].values.tolist() == [["information", 2]] and "80 min ligne 3" in kept["probleme"].iloc[0]
    # Once a distinct code and column, not once a row.
    assert told["probleme"].str.contains("63018 n'existe plus").sum() == 2


def test_repeats_and_modes():
    rows = make_times(["43157", "cafe", 12], ["43157", "cafe", 12], ["43157", "cafe", 40], ["43157", "cafe", 30])
    rows["mode"] = pd.Series(["Voiture", "voiture", "car", "car"], dtype="str")
    temps, told = resolve_travel_times(rows, SITES, COMMUNES, COG)
    assert temps[["mode", "minutes"]].values.tolist() == [["voiture", 12], ["car", 40]]
    assert told[["gravite", "ligne"]].values.tolist() == [["erreur", 5], ["information", 3]]


def test_departures_elsewhere_are_kept_and_told_once():
    temps, told = resolve(["43157", "cafe", 12], ["63113", "cafe", 90], ["69123", "cafe", 80], ["63113", "43157", 91])
    assert temps["hors_territoire"].tolist() == [False, True, True, True]
    assert told["probleme"].tolist() == ["3 durées partent d'une commune hors du territoire (2 communes) : comptées à part."]


def find_asymmetric(rows):
    """Naive double loop: pairs of communes whose two directions differ by more than 20 % of the shorter and 5 minutes."""
    times = {(a, b): m for a, b, m in rows}
    found = []
    for a, b in times:
        if a < b and (b, a) in times:
            one, two = times[a, b], times[b, a]
            if abs(one - two) > 5 and abs(one - two) > 0.2 * min(one, two):
                found.append((abs(one - two), a, b))
    return found


def test_asymmetric_pairs_are_one_problem_against_a_naive_loop():
    draws = np.random.default_rng(6)
    codes = COMMUNES.index[:12].tolist()
    rows = [[a, b, float(draws.integers(0, 40))] for a in codes for b in codes if a != b and draws.random() < 0.8]
    temps, told = resolve(*rows)
    expected = find_asymmetric(rows)
    assert len(temps) == len(rows) and len(told) == 1 and len(expected) > 5
    assert told["probleme"].iloc[0].startswith(f"{len(expected)} trajets durent plus longtemps")
    worst = min(expected, key=lambda found: (-found[0], found[1], found[2]))
    assert f"({worst[1]}) vers" in told["probleme"].iloc[0] and f"({worst[2]})" in told["probleme"].iloc[0]
    shuffled, again = resolve(*rows[::-1])
    assert again["probleme"].tolist() == told["probleme"].tolist() and len(shuffled) == len(temps)


@pytest.mark.parametrize(("back", "number"), [(25.0, 0), (26.0, 1), (24.0, 0)])
def test_the_threshold_is_both_20_percent_and_5_minutes(back, number):
    _, told = resolve(["43157", "43040", 20.0], ["43040", "43157", back])
    assert len(told) == number
    _, told = resolve(["43157", "43040", 100.0], ["43040", "43157", 100 + (back - 20)])
    assert len(told) == 0


def test_seconds_are_suspected():
    _, told = resolve(["43157", "cafe", 720.0], ["43040", "cafe", 1800.0])
    assert "en secondes" in told["probleme"].iloc[0]
    _, told = resolve(["43157", "cafe", 20.0], ["43040", "cafe", 1800.0], ["43200", "cafe", 30.0])
    assert len(told) == 0


def test_an_empty_table():
    temps, told = resolve_travel_times(make_table("temps_trajet"), SITES, COMMUNES, COG)
    assert temps.empty and told is None and {"genre_destination", "hors_territoire"} <= set(temps)
    assert temps["minutes"].dtype == float


def test_a_sheet_of_a_dossier_adds_up(chemin_piege):
    rows = ["43157;a;12,5;voiture;", "43157;a;n.c.;voiture;", "43040;a;douze;;", "69123;a;80;;", "99999;a;1;;", "43040;lune;3;;"]
    found = read(
        chemin_piege, parametres=PERIMETER, acteurs=f"{ACTEURS}\na;A;ccas;43157;", temps_trajet=HEAD + "\n".join(rows),
    )  # fmt: skip
    check_counts(found)
    assert counts_of(found).loc[("temps_trajet.csv", "temps_trajet")].tolist() == [6, 1, 1, 0, 4]
    assert found["temps_trajet"]["minutes"].tolist() == [12.5, 80]
    assert set(found["retour"]["ecartees"]["temps_trajet"]["ligne"]) == {3, 4, 6, 7}


def test_times_follow_an_actor_that_was_merged(chemin_piege):
    rows = f"{ACTEURS}\na;Café;cafe_associatif;43040;\nb;Café;cafe_associatif;43040;"
    found = read(
        chemin_piege, parametres=PERIMETER, acteurs=rows, temps_trajet=HEAD + "43157;b;12;;\n43157;43040;15;;",
        doublons="acteur_id_1;acteur_id_2;decision\na;b;fusionner",
    )  # fmt: skip
    assert found["temps_trajet"]["destination"].tolist() == [found["acteurs"]["acteur_id"].iloc[0], "43040"]


@pytest.mark.parametrize("place", ["", "trajets"])
def test_43000_rows_beside_a_workbook(chemin_piege, place):
    sites = pd.DataFrame({"acteur_id": [f"s{n}" for n in range(60)], "nom": [f"Site {n}" for n in range(60)], "categorie": "ccas",
                          "code_insee": "43157"})  # fmt: skip
    tables = draft_inventory(chemin_piege, departements=["43", "63"])
    tables["acteurs"] = pd.concat([tables["acteurs"], sites])
    write_inventory(tables, chemin_piege / "inventaire.xlsx", titre="Essai")
    codes = tables["communes"]["code_insee"].tolist()
    lines = [f"{code};s{n};{(7 * n + place) % 90}" for place, code in enumerate(codes) for n in range(60)]
    (chemin_piege / place).mkdir(exist_ok=True)
    (chemin_piege / place / "temps_trajet.csv").write_text("code_insee;destination;minutes\n" + "\n".join(lines), encoding="utf-8")
    started = time.process_time()
    found = read_dossier(chemin_piege)
    spent = time.process_time() - started
    assert counts_of(found).loc[("temps_trajet.csv", "temps_trajet")].tolist() == [43_200, 43_200, 0, 0, 0]
    assert found["temps_trajet"].groupby("code_insee").size().eq(60).all()
    assert [path.name for path in found["retour"]["inventaire"]] == ["inventaire.xlsx"]
    check_counts(found)
    assert spent < 30
