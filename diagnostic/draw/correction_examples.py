"""Examples of the workbook of corrections, one of each kind, on rows of the dossier itself: each is accepted as it is written."""

import pandas as pd

from diagnostic.schema import MERGE_COLUMNS

WHO = "Atelier"
NEW_ACTOR, NEW_NAME, NEW_KIND = "cafe-de-la-place", "Café de la place", "cafe_associatif"


def list_examples(names, links, lists, *, members=None, town=None, day=""):
    """Return the examples as one table: `quoi` (what the rows do, said on the first of them), then MERGE_COLUMNS.

    Parameters
    ----------
    names : DataFrame table, identifiant, numero (number of the map, "" where there is none): the rows that may be named
    links : DataFrame source_id, cible_id, type: those known
    lists : dict, the vocabularies of the dossier: types_lien, roles, categories
    members : DataFrame acteur_id, dispositif_id, optional: the participations known
    town : dict code_insee, commune, optional: one of the territory (both, or the name alone would be doubted)
    day : str, jour/mois/année

    Notes
    -----
    A dossier without actor, or without link, has no example of what it could not name.
    """
    called = names.assign(mot=names["numero"].where(names["numero"] != "", names["identifiant"]))
    called = called.sort_values("numero", key=lambda cells: pd.to_numeric(cells, errors="coerce"), kind="stable")
    called = called.drop_duplicates(["table", "identifiant"]).set_index("identifiant")
    if (called["numero"] != "").any():
        called = called[called["numero"] != ""]
    actors, devices = (called.loc[called["table"] == table, "mot"] for table in ("acteurs", "dispositifs"))
    known = links[links["source_id"].isin(actors.index) & links["cible_id"].isin(actors.index)].dropna(subset="type")
    types, roles, kinds = (lists[name]["libelle"] for name in ("types_lien", "roles", "categories"))
    rows = []
    pair = _find_strangers(list(actors.index), known)
    if pair:
        link = " / ".join([*actors.loc[pair], types.iloc[0]])
        rows.append(("Ajouter un lien : une ligne suffit, les deux bouts et le type", "ajouter", "liens", link, "", ""))
    held = set() if members is None else set(zip(members["acteur_id"], members["dispositif_id"], strict=True))
    apart = next(((one, device) for one in actors.index for device in devices.index if (one, device) not in held), None)
    if apart:
        text = " / ".join([actors[apart[0]], devices[apart[1]], roles.get("participation", roles.iloc[0])])
        rows.append(("Dire qu'un acteur est d'un dispositif, et son rôle", "ajouter", "participations", text, "", ""))
    told = "Ajouter un acteur : une ligne par case, le même identifiant (un nom court à vous)"
    for column, value in {"nom": NEW_NAME, "categorie": kinds.get(NEW_KIND, kinds.iloc[0]), **(town or {})}.items():
        rows += [(told, "ajouter", "acteurs", NEW_ACTOR, column, value)] if value else []
        told = ""
    if len(actors):
        rows.append(("Changer une case", "changer", "acteurs", actors.iloc[0], "capacite", "12"))
        rows.append(("Confirmer : c'est toujours vrai, on l'a revu ensemble", "confirmer", "acteurs", actors.iloc[-1], "", ""))
    if len(known):
        held = known.iloc[0]
        link = " / ".join([actors[held["source_id"]], actors[held["cible_id"]], types.get(held["type"], held["type"])])
        rows.append(("Retirer un lien qui n'existe plus", "retirer", "liens", link, "", ""))
    table = pd.DataFrame(rows, columns=["quoi", "action", "table", "identifiant", "colonne", "valeur"], dtype=object)
    return table.assign(qui=WHO, quand=day, statut="accepté").reindex(columns=["quoi", *MERGE_COLUMNS], fill_value="")


def _find_strangers(names, links):
    """Return the first two actors, in the order of `names`, that no link ties; [] when there are none."""
    for place, one in enumerate(names):
        tied = {*links.loc[links["source_id"] == one, "cible_id"], *links.loc[links["cible_id"] == one, "source_id"]}
        other = next((name for name in names[place + 1 :] if name not in tied), None)
        if other:
            return [one, other]
    return []
