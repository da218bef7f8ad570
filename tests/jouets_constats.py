"""A dossier of four actors and two dispositifs, in which each statement of the guide can hold, not hold, or lack its data."""

import pandas as pd
from jouets_reseau import make_links, shuffle

from diagnostic.measure.constats.statements import READERS, read_statements
from diagnostic.measure.liens import conventions, references, silos
from diagnostic.measure.liens.positions import measure_two_mode_positions
from diagnostic.measure.manques import dispositif_gaps, states
from diagnostic.measure.quality import measure_freshness
from diagnostic.vocabulary import read_list
from diagnostic.vocabulary.formats import NARROW_SPACE

DATE = pd.Timestamp("2026-11-27")
CHAMPS = {"s": "social", "l": "developpement_local", "m": "mixte", "a": "autre"}


def make_frame(columns, rows=(), **values):
    """Return a table of text columns from rows of a dict, the other cells missing."""
    table = pd.DataFrame(list(rows), columns=columns, dtype=object)
    return table.assign(**values) if values else table


def actors(text="a:s b:s d:l e:l", **columns):
    """Return acteurs from "a:s d:l" (identifier, first letter of the champ); a column is {acteur_id: value}."""
    cells = [cell.split(":") for cell in text.split()]
    ids = [cell[0] for cell in cells]
    table = pd.DataFrame({"acteur_id": ids, "nom": ids, "categorie": "association_autre"}, dtype=object)
    table["champ"] = [CHAMPS[cell[1]] for cell in cells]
    blank = {"categories_secondaires": (), "themes": (), "publics": (), "diffusion": "public", "code_insee": "43016"}
    for name, value in blank.items():
        table[name] = [value] * len(ids)
    flags = ["fait_lien", "lieu_pivot", "entreprise_individuelle", "lieu_domicile"]
    texts = ["statut", "a_repondu", "date_maj", "source"]
    for name in [*flags, *texts]:
        table[name] = None
    for name, values in columns.items():
        table[name] = [values.get(key, default) for key, default in zip(ids, table[name], strict=True)]
    return table.astype(dict.fromkeys(flags, "boolean") | {"date_maj": "datetime64[us]"}).assign(hors_territoire=False)


def devices(text="P:CTG Q:PAT", **columns):
    """Return dispositifs from "P:CTG Q:PAT" (identifier, type); a column is {dispositif_id: value}."""
    cells = [cell.split(":") for cell in text.split()]
    ids = [cell[0] for cell in cells]
    table = pd.DataFrame({"dispositif_id": ids, "nom": ids, "type": [cell[1] for cell in cells]}, dtype=object)
    names = ["stade", "date_fin", "porteur_id", "dispositif_parent_id", "nature_financement", "duree_financement_mois"]
    for name in [*names, "echeance_diagnostic", "annee_diagnostic", "fichier"]:
        table[name] = None
    table["diffusion"] = "public"
    for name, value in {"themes": (), "publics": (), "territoires": ("1", "2")}.items():
        table[name] = [value] * len(ids)
    for name, values in columns.items():
        table[name] = [values.get(key, default) for key, default in zip(ids, table[name], strict=True)]
    kinds = {"duree_financement_mois": float, "annee_diagnostic": float}
    return table.astype(kinds | dict.fromkeys(["date_fin", "echeance_diagnostic"], "datetime64[us]"))


def parts(text="a:P d:P b:Q e:Q"):
    """Return participations from "a:P:financement:emergence"; role "participation" and stade missing by default, - is missing."""
    rows = []
    for cell in text.split():
        actor, device, role, stage = (cell.split(":") + ["participation", "-"][max(len(cell.split(":")) - 2, 0) :])[:4]
        rows.append([actor, device, None if role == "-" else role, None, None if stage == "-" else stage])
    return pd.DataFrame(rows, columns=["acteur_id", "dispositif_id", "role", "qualification", "stade"], dtype=object)


def places(text, key="dispositif_id", prefix="epci"):
    """Return pairs (key, territoire_id) from "P:1,2 Q:1"."""
    cells = [cell.split(":") for cell in text.split()]
    rows = [(name, f"{prefix}:{place}") for name, held in cells for place in held.split(",")]
    return pd.DataFrame(rows, columns=[key, "territoire_id"], dtype=object)


def posts(*rows):
    """Return postes from (poste_id, acteur_id, statut, metier_passerelle, dispositifs)."""
    table = pd.DataFrame(rows, columns=["poste_id", "acteur_id", "statut", "metier_passerelle", "dispositifs"], dtype=object)
    return table.assign(fonction="agents_dl")


def instances(**members):
    """Return instances from I="a b d", members separated by spaces."""
    table = pd.DataFrame({"instance_id": list(members), "nom": list(members)}, dtype=object)
    return table.assign(membres=[tuple(text.split()) for text in members.values()], dispositif_id=None)


