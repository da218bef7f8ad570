"""The sheet of a territory: what is present, absent, unknown, expected, far, to be opened up or checked, on one page.

Every table here has a column territoire_id; a page reads one territory at a time. Nothing is computed anew: the figures come
from the other tables of gaps, put in words.
"""

import pandas as pd

from diagnostic.measure.manques.nearest import pick_middle
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

STATES = ("present", "absent_verifie", "non_renseigne")
SHEET_TYPES = ("epci", "departement", "perimetre", "autre")
NO_HEADING = "Hors des rubriques du guide"
MOST_NAMED = 4  # categories named in a cell, the rest counted
SHORT_SOURCE = r" \(|, cité| : "  # what follows the reference of a text in its source
STATE_WORDS = {
    "present": "présent", "absent_verifie": "absence vérifiée", "a_verifier": "à vérifier", "a_venir": "à venir",
    "non_renseigne": "non renseigné",
}  # fmt: skip
SCALE_WORDS = {
    "commune": ("commune concernée", "communes concernées"), "epci": ("EPCI concerné", "EPCI concernés"),
    "bassin_vie": ("bassin de vie concerné", "bassins de vie concernés"),
    "departement": ("département concerné", "départements concernés"),
}  # fmt: skip
CODE_NAMES = {
    "Code de l'action sociale et des familles": "CASF", "Code général des collectivités territoriales": "CGCT",
    "Code de la santé publique": "CSP", "Code rural et de la pêche maritime": "CRPM",
}  # fmt: skip


def list_sheets(territoires, resume, ages):
    """Return the head of each sheet: size, the three states, the age of the information.

    Parameters
    ----------
    territoires : DataFrame, index territoire_id, with nom, type
    resume : DataFrame, `territoires_resume`: nb_communes, population, categories_present, categories_absent_verifie,
        categories_non_renseigne (NaN where categories are not listed)
    ages : DataFrame with territoire_id and age_text, one row a territory at most

    Returns
    -------
    DataFrame territoire_id, nom, type, nb_communes, population, nb_present, nb_absent_verifie, nb_non_renseigne, age_text; one
    row a territory whose categories are listed.
    """
    kept = resume[resume["categories_present"].notna()]
    table = territoires.reindex(kept.index)[["nom", "type"]].assign(
        nb_communes=kept["nb_communes"], population=kept["population"],
        **{f"nb_{state}": kept[f"categories_{state}"].astype(int) for state in STATES},
    )  # fmt: skip
    told = ages.drop_duplicates("territoire_id").set_index("territoire_id")["age_text"]
    words = told.reindex(table.index).astype("object").fillna("")
    return table.assign(age_text=words.to_numpy()).rename_axis("territoire_id").reset_index()


def count_headings(states, categories):
    """Return, by territory and heading of OUTIL 1, how many categories are in each state, and which.

    Parameters
    ----------
    states : DataFrame, `categories_territoires`: territoire_id, categorie, statut
    categories : DataFrame indexed by code with libelle, sigle and rubrique_libelle; headings keep the order of its rows

    Returns
    -------
    DataFrame territoire_id, rubrique_libelle, nb_present, nb_absent_verifie, nb_non_renseigne, noms_presents, noms_absents.
    """
    order = list(dict.fromkeys([*categories["rubrique_libelle"], NO_HEADING]))
    names = categories["sigle"].where(categories["sigle"].ne(""), categories["libelle"])
    rows = states.assign(
        rubrique_libelle=pd.Categorical(states["categorie"].map(categories["rubrique_libelle"]).fillna(NO_HEADING), order),
        nom=states["categorie"].map(names).fillna(states["categorie"]),
    )
    keys = ["territoire_id", "rubrique_libelle"]
    counts = rows.groupby([*keys, "statut"], observed=True, sort=False).size().unstack(fill_value=0)
    table = counts.reindex(columns=list(STATES), fill_value=0).add_prefix("nb_")
    for state, column in (("present", "noms_presents"), ("absent_verifie", "noms_absents")):
        held = rows[rows["statut"] == state].groupby(keys, observed=True)["nom"].agg(lambda cells: join_words(list(cells), MOST_NAMED))
        table[column] = held.reindex(table.index).astype("object").fillna("")
    first = {code: rank for rank, code in enumerate(dict.fromkeys(states["territoire_id"]))}
    table = table.reset_index().assign(rang=lambda t: t["territoire_id"].map(first))
    table = table.sort_values(["rang", "rubrique_libelle"], kind="stable", ignore_index=True).drop(columns="rang")
    return table.assign(rubrique_libelle=table["rubrique_libelle"].astype("str")).rename_axis(columns=None)


