"""Rows of communes that are one now -> one row where all of them say the same; nothing is settled where they do not."""

import pandas as pd

from diagnostic.schema import ORIGIN_COLUMNS

# What makes a row of a table one row a commune, besides the commune; and what must be the same for two of them to say the same.
KEYS = {
    "communes": [], "saisie_ressorts": [], "ressorts": ["couche"], "couverture_inventaire": ["categorie"],
    "couverture_dispositifs": ["type"], "temps_trajet": ["destination", "mode"],
}  # fmt: skip
VALUES = {
    "communes": [], "ressorts": ["unite_id", "part_population", "infra"], "couverture_inventaire": ["statut"],
    "couverture_dispositifs": ["statut"], "temps_trajet": ["minutes"],
}  # fmt: skip
# Tables where what is said of a part of the commune is not said of all of it.
WHOLE = {"saisie_ressorts", "ressorts", "couverture_inventaire", "couverture_dispositifs"}
COUNTED = ["population", "ressortissants_msa", "poids"]
TWICE = "déjà dit par une autre ligne de la même commune d'aujourd'hui"
_WORDS = {
    "saisie_ressorts": "ont des unités différentes", "ressorts": "ne sont pas dans la même unité de la couche {key}",
    "couverture_inventaire": "n'ont pas la même couverture ({key})", "couverture_dispositifs": "n'ont pas la même couverture ({key})",
    "temps_trajet": "n'ont pas le même temps de trajet ({key})",
}  # fmt: skip


def settle_groups(rows, moved, table, *, members, both, year):
    """Part what changes of a table that holds one row a commune.

    Parameters
    ----------
    rows : DataFrame of str, the rows as read, with ORIGIN_COLUMNS
    moved : DataFrame, the cells of `table` that change (`read.inventory.moved_cells`)
    table : str; a table that may hold several rows a commune comes back as it is
    members : dict of str -> list of str, a commune of today -> the communes it is made of, whatever the year they joined
    both : (DataFrame, DataFrame), index code_insee: nom, population, the communes of the former year and of today
    year : int, the former year

    Returns
    -------
    moved : DataFrame, the cells that change
    others : DataFrame, rows that go (`colonne` "*") and counts that are summed, or None
    left : DataFrame, rows that stay as they are, with what to decide, or None
    """
    code = "territoire_id" if table.startswith("couverture") else "code_insee"
    if table not in KEYS or code not in rows:
        return moved, None, None
    coded = moved[moved["colonne"] == code]
    heirs = dict(zip(key_rows(coded), coded["apres"], strict=True))
    written = rows[code].astype("str").str.strip().str.upper()
    today = key_rows(rows).map(heirs).astype("str").fillna(written)
    keys = [rows[name].astype("str") if name in rows else pd.Series("", index=rows.index) for name in KEYS[table]]
    values = VALUES.get(table, [name for name in rows if name not in (code, "nom", "commune", *ORIGIN_COLUMNS)])
    signature = pd.Series("", index=rows.index, dtype="str")
    for name in [name for name in values if name in rows]:
        signature = signature + "|" + rows[name].astype("str")
    given = pd.DataFrame({"today": today, "written": written, "signature": signature, "moved": today != written})
    others, left, kept = [], [], set()
    # Few communes moved: the others are not looked at one by one.
    asked = given["moved"].groupby([today, *keys]).transform("any") | today.isin(list(members))
    for (heir, *key), group in given[asked].groupby([today[asked], *[key[asked] for key in keys]], sort=False):
        made_of = members.get(heir, [])
        # A row of today's code alone is of a part of the commune only where the former year had the others.
        if len(group) == 1 and len(made_of) < 2 or not (group["moved"].any() or both[0].index.isin(made_of).sum() == len(made_of)):
            continue
        held = {"table": table, "key": " ".join(filter(None, key)), "both": both, "year": year}
        told = _judge(rows.loc[group.index], group, made_of, **held)
        if told:
            left.append(_leave(rows.loc[group.index[group["moved"]]] if group["moved"].any() else rows.loc[group.index], table, code, told))
            kept |= set(group.index)
            continue
        gone = _choose_gone(group)
        others.append(_empty(rows.loc[gone], table, code))
        if table == "communes":
            sums, missing = _sum_counts(rows.loc[group.index], rows.loc[group.index.difference(gone)], table)
            others.append(sums)
            left.append(missing)
    aside = (moved["colonne"] == code) & key_rows(moved).isin(key_rows(rows.loc[sorted(kept)]))
    return moved[~aside], _join(others), _join(left)


