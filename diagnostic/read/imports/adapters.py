"""Mappings of open data, declared in `vocabulary/adaptateurs.csv`: checked, then applied column by column.

A rule fills one column of ours from columns of the file. In `origine`, `;` parts the columns a rule takes together and `|`
the names one column may bear; where several rules fill one column, the first that gives something wins, row by row.
"""

import re

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.cells.values import read_numbers
from diagnostic.read.places.territories import find_transformer
from diagnostic.schema import describe_table
from diagnostic.vocabulary import find_labels, is_open, normalize_label, read_list, read_vocabulary

# What a mapping may fill besides the columns of the table: the key, the label of a type, a licence, a territory.
INNER_COLUMNS = {"cle", "type_libelle", "licence", "territoire_code"}
FILLED_BY_US = {"acteur_id", "methode_commune", "confiance_commune"}
OUT_OF_LIST = "-"  # the code of a type that is no actor of OUTIL 1: its rows are counted, not kept
# Items of a list may be joined by commas with quotes left over, as `A","B` or `A,"B`: the quotes tell the breaks.
_BROKEN_LIST = re.compile(r'"?[,;|]"|",|;|\||,(?=[A-ZÉÈÀÂÎÔ"])')
# Projections French registers write coordinates in, under the names they give them; no other is ever tried.
PROJECTIONS = {"LAMBERT_93": 2154, "UTM_N20": 5490, "UTM_N21": 4467, "UTM_N22": 2972, "UTM_S40": 2975, "UTM_S38": 4471}
_EPSG = {2154, 5490, 4559, 4467, 2972, 2975, 4471}
_BY_DEPARTEMENT = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}


def list_sources():
    """Return the sources that can be imported (index source; libelle, editeur, licence, prefixe, table, lecture...)."""
    return read_vocabulary("sources").set_index("source")


def read_rules(source):
    """Return the rules of a source: colonne, origine, regle, argument, presence, in the order they are tried."""
    rules = read_vocabulary("adaptateurs")
    return rules[rules["source"] == source].reset_index(drop=True)


def read_links(source):
    """Return the correspondances a source uses (its own, or those `sources.csv` says it shares): colonne, valeur, code, note..."""
    shared = list_sources()["correspondances"].get(source, "")
    links, rules = read_vocabulary("correspondances"), read_rules(source)
    links = links[links["source"] == (shared or source)]
    used = rules.loc[rules["regle"].str.startswith("correspondance"), "colonne"]
    return links[links["colonne"].isin(used)] if shared else links


def read_column_rules(columns, source, path=None):
    """Return the rules that the sheet colonnes_import of a dossier declares for `source`.

    Parameters
    ----------
    columns : DataFrame, table `colonnes_import`
    source : str
    path : ignored by the rules; only told in errors

    Raises
    ------
    DiagnosticError
        The sheet asks for what a mapping cannot do: all at once, in French.
    """
    asked = columns[columns["source"].fillna("").map(normalize_label) == normalize_label(source)].fillna("")
    described = describe_table("acteurs")
    rules = []
    for row in asked.itertuples():
        kind = described["genre"].get(row.colonne, "")
        several = ";" in row.origine
        joiner = " " if kind in ("texte", "texte_libre") else ";" if kind == "liste" else ""
        if row.origine:
            rule = ("joindre", joiner) if several and joiner else ("copie", "")
            rules.append([row.colonne, row.origine, *rule, "requise"])
        if row.valeur:
            rules.append([row.colonne, "", "constante", row.valeur, ""])
    table = pd.DataFrame(rules, columns=["colonne", "origine", "regle", "argument", "presence"], dtype=str)
    faults = check_rules(table.replace({"colonne": {"acteur_id": "cle"}}), source, complete=False)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", source):
        faults.insert(0, f"le nom « {source} » doit être fait de minuscules, de chiffres et de tirets")
    silent = asked[(asked["origine"] == "") & (asked["valeur"] == "")]
    faults += [f"la ligne de « {name} » ne dit ni origine ni valeur" for name in silent["colonne"]]
    if faults:
        where = f"feuille colonnes_import, source {source}" + (f" (fichier {path})" if path else "")
        raise DiagnosticError(f"Correspondance de colonnes refusée : {' ; '.join(faults)}.", where, "corrigez ces lignes")
    return table.replace({"colonne": {"acteur_id": "cle"}})