def list_expected_lines(expected, appartenance, territoires):
    """Return, by territory, one line an expectation: its own state, or the states of the smaller territories it concerns.

    Parameters
    ----------
    expected : DataFrame, `attendus_territoires`; `code_insee` or `territoire_id` lead to a territory of `appartenance`
    appartenance : DataFrame (code_insee, territoire_id)
    territoires : DataFrame, index territoire_id, with type

    Returns
    -------
    DataFrame territoire_id, attendu_id, libelle, etat, force, detail, base, nb_concernes; `etat` is the worst that is known:
    absent_verifie, a_verifier, non_renseigne, a_venir, then present. `detail` counts, and names nothing; `base` is
        the reference alone of the source.
    """
    columns = ["territoire_id", "attendu_id", "libelle", "etat", "force", "detail", "base", "nb_concernes"]
    if expected.empty:
        return pd.DataFrame(columns=columns)
    sheets = territoires.index[territoires["type"].isin(SHEET_TYPES)]
    inside = _place_rows(expected, appartenance, sheets)
    ranks = {state: rank for rank, state in enumerate(["absent_verifie", "a_verifier", "non_renseigne", "a_venir", "present"])}
    keys = ["territoire_id", "attendu_id"]
    counts = inside.groupby([*keys, "etat"], sort=False).size().unstack(fill_value=0).reindex(columns=list(ranks), fill_value=0)
    rows = inside.assign(ordre=inside["etat"].map(ranks)).sort_values("ordre", kind="stable").drop_duplicates(keys).set_index(keys)
    counts = counts.reindex(rows.index)
    alone = counts.sum(axis=1).eq(1) & rows["propre"]
    several = [_tell_states(row, scale) for row, scale in zip(counts.to_dict("records"), rows["echelle"], strict=True)]
    rows = rows.assign(base=rows["source"].str.split(SHORT_SOURCE, regex=True).str[0].replace(CODE_NAMES, regex=True))
    told = rows.assign(detail=rows["raison"].fillna("").where(alone, pd.Series(several, rows.index)), nb_concernes=counts.sum(axis=1))
    first = {code: rank for rank, code in enumerate(expected["attendu_id"].drop_duplicates())}
    told = told.reset_index().assign(ordre=lambda t: t["attendu_id"].map(first))
    return told.sort_values(["territoire_id", "ordre"], kind="stable", ignore_index=True)[columns]


def _place_rows(expected, appartenance, sheets):
    """Return the expectations once for each sheet that shows them: the territory itself, and those that hold it whole."""
    communes = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
    held = communes[communes["territoire_id"].isin(sheets)]
    own = expected.reset_index(drop=True).rename_axis("ligne").reset_index()
    place = own["territoire_id"].astype("str").str.removeprefix("commune:")
    small = own.assign(code_insee=place)[place.isin(communes["code_insee"])]
    large = own[own["territoire_id"].isin(communes["territoire_id"])].merge(communes, on="territoire_id")
    wide = pd.concat([small, large], ignore_index=True)[["ligne", "code_insee"]]
    sizes = wide.groupby("ligne").size()
    shown = wide.merge(held, on="code_insee").groupby(["ligne", "territoire_id"]).size().rename("nb").reset_index()
    whole = shown[shown["nb"] == shown["ligne"].map(sizes)].rename(columns={"territoire_id": "fiche"})
    rows = own.merge(whole[["ligne", "fiche"]], on="ligne")
    rows = rows.assign(propre=rows["fiche"] == rows["territoire_id"])
    # A departement does not speak of itself in the sheet of an EPCI, nor an EPCI in the one of another of the same communes.
    wide = rows["fiche"].str.split(":").str[0].isin(["departement", "perimetre", "autre"])
    rows = rows[rows["propre"] | ~rows["territoire_id"].isin(sheets) | wide]
    return rows.assign(territoire_id=rows["fiche"]).drop(columns="fiche")


def _tell_states(counts, scale):
    """Return « 6 communes concernées ; présent : 4, non renseigné : 2 »; states without territory are left out."""
    parts = [f"{STATE_WORDS[state]} : {format_number(counts[state])}" for state in STATE_WORDS if counts[state]]
    return f"{count_words(int(sum(counts.values())), *SCALE_WORDS[scale])} ; {', '.join(parts)}"