def make_tables(**changes):
    """Return the tables of the toy dossier: two EPCI, both dispositifs on both, one social and one local actor in each."""
    names = {"perimetre": "Ensemble", "departement:43": "Haute-Loire", "epci:1": "CC Une", "epci:2": "CC Deux"}
    index = pd.Index(names, name="territoire_id")
    towns = {"43001": "epci:1", "43002": "epci:1", "43003": "epci:2", "43004": "epci:2"}
    held = [(code, name) for code, epci in towns.items() for name in ("perimetre", "departement:43", epci)]
    communes = pd.DataFrame({"nom": ["Agnat", "Aiguilhe", "Allègre", "Alleyrac"]}, index=pd.Index(towns, name="code_insee"))
    territoires = pd.DataFrame({"nom": names.values(), "type": [key.split(":")[0] for key in names]}, index=index)
    couches = pd.DataFrame({"libelle": ["EPCI", "Caf", "Cantons"], "interlocuteur": [True, True, False]}, index=["EPCI", "CAF", "CANTON"])
    lists = ("categories", "themes", "publics", "personnes", "metiers_passerelles", "statuts_poste")
    tables = {
        "acteurs": actors(), "dispositifs": devices(), "participations": parts(), "liens": make_links(""), "postes": posts(),
        "instances": instances(), "adhesions": make_frame(["acteur_id", "reseau_id"]), "couches": couches, "territoires": territoires,
        "communes": communes, "appartenance": pd.DataFrame(held, columns=["code_insee", "territoire_id"], dtype=object),
        "dispositifs_territoires": places("P:1,2 Q:1,2"), "acteurs_territoires": places("a:1 b:1 d:2 e:2", "acteur_id"),
        "couverture_inventaire": make_frame(["territoire_id", "categorie", "statut", "source"]),
        "reglages": {"date_edition": DATE}, "listes": {name: read_list(name) for name in lists},
    }  # fmt: skip
    return tables | changes


def make_results(tables, needed=None, **changes):
    """Return what the statements read of the measures (`needed`, all by default), made by the measures where they are quick."""
    members, links = tables["acteurs"], tables["liens"]
    held, parted = tables["dispositifs"], tables["participations"]
    index = pd.Index(sorted(members["acteur_id"]), name="acteur_id", dtype="str")
    ends = set(links["source_id"]) | set(links["cible_id"])
    unseen = {"declare": "non_renseigne", "observe": pd.array([False] * len(index), dtype="boolean"), "cas": "non_renseigne_non_observe"}
    makers = {
        "acteurs": lambda: members.assign(dans_reseau=True),
        "positions": lambda: pd.DataFrame({"isole": ~index.isin(ends), "perte_paires": 0.0} | unseen, index=index),
        "dispositifs_mixtes": lambda: silos.measure_mixed_dispositifs(held, parted, members)[0],
        "silos": lambda: silos.measure_ei(members, links),
        "references": lambda: references.compare_references(members, links, mixte="exclu", hypotheses=("etiquettes",)),
        "conventions_resume": lambda: conventions.summarise_conventions(
            conventions.flip_categories(members, links), silos.measure_ei(members, links)
        ),
        "dispositifs_a_ouvrir": lambda: dispositif_gaps.find_dispositif_gaps(held, parted, members),
        "positions_dispositifs": lambda: measure_two_mode_positions(members, held, parted)[0],
        "fraicheur_lignes": lambda: measure_freshness(members, DATE, seuils=(12, 24)),
        "categories_territoires": lambda: states.list_categories(
            members, tables["acteurs_territoires"], tables["territoires"], tables["couverture_inventaire"],
            pd.DataFrame({"code": ["centre_social", "evs"]}),
        ),
        "discordance": lambda: make_layers(("epci:1", "CAF", 1), ("epci:2", "CAF", 1)),
    }  # fmt: skip
    return {name: make() for name, make in makers.items() if name not in changes and (needed is None or name in needed)} | changes


def make_layers(*rows):
    return pd.DataFrame(rows, columns=["territoire_id", "couche", "n_unites"])


def read_case(constat, tables=None, results=None, *, reorder=False):
    """Return (row of the statement, its items) for changes to the tables and to the results of the toy dossier.

    With `reorder`, the rows of every table with a plain index are mixed first.
    """
    tables = make_tables(**(tables or {}))
    if reorder:
        tables |= {name: shuffle(table) for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    table, items = read_statements(tables, make_results(tables, READERS[constat][1], **(results or {})), constats=[constat])
    return table.set_index("constat").loc[constat], items


def plain(text):
    return text.replace(NARROW_SPACE, " ")


def check_case(constat, case):
    """Check one toy case: {tables, results, etat, compte: (numerator, denominator), objets: identifiers, dit: words}."""
    row, items = read_case(constat, case.get("tables"), case.get("results"))
    assert row["etat"] == case["etat"], row["phrase"]
    if case["etat"] == "non_mesurable":
        assert row[["valeur", "numerateur", "denominateur"]].isna().all() and not len(items)
        assert row["phrase"] == f"Non mesurable avec ces données : {row['raison_absence']}."
        assert "feuille" in row["raison_absence"]
    else:
        top, bottom = case["compte"]
        assert (row["numerateur"], row["denominateur"]) == (top, bottom)
        assert row["valeur"] == (top if row["unite"] == "nombre" else top / bottom)
        assert row["raison_absence"] == "" and items["identifiant"].tolist() == case.get("objets", [])
        told = items.assign(acteur_id=items["acteur_id"].fillna(""), dispositif_id=items["dispositif_id"].fillna(""))
        kinds = told["objet"].map({"acteur": "acteur_id", "dispositif": "dispositif_id"}).dropna()
        assert all(told.at[k, column] == told.at[k, "identifiant"] for k, column in kinds.items())
        assert f"{bottom:g}".replace(".", ",") in plain(row["phrase"])
    assert case["dit"] in plain(row["phrase"]), plain(row["phrase"])
    again, mixed = read_case(constat, case.get("tables"), case.get("results"), reorder=True)
    pd.testing.assert_series_equal(row, again)
    pd.testing.assert_frame_equal(items, mixed)
