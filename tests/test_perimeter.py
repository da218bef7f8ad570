"""The perimeter of a dossier: by communes, by settings, with the boundaries of its own."""

import pytest
from dossier_csv import ACTEURS, check_counts, counts_of, read

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.weights import weigh_communes
from diagnostic.read.places.cog import read_cog


def test_a_perimeter_by_communes(chemin_piege):
    listed = ["code_insee;nom;population", "43157;Le Puy-en-Velay;20000", "63330;Saint-Cirgues;200", "63109;Les Deux-Rives;"]
    listed += ["3001;;", "43100;Brioude;"]
    found = read(chemin_piege, communes="\n".join(listed), parametres="cle;valeur\ndepartements;63")
    assert found["communes"].index.tolist() == ["43157", "63109"]
    official = read_cog()["communes"]["population"]
    # The population given for a former commune is not that of the present one.
    assert found["communes"]["population"].tolist() == [20_000, official["63109"]]
    assert counts_of(found).loc[("communes.csv", "communes")].tolist() == [5, 2, 0, 0, 3]
    told = found["problemes"][found["problemes"]["feuille"] == "communes"]
    assert set(told.loc[told["gravite"] == "erreur", "ligne"]) == {5, 6}
    assert "Commune déjà listée : comptée une fois." in set(told["probleme"])
    check_counts(found)


@pytest.mark.parametrize(
    ("key", "value", "number"),
    [("departements", "43;63", 720), ("departements", "43", 257), ("epci", "246300966", 20), ("regions", "94", 360)],
)
def test_a_perimeter_by_settings(chemin_piege, key, value, number):
    found = read(chemin_piege, parametres=f"cle;valeur\n{key};{value}" if ";" not in value else f'cle;valeur\n{key};"{value}"')
    assert len(found["communes"]) == number
    check_counts(found)
    assert found["acteurs"].empty and found["acteurs_territoires"].empty


def test_no_perimeter(chemin_piege):
    with pytest.raises(DiagnosticError, match="n'est pas dit") as caught:
        read(chemin_piege, acteurs=f"{ACTEURS}\na;A;ccas;43157;")
    assert "departements" in caught.value.a_faire


def test_an_unknown_perimeter(chemin_piege):
    with pytest.raises(DiagnosticError, match="départements 20"):
        read(chemin_piege, parametres="cle;valeur\ndepartements;20")
    with pytest.raises(DiagnosticError, match="Aucune commune connue") as caught:
        read(chemin_piege, communes="code_insee\n3001\n99999")
    assert "03001" in str(caught.value)


def test_a_cut_epci_is_told(chemin_piege):
    found = read(chemin_piege, parametres="cle;valeur\ndepartements;63")
    told = found["problemes"]
    assert told["probleme"].str.contains("CC du Massif du Sancy : 1 commune hors du périmètre", regex=False).any()
    assert found["unites_coupees"]["communes_hors"].tolist() == ["15132 Montgreleix"]


def test_a_users_own_boundaries(chemin_piege):
    (chemin_piege / "ressorts").mkdir()
    communes = read(chemin_piege, parametres="cle;valeur\nepci;246300966")["communes"]
    drawn = communes.iloc[:19][["geometry"]].reset_index().rename(columns={"code_insee": "insee_com"})
    drawn.assign(geometry=drawn.geometry.envelope).to_file(chemin_piege / "ressorts" / "contours été.gpkg")
    found = read(chemin_piege, parametres="cle;valeur\nepci;246300966\ncontours;contours été.gpkg")
    assert found["communes"].geometry.iloc[0].equals(drawn.geometry.iloc[0].envelope)
    missing = found["problemes"][found["problemes"]["fichier"] == "contours été.gpkg"]
    assert len(missing) == 1 and "gardé" in missing["probleme"].iloc[0]
    with pytest.raises(DiagnosticError, match="introuvable"):
        read(chemin_piege, parametres="cle;valeur\nepci;246300966\ncontours;absent.gpkg")


def test_weights_of_the_dossier_beside_the_population(chemin_piege):
    listed = ["code_insee;nom;MSA;Allocataires Caf", "43157;Le Puy-en-Velay;310;2 400", "43040;Brioude;95,5;", "63330;Saint-Cirgues;7;9"]
    settings = "cle;valeur\nalias.communes.poids;Allocataires Caf"
    communes = read(chemin_piege, communes="\n".join(listed), parametres=settings)["communes"]
    # A former commune is not the present one: neither is its weight. An unknown weight is missing, never 0.
    assert communes["ressortissants_msa"].fillna(-1).to_dict() == {"43040": 95.5, "43157": 310, "63109": -1}
    assert communes["poids"].fillna(-1).to_dict() == {"43040": -1, "43157": 2400, "63109": -1}
    assert weigh_communes(communes.loc[["43040", "43157"]], "ressortissants_msa").tolist() == [95.5, 310]
    with pytest.raises(DiagnosticError, match="63109"):
        weigh_communes(communes, "ressortissants_msa")
    without = read(chemin_piege, communes="code_insee\n43157", parametres="cle;valeur")["communes"]
    assert not {"ressortissants_msa", "poids"} & set(without)