def list_access_lines(acces, labels, *, cout="seuil_km", mode="vol d'oiseau"):
    """Return, by territory, one line a category whose sites are all known: who lives beyond the middle threshold.

    Parameters
    ----------
    acces : DataFrame, `acces`, or `acces_temps` with cout="seuil_min"
    labels : Series, index category code, the words of the reader
    """
    steps = sorted(acces[cout].unique()) if len(acces) else []
    rows = acces[(acces["inventaire"] == "complet") & acces["part_population_au_dela"].notna()] if steps else acces.head(0)
    rows = rows[rows[cout] == pick_middle(steps)] if steps else rows
    unit = "km" if cout == "seuil_km" else "min"
    phrases = [
        f"{count_words(row.nb_communes_au_dela, 'commune')} sur {format_number(row.nb_communes)} à plus de "
        f"{format_number(getattr(row, cout))} {unit} : {count_words(row.population_au_dela, 'habitant')} sur "
        f"{format_number(row.population)} ({format_share(row.part_population_au_dela, 1)})"
        for row in rows.itertuples()
    ]
    return pd.DataFrame({
        "territoire_id": rows["territoire_id"].to_numpy(), "categorie": rows["categorie"].to_numpy(),
        "categorie_libelle": rows["categorie"].map(labels).fillna(rows["categorie"]).to_numpy(),
        "phrase": pd.Series(phrases, dtype="str"), "part_population_au_dela": rows["part_population_au_dela"].to_numpy(),
        "mode": mode,
    })  # fmt: skip


def list_items(links, dispositifs, subjects, places, *, labels):
    """Return, by territory, what the group can discuss: links to check, dispositifs to open up, themes and publics without actor.

    Parameters
    ----------
    links : DataFrame, `liens_a_verifier`, in its order; territoires_communs says where
    dispositifs : DataFrame, `dispositifs_a_ouvrir`
    subjects : DataFrame territoire_id, genre (theme or public), code, statut
    places : DataFrame (dispositif_id, territoire_id)
    labels : mapping from actor, theme and public codes to words

    Returns
    -------
    DataFrame territoire_id, genre (liens, dispositifs, themes, publics), rang, texte, edition; links and dispositifs are
    `interne`, and so are their counts.
    """
    parts = [_list_pairs(links, labels), _list_dispositifs(dispositifs, places)]
    gone = subjects[subjects["statut"] != "present"] if len(subjects) else subjects
    for genre, kind in (("themes", "theme"), ("publics", "public")):
        rows = gone[gone["genre"] == kind] if len(gone) else gone.reindex(columns=["territoire_id", "code"])
        parts.append(pd.DataFrame({
            "territoire_id": rows["territoire_id"].to_numpy(), "genre": genre,
            "texte": [str(labels.get(code, code)) for code in rows["code"]], "edition": "publique",
        }))  # fmt: skip
    table = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    table = table.assign(rang=table.groupby(["territoire_id", "genre"]).cumcount() + 1)
    table = table.sort_values(["territoire_id", "genre", "rang"], kind="stable", ignore_index=True)
    return table[["territoire_id", "genre", "rang", "texte", "edition"]]


def _list_pairs(links, labels):
    rows = links.explode("territoires_communs").rename(columns={"territoires_communs": "territoire_id"}).dropna(subset="territoire_id")
    names = [f"{labels.get(a, a)} et {labels.get(b, b)}" for a, b in zip(rows["acteur_a"], rows["acteur_b"], strict=True)]
    return pd.DataFrame({"territoire_id": rows["territoire_id"].to_numpy(), "genre": "liens", "texte": names, "edition": "interne"})


def _list_dispositifs(dispositifs, places):
    rows = dispositifs.merge(places[["dispositif_id", "territoire_id"]].drop_duplicates(), on="dispositif_id")
    rows = rows.assign(phrase=rows["phrase"].str.rstrip(".").str[:1].str.lower() + rows["phrase"].str.rstrip(".").str[1:])
    words = rows.groupby(["territoire_id", "nom"], sort=False)["phrase"].agg(" ; ".join).reset_index()
    told = words["nom"] + " : " + words["phrase"]
    return pd.DataFrame({"territoire_id": words["territoire_id"].to_numpy(), "genre": "dispositifs", "texte": told, "edition": "interne"})