def check_rules(rules, source, links=None, *, table="acteurs", complete=True):
    """Return what is wrong in a mapping, in French, one sentence a fault; an empty list when it may be used.

    Parameters
    ----------
    rules : DataFrame colonne, origine, regle, argument, presence
    source : str, to say whose correspondances lack a rule
    links : DataFrame colonne, valeur, code, note, optional: its correspondances
    table : str, the table it fills
    complete : bool, whether the mapping must fill what the table requires
    """
    described = describe_table(table)
    known = (set(described.index) | INNER_COLUMNS) - FILLED_BY_US
    faults = [f"colonne inconnue « {name} »" for name in _distinct(rules["colonne"]) if name not in known]
    faults += [f"règle inconnue « {name} »" for name in _distinct(rules["regle"]) if name not in _RULES]
    for rule in rules.itertuples():
        faults += _check_rule(rule, described)
    if complete:
        needed = ["cle", "nom", "type", "territoire_code"] if table == "dispositifs" else ["cle", "nom", "categorie"]
        faults += [f"aucune règle pour « {name} »" for name in needed if name not in set(rules["colonne"])]
    return faults + (_check_links(links, rules, described, source) if links is not None else [])


def _distinct(values):
    return list(dict.fromkeys(values))


def _check_rule(rule, described):
    needs = {"joindre", "oui_si", "motif", "constante", "constante_si"}
    faults = []
    if rule.regle in needs and not rule.argument:
        faults.append(f"la règle {rule.regle} de « {rule.colonne} » n'a pas d'argument")
    if rule.regle != "constante" and rule.regle in _RULES and not rule.origine:
        faults.append(f"la règle {rule.regle} de « {rule.colonne} » ne dit pas de colonne d'origine")
    if rule.regle == "motif":
        try:
            groups = re.compile(rule.argument).groups
        except re.error:
            groups = 0
        if groups != 1:
            faults.append(f"le motif de « {rule.colonne} » doit avoir un groupe, et un seul")
    if rule.regle in ("constante", "constante_si") and rule.colonne in described.index:
        faults += _check_constant(rule, described.loc[rule.colonne])
    return faults


def _check_constant(rule, about):
    """A value written on every row belongs to the vocabulary of its column, unless the list is open."""
    if about["genre"] not in ("choix", "liste") or not about["liste"] or about["liste"].startswith("ref:") or is_open(about["liste"]):
        return []
    labels = find_labels(read_list(about["liste"]), about["liste"].removesuffix("+"))
    items = rule.argument.split(";") if about["genre"] == "liste" else [rule.argument]
    return [f"« {item} » n'est pas dans la liste de « {rule.colonne} »" for item in items if normalize_label(item) not in labels]


def _check_links(links, rules, described, source):
    translated = set(rules.loc[rules["regle"].isin(["correspondance", "correspondances"]), "colonne"])
    given = set(links["colonne"])
    faults = [f"« {name} » se traduit par correspondances et « {source} » n'en a pas" for name in sorted(translated - given)]
    faults += [f"correspondances de « {name} » sans règle qui les emploie" for name in sorted(given - translated)]
    for column in sorted(given & set(described.index)):
        rows = links[links["colonne"] == column]
        known = {*read_list(described.at[column, "liste"]).index, "", OUT_OF_LIST}
        faults += [f"« {code} » (pour « {value} ») n'est pas dans la liste de « {column} »"
                   for value, code in zip(rows["valeur"], rows["code"], strict=True) if code not in known]  # fmt: skip
        mute = rows[rows["code"].isin(["", OUT_OF_LIST]) & (rows["note"] == "")]
        faults += [f"« {value} » est dit sans équivalent dans « {column} », sans dire pourquoi" for value in mute["valeur"]]
        keys = rows["valeur"].map(normalize_label)
        faults += [f"« {value} » est traduit deux fois dans « {column} »" for value in rows.loc[keys.duplicated(), "valeur"]]
    return faults