def key_rows(rows):
    """Return one text a row that says where it was read (file, sheet, line): what two tables of the same rows are joined by."""
    return rows["fichier"].astype("str") + "|" + rows["feuille"].astype("str") + "|" + rows["ligne"].astype("str")


def _join(parts):
    parts = [part for part in parts if part is not None and len(part)]
    return pd.concat(parts, ignore_index=True) if parts else None


def _judge(rows, group, made_of, *, table, key, both, year):
    """Return (what is found, what to do) where the rows of one commune of today do not say the same thing of all of it; else None."""
    if table == "communes":
        return None
    said = group.groupby("written", sort=False)["signature"].agg(lambda cells: frozenset(cells))
    silent = [code for code in made_of if code not in said.index] if table in WHOLE else []
    names = {code: f"{both[0]['nom'].get(code, code)} ({code})" for code in [*said.index, *made_of]}
    heir = group["today"].iloc[0]
    whole = f"{both[1]['nom'].get(heir, heir)} ({heir})"
    if said.nunique() > 1:
        words = _WORDS[table].format(key=key)
        found = f"{' et '.join(names[code] for code in said.index)}, réunies dans {whole}, {words}."
        return found, _propose(rows, group, table, said, both[0])
    if silent and not _is_recent(rows, year):
        parts, untold = (" et ".join(names[code] for code in codes) for codes in (made_of, silent))
        found = f"{whole} réunit {parts} ; rien n'est dit ici de {untold}."
        if not group["moved"].any():
            return found, "rien si la ligne vaut pour toute la commune d'aujourd'hui ; sinon, dites-en la part"
        return found, f"si la ligne vaut pour toute la commune, écrivez {heir} ; sinon, dites-en la part"
    return None


def _is_recent(rows, year):
    """Return whether the rows say a vintage that comes after the former year: they are then of the commune of today."""
    if "millesime" not in rows:
        return False
    years = pd.to_numeric(rows["millesime"].astype("str").str.extract(r"((?:19|20)\d\d)")[0], errors="coerce")
    return bool((years > year).all())


def _propose(rows, group, table, said, before):
    heir = group["today"].iloc[0]
    people = [before["population"].get(code) for code in said.index]
    single = table == "ressorts" and all(len(cells) == 1 for cells in said) and not any(p is None or p != p for p in people)
    if not single or not sum(people):
        return f"décidez ce qui vaut pour {heir}, écrivez-le sur une ligne et supprimez les autres"
    units = [rows["unite_id"][group["written"] == code].iloc[0] for code in said.index]
    parts = ", ".join(f"{p / sum(people):.2f} ({unit})".replace(".", ",", 1) for p, unit in zip(people, units, strict=True))
    ways = f"oui dans infra et, d'après les habitants, dans part_population {parts}"
    return f"écrivez {heir} sur une seule ligne avec l'unité d'aujourd'hui ; ou sur chaque ligne, {ways}"


def _choose_gone(group):
    """Return the index of the rows that another one of the commune says already: the row that bears its code of today stays."""
    first = group.loc[~group["moved"], "written"] if (~group["moved"]).any() else group["written"]
    return group.index[group["written"] != first.iloc[0]]


def _leave(rows, table, code, told):
    return rows[ORIGIN_COLUMNS].assign(table=table, colonne=code, valeur=rows[code].astype("str"), constat=told[0], a_faire=told[1])


def _empty(rows, table, code):
    if not len(rows):
        return None
    return rows[ORIGIN_COLUMNS].assign(table=table, colonne="*", avant=rows[code].astype("str"), apres="", raison=TWICE)


def _sum_counts(group, kept, table):
    """Return the counts of the row that stays, summed over the communes it is made of, and those that cannot be."""
    sums, left = [], []
    row = kept.iloc[[0]]
    for name in [name for name in COUNTED if name in group and (group[name] != "").any() and len(group) > 1]:
        numbers = pd.to_numeric(group[name].astype("str").str.replace(r"\s", "", regex=True).str.replace(",", "."), errors="coerce")
        origin = row[ORIGIN_COLUMNS].assign(table=table, colonne=name)
        if numbers.isna().any():
            constat = "Une des communes réunies n'a pas ce chiffre : la somme ne peut pas être faite."
            left.append(origin.assign(valeur=row[name], constat=constat, a_faire="écrivez le chiffre de la commune d'aujourd'hui"))
            continue
        total = f"{numbers.sum():.6f}".rstrip("0").rstrip(".")
        sums.append(origin.assign(avant=row[name], apres=total, raison="somme des communes réunies"))
    return _join(sums), _join(left)
