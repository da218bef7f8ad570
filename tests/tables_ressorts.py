"""The tables of the sheets of jurisdictions, made here the plain way from those of a dossier: what draws and writes is tested on them."""

import numpy as np
import pandas as pd

SHEET_COLUMNS = [
    "territoire_id", "couche", "rang", "unite_id", "unite_nom", "principale", "nb_communes", "poids", "part", "communes", "emboitee",
    "ponderation", "raison_absence",
]  # fmt: skip
SENTENCE_COLUMNS = ["territoire_id", "couche_a", "couche_b", "genre", "phrase", "edition"]


def cross_rows(tables):
    """Return one row a territory, layer, commune and unit, with the weight (inhabitants times part) and the names."""
    communes = pd.DataFrame(tables["communes"])[["nom", "population"]]
    names = tables["unites"].drop_duplicates(["couche", "unite_id"])[["couche", "unite_id", "unite_nom"]]
    rows = tables["appartenance"].merge(tables["affectation"][["code_insee", "couche", "unite_id", "part"]], on="code_insee")
    rows = rows.merge(names, how="left").join(communes, on="code_insee")
    return rows.assign(poids=rows["population"] * rows["part"].fillna(1))


def list_pieces(rows):
    return " ; ".join(f"{nom} ({code})" for nom, code in sorted(zip(rows["nom"], rows["code_insee"], strict=True)))


def make_sheet(tables):
    """Return `fiche_ressorts`: the units of each layer in each territory, the heaviest first."""
    rows = cross_rows(tables)
    keys = ["territoire_id", "couche", "unite_id"]
    grouped = rows.sort_values("code_insee").groupby(keys, as_index=False)
    table = grouped.agg(unite_nom=("unite_nom", "first"), nb_communes=("code_insee", "nunique"), poids=("poids", "sum"))
    texts = rows.groupby(keys)[["nom", "code_insee"]].apply(list_pieces).rename("communes").reset_index()
    table = table.merge(texts, on=keys).sort_values(["territoire_id", "couche", "poids", "unite_id"], ascending=[True, True, False, True])
    layer = table.groupby(["territoire_id", "couche"])
    table = table.assign(rang=layer.cumcount() + 1, part=table["poids"] / layer["poids"].transform("sum"))
    total = tables["affectation"].groupby(["couche", "unite_id"])["code_insee"].nunique().rename("total")
    table = table.join(total, on=["couche", "unite_id"])
    several = rows.groupby(["territoire_id", "couche", "code_insee"])["unite_id"].nunique().groupby(["territoire_id", "couche"]).max() > 1
    blurred = several.reindex(pd.MultiIndex.from_frame(table[["territoire_id", "couche"]])).to_numpy()
    table = table.assign(
        principale=(table["rang"] == 1) & ~blurred, part=table["part"].mask(blurred),
        raison_absence=np.where(blurred, "pas d'unité principale", ""),
        emboitee=table["total"] == table["nb_communes"], ponderation="population",
    )  # fmt: skip
    pairs = pd.MultiIndex.from_product([tables["territoires"].index, tables["couches"].index], names=["territoire_id", "couche"])
    gone = pairs.difference(pd.MultiIndex.from_frame(table[["territoire_id", "couche"]])).to_frame(index=False)
    gone = gone.assign(principale=False, emboitee=False, ponderation="population", raison_absence="aucune commune de la couche")
    return pd.concat([table, gone], ignore_index=True).reindex(columns=SHEET_COLUMNS)


def make_minority(tables, sheet):
    """Return `communes_minoritaires`: the communes of a territory that are in none of its main units."""
    rows = cross_rows(tables)
    main = sheet[sheet["principale"]].rename(columns={"unite_id": "unite_principale", "unite_nom": "unite_principale_nom"})
    rows = rows.merge(main[["territoire_id", "couche", "unite_principale", "unite_principale_nom"]], on=["territoire_id", "couche"])
    inside = rows[rows["unite_id"] == rows["unite_principale"]][["territoire_id", "couche", "code_insee"]]
    rows = rows.merge(inside.assign(dedans=True), how="left", on=["territoire_id", "couche", "code_insee"])
    columns = ["territoire_id", "couche", "code_insee", "nom", "unite_id", "unite_nom", "unite_principale", "unite_principale_nom", "poids"]
    rows = rows[rows["territoire_id"].map(tables["territoires"]["type"]).isin(["epci", "autre"])]
    total = rows.groupby(["territoire_id", "couche"])["poids"].transform("sum")
    return rows.assign(part=rows["poids"] / total)[rows["dedans"].isna()].reset_index(drop=True)[[*columns, "part"]]