def find_columns(rules, headings):
    """Return ({origine: the file's columns}, the names of required columns that the file lacks).

    Names are matched as written, else whatever their case and accents; a part that the file lacks is left out.
    """
    exact = {name: name for name in reversed(list(headings)) if name}
    folded = {normalize_label(name): name for name in exact}
    found, missing = {}, []
    for origin, presence in zip(rules["origine"], rules["presence"], strict=True):
        columns = []
        for part in filter(None, origin.split(";")):
            names = [exact.get(name) or folded.get(normalize_label(name)) for name in part.split("|")]
            here = next(filter(None, names), None)
            columns.append(here)
            if here is None and presence == "requise":
                missing.append(part.replace("|", " ou "))
        found[origin] = columns
    return found, _distinct(missing)


def apply_rules(body, rules, source):
    """Return the columns that the rules fill, as text on the index of `body` ("" where they give nothing).

    Parameters
    ----------
    body : DataFrame of str, one column a heading
    rules : DataFrame (`read_rules`), checked, whose required columns are all in `body`
    source : str
    """
    found, _ = find_columns(rules, body.columns)
    links, mapped = read_links(source), {}
    for rule in rules.itertuples():
        columns = found[rule.origine]
        if rule.origine and not any(columns):
            values = pd.Series("", index=body.index, dtype=str)
        else:
            cells = [body[name] if name else pd.Series("", index=body.index, dtype=str) for name in columns]
            values = _RULES[rule.regle](rule, cells, body, links)
        values = values.astype("str").fillna("")
        before = mapped.get(rule.colonne)
        mapped[rule.colonne] = values if before is None else before.where(before != "", values)
    return pd.DataFrame(mapped, index=body.index)


def _copy(_rule, cells, _body, _links):
    values = cells[0]
    for others in cells[1:]:
        values = values.where(values != "", others)
    return values


def _join(rule, cells, _body, _links):
    """Join what is filled: no separator is left beside an empty cell."""
    values = cells[0]
    for others in cells[1:]:
        gap = ((values != "") & (others != "")).map({True: rule.argument, False: ""}).astype("str")
        values = values.str.cat(gap).str.cat(others)
    return values


def _write_constant(rule, _cells, body, _links):
    return pd.Series(rule.argument, index=body.index, dtype=str)


def _say_yes(rule, cells, _body, _links):
    return cells[0].isin(rule.argument.split(";")).map({True: "oui", False: "non"})


def _extract(rule, cells, _body, _links):
    return cells[0].str.extract(rule.argument, expand=False)


def make_fingerprint(cells, length=10):
    """Return a short text that is the same for the same cells, whatever their case, accents and order of rows."""
    keys = None
    for column in cells:
        distinct = column.unique()
        folded = column.map(dict(zip(distinct, map(normalize_label, distinct), strict=True))).astype("str")
        keys = folded if keys is None else keys.str.cat(folded, sep="|")
    hashed = pd.util.hash_array(keys.to_numpy(dtype=object), categorize=False)
    return pd.Series([f"{value:016x}"[:length] for value in hashed.tolist()], index=keys.index, dtype=str)


def _write_fingerprint(_rule, cells, _body, _links):
    return make_fingerprint(cells)


def _translate(_rule, cells, _body, links):
    return _map_items(_rule, cells, links, first=True)


def _translate_all(_rule, cells, _body, links):
    return _map_items(_rule, cells, links, first=False)