def make_moves(sheet):
    """Return `rattachements`: each other unit of a territory joined to the main one."""
    main = sheet[sheet["principale"]].set_index(["territoire_id", "couche"])
    layer = sheet.dropna(subset="unite_id").groupby(["territoire_id", "couche"])
    counts, before = layer.size(), 1 / layer["part"].apply(lambda parts: (parts**2).sum())
    rows = sheet[~sheet["principale"]].dropna(subset="unite_id")
    keys = pd.MultiIndex.from_frame(rows[["territoire_id", "couche"]])
    shares = main["part"].reindex(keys).to_numpy()
    squares = 1 / before.reindex(keys).to_numpy() - shares**2 - rows["part"] ** 2 + (shares + rows["part"]) ** 2
    columns = ["territoire_id", "couche", "unite_id", "unite_nom", "nb_communes", "poids", "communes"]
    return rows[columns].assign(
        vers_unite=main["unite_id"].reindex(keys).to_numpy(), vers_unite_nom=main["unite_nom"].reindex(keys).to_numpy(),
        n_unites_avant=counts.reindex(keys).to_numpy(), n_unites_apres=counts.reindex(keys).to_numpy() - 1,
        q2_avant=before.reindex(keys).to_numpy(), q2_apres=1 / squares,
    )  # fmt: skip


def make_interveners(tables):
    """Return `qui_intervient`: one row a commune, one column a layer."""
    rows = cross_rows(tables)
    rows = rows[rows["territoire_id"] == "perimetre"].sort_values(["part", "unite_id"], ascending=[False, True])
    shares = rows["part"].map(lambda part: "" if part == 1 else f" ({part:.0%})" if part == part else " (part inconnue)")
    text = rows["unite_nom"].fillna(rows["unite_id"]) + shares
    table = text.groupby([rows["code_insee"], rows["couche"]]).agg(" ; ".join).unstack()
    table = table.reindex(index=tables["communes"].index, columns=tables["couches"].index)
    table = table.rename(columns=tables["couches"]["libelle"])
    places = pd.DataFrame(tables["communes"])[["nom", "epci_nom"]]
    counts = rows.groupby("code_insee")["unite_id"].nunique().reindex(table.index)
    return places.assign(nb_interlocuteurs=counts).join(table).reset_index()


def make_sentences(tables, sheet):
    """Return `phrases_ressorts`: one sentence a territory and layer, one a pair of layers of the perimeter."""
    names, labels = tables["territoires"]["nom"], tables["couches"]["libelle"]
    counts = sheet.dropna(subset="unite_id").groupby(["territoire_id", "couche"]).size().reset_index(name="n")
    counts = counts[counts["n"] > 1]
    what = counts["n"].astype(str) + " interlocuteurs pour " + counts["couche"].map(labels) + "."
    told = counts.assign(
        couche_a=counts["couche"], genre="fiche", edition="publique",
        phrase=counts["territoire_id"].map(names) + " : " + what,
    )  # fmt: skip
    layers = tables["couches"].index[:2]
    pair = {"territoire_id": "perimetre", "couche_a": layers[0], "couche_b": layers[-1], "genre": "paire"}
    pair |= {"phrase": f"{labels[layers[0]]} et {labels[layers[-1]]} : pas les mêmes limites.", "edition": "publique"}
    return pd.concat([told, pd.DataFrame([pair])], ignore_index=True).reindex(columns=SENTENCE_COLUMNS)


def make_chance(couches=("CAS", "MSA"), territoire="perimetre"):
    """Return `hasard` for the EPCI against each layer: one observed above the interval, one inside, one not computed."""
    return pd.DataFrame({
        "territoire_id": territoire, "couche_a": "EPCI", "couche_b": list(couches), "mesure": "nb_a_dans_b",
        "observe": np.linspace(9.0, 2.0, len(couches)), "moyenne_hasard": 3.5, "q05": 1.0, "q95": 6.0, "p_superieur": 0.01,
        "p_inferieur": 0.99, "tirages": 199, "graine": 1, "part_deplacee": 0.9, "nb_liens_ajoutes": 0, "ponderation": "population",
        "raison_absence": "",
    })  # fmt: skip


def make_toy(communes=None):
    """Return the tables of a toy perimeter of 24 squares: three EPCI of eight communes, a departement each half.

    CAS: columns 0-2 in S1, 3-5 in S2, so that the second EPCI is cut in two. PAT: P1 everywhere but in the last EPCI, P2 on the
    first two rows: they overlap; no main unit is known. QPV: two quarters in 43001, of unknown share. CIAS: half of the first EPCI.
    MSA: one unit.
    """
    from toy_map import make_communes

    communes = make_communes() if communes is None else communes
    codes = communes.index[:24]
    column, row = np.arange(24) % 6, np.arange(24) // 6
    layers = [
        ("EPCI", codes, communes.loc[codes, "epci"], 1.0), ("CAS", codes, np.where(column < 3, "S1", "S2"), 1.0),
        ("PAT", codes[column < 4], "P1", 1.0), ("PAT", codes[row < 2], "P2", 1.0),
        ("QPV", codes[:1], "Q1", np.nan), ("QPV", codes[:1], "Q2", np.nan), ("CIAS", codes[column == 0], "C1", 1.0),
        ("MSA", codes, "M1", 1.0),
    ]  # fmt: skip
    affectation = pd.concat(
        [pd.DataFrame({"code_insee": held, "couche": name, "unite_id": unit, "part": part}) for name, held, unit, part in layers],
        ignore_index=True,
    )
    couches = pd.DataFrame(
        {"libelle": ["EPCI", "Action sociale", "Projets alimentaires", "Quartiers", "CIAS", "Caisses de MSA"], "millesime": "2026",
         "source": ["Insee", "FICTIF", "DRAAF", "ANCT", "FICTIF", "MSA"]},
        index=pd.Index(["EPCI", "CAS", "PAT", "QPV", "CIAS", "MSA"], name="couche"),
    )  # fmt: skip
    unites = affectation[["couche", "unite_id"]].drop_duplicates().assign(unite_nom=lambda rows: "Unité " + rows["unite_id"])
    places = pd.DataFrame({"code_insee": communes.index})
    members = [
        places.assign(territoire_id="perimetre"), places.assign(territoire_id=("departement:" + communes["departement"]).to_numpy()),
        places.assign(territoire_id=("epci:" + communes["epci"]).to_numpy()),
    ]  # fmt: skip
    appartenance = pd.concat(members, ignore_index=True)
    kinds = appartenance["territoire_id"].drop_duplicates().str.split(":").str[0]
    names = {"perimetre": "Ensemble du territoire", "departement:43": "Haute-Loire", "departement:63": "Puy-de-Dôme"}
    names |= dict(zip("epci:" + communes["epci"], communes["epci_nom"], strict=True))
    territoires = pd.DataFrame({"territoire_id": appartenance["territoire_id"].drop_duplicates(), "type": kinds})
    territoires = territoires.assign(nom=territoires["territoire_id"].map(names)).set_index("territoire_id")
    sizes = appartenance.join(communes["population"], on="code_insee").groupby("territoire_id")
    covered = affectation.merge(appartenance).drop_duplicates(["territoire_id", "couche", "code_insee"])
    share = covered.groupby(["territoire_id", "couche"]).size().rename("couverture").reset_index()
    share["couverture"] /= share["territoire_id"].map(sizes.size())
    return add_ressorts({
        "communes": communes, "affectation": affectation, "couches": couches, "unites": unites, "appartenance": appartenance,
        "territoires": territoires, "discordance": share,
        "territoires_resume": territoires.assign(nb_communes=sizes.size(), population=sizes["population"].sum()),
    })  # fmt: skip


def add_ressorts(tables):
    """Return `tables` with the tables of the sheets; those already there are kept."""
    sheet = make_sheet(tables)
    made = {
        "fiche_ressorts": sheet, "communes_minoritaires": make_minority(tables, sheet), "rattachements": make_moves(sheet),
        "qui_intervient": make_interveners(tables), "phrases_ressorts": make_sentences(tables, sheet),
        "hasard": make_chance(tables["couches"].index[1:]),
    }  # fmt: skip
    return made | tables