def _map_items(rule, cells, links, *, first):
    """Translate by `correspondances.csv`: the first known item, in the order of the list, or all of them."""
    links = links[links["colonne"] == rule.colonne]
    codes = {normalize_label(value): code for value, code in zip(links["valeur"], links["code"], strict=True)}
    order = {key: rank for rank, key in enumerate(codes)}
    joined = _join(rule._replace(argument=";"), cells, None, None)

    def translate(cell):
        items = [normalize_label(item) for item in [cell, *_BROKEN_LIST.split(cell)] if item]
        found = [item for item in items if codes.get(item)]
        if first:
            return codes[min(found, key=order.get)] if found else ""
        return ";".join(dict.fromkeys(codes[item] for item in found))

    return joined.map({cell: translate(cell) for cell in joined.unique()})


def _name_ours(rule, cells, _body, _links):
    """Give the code of our list that one of the items names; none named, the cell as it is: reading the dossier suggests."""
    listed = describe_table("acteurs").at[rule.colonne, "liste"]
    labels = find_labels(read_list(listed), listed)
    cells = _copy(rule, cells, None, None)

    def find(cell):
        items = [labels.get(normalize_label(item)) for item in [cell, *_BROKEN_LIST.split(cell)]]
        return next(filter(None, items), cell)

    return cells.map({cell: find(cell) for cell in cells.unique()})


def _name_type(_rule, cells, _body, links):
    """Give the label of a type, from the correspondances of the category."""
    links = links[links["colonne"] == "categorie"]
    return cells[0].map(dict(zip(links["valeur"], links["libelle"], strict=True)))


def _code_commune(_rule, cells, _body, _links):
    """Join a departement and a commune's number: 01 and 451 give 01451; 9A to 9F, the DROM of FINESS, are 97."""
    overseas = cells[0].str.extract(r"^9([A-Z])$", expand=False)
    front = cells[0].str.zfill(2).mask(overseas.notna(), "97").mask(overseas.isin(list("GHIJKLMNOPQRSTUVWXYZ")), "98")
    number = cells[1].str.zfill(3)
    return front.str.cat(number).where((cells[0] != "") & (cells[1] != ""), "")


def _write_latitude(_rule, cells, _body, _links):
    return unproject(cells)["lat"]


def _write_longitude(_rule, cells, _body, _links):
    return unproject(cells)["lon"]


def unproject(cells):
    """Return lat, lon (text, degrees) of points in metres: x, y, then the name of the projection, then a commune code.

    The projection is the one written (EPSG number, or a name of `PROJECTIONS`), else that of the departement; an unknown
    one gives nothing: no projection is guessed from the figures.
    """
    x, y = (read_numbers(cells[place])[0] for place in (0, 1))
    written = pd.to_numeric(cells[2].str.extract(r"(?:EPSG:?\s*|^)(\d{4})\b", expand=False))
    named = cells[2].str.extract(f"({'|'.join(PROJECTIONS)})", expand=False).map(PROJECTIONS)
    projection = written.where(written.isin(_EPSG)).fillna(named.astype(float))
    if len(cells) > 3:
        by_place = cells[3].str[:3].map(_BY_DEPARTEMENT).astype(float).fillna(2154.0).where(cells[3] != "")
        projection = projection.fillna(by_place.where(cells[2] == ""))
    points = pd.DataFrame({"lat": "", "lon": ""}, index=x.index, dtype=str)
    for epsg in projection.where(x.notna() & y.notna()).dropna().unique():
        here = (projection == epsg) & x.notna() & y.notna()
        lon, lat = find_transformer(int(epsg)).transform(x[here].array, y[here].array)
        for axis, values in {"lat": lat, "lon": lon}.items():
            points.loc[here, axis] = pd.Series(values, index=x.index[here]).map("{:.6f}".format)
    return points.replace({"inf": "", "nan": ""})


_RULES = {
    "copie": _copy, "joindre": _join, "constante": _write_constant, "constante_si": _write_constant, "oui_si": _say_yes,
    "motif": _extract, "empreinte": _write_fingerprint, "correspondance": _translate, "correspondances": _translate_all,
    "libelle": _name_ours, "intitule": _name_type, "commune_departement": _code_commune,
    "latitude_projetee": _write_latitude, "longitude_projetee": _write_longitude,
}  # fmt: skip
