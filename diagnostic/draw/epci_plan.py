"""The plan of the atlas: a page an EPCI, the same blocks for the PDF and the DOCX (see `report_pieces`), from the tables of an edition."""

import math

import pandas as pd

from diagnostic.draw.atlas import leave_communes
from diagnostic.draw.gaps_page import EXPECTED, FORCES, rank_expected, tell_states
from diagnostic.draw.report_tables import label_column, make_table, name_sheet, shorten_text, typeset
from diagnostic.draw.style import agree
from diagnostic.draw.territory_page import leave_own, sort_territories
from diagnostic.draw.web_view import name_categories, name_headings
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words, shorten_list

# What a page holds when every line is as long as it may be; what is beyond is counted, and the workbook has it.
MOST = {"acteurs": 7, "fiche_ressorts": 7, "manques_attendus": 6, "dispositifs": 5}
SHEETS = {"manques_attendus": "attendus_territoires"}
LIMITS = "Ce qu’on ne peut pas en conclure"
LONGEST_NAME, LONGEST_SENTENCE, NAMES = 90, 260, 4
# What the rows of the four tables of a page may take, headings apart; a letter and a line of a cell.
TABLES_CM, LETTER_CM, LINE_CM = 11.8, 0.146, 0.335
# Beside the map, whose height it has without more; the lines that a title has without more.
SIDE_LETTERS, SIDE_CM, HEADING_CM, MAP_CM, TITLE_LETTERS, TITLE_LINES = 58, 0.37, 0.65, 6.8, 60, 2


def list_epci(shown):
    """Return the EPCI of the dossier, as a French index: DataFrame nom, index territoire_id; empty where there is none."""
    places = sort_territories(shown["territoires"])
    return places[places["type"].eq("epci")]


def plan_atlas(shown):
    """Return one page an EPCI, in the order of `list_epci`.

    Parameters
    ----------
    shown : dict, tables of an edition (`run.select_edition`) without the rows out of the territory (`edition.keep_local`)

    Returns
    -------
    list of dict: code (SIREN), nom, titre (a sentence), resume (list of str, beside the map), blocs (list of blocks: headings, tables,
    bullets), prudence (list of str: what one may not conclude), alternative (what a person who does not see the map is told)
    """
    actors, left = leave_communes(shown["acteurs"])
    gathered = {"acteurs": actors, "communes_a_part": len(shown["acteurs"]) - len(actors)}
    return [_plan_page(shown, key, row["nom"], gathered) for key, row in list_epci(shown).iterrows()]


def tell_left(shown):
    """Return the remark on the communes that belong to no EPCI, and have no page; "" when all do."""
    alone = shown["communes"]["epci"].isna()
    if not alone.any():
        return ""
    names = join_words([shorten_text(name, 40) for name in sorted(shown["communes"].loc[alone, "nom"])])
    return f"Atlas : {count_words(int(alone.sum()), 'commune')} sans intercommunalité, donc sans page : {names}."


def _plan_page(shown, key, nom, gathered):
    code = key.split(":", 1)[1]
    sizes = shown["territoires_resume"].loc[key]
    communes = shown["communes"].index[shown["communes"]["epci"].eq(code)]
    actors = gathered["acteurs"]
    inside = actors[actors["code_insee"].isin(communes)]
    name = shorten_text(nom, LONGEST_NAME)
    told = [agree(sizes["nb_communes"], "commune"), agree(sizes["population"], "habitant")]
    told += [agree(sizes["nb_interlocuteurs"], "interlocuteur"), agree(len(inside), "acteur recensé", "acteurs recensés")]
    blocks = [
        *_list("Qui fait quoi", _table_actors(inside, shown), "Aucun acteur recensé : cela ne prouve pas qu'il n'y en a pas."),
        *_list("Les découpages qui la traversent", _table_ressorts(shown, key), "Aucun découpage comparé dans ce dossier."),
        *_list("Ce qui est attendu, en trois états", _table_expected(shown, key), "Aucun attendu ne s'applique ici."),
        *_list("Contrats et dispositifs qui la couvrent", _table_devices(shown, code, communes), "Aucun n'est montré ici."),
    ]  # fmt: skip
    page = {
        "code": code, "nom": typeset(name), "titre": typeset(f"{name} : {join_words(told)}"),
        "resume": [typeset(shorten_text(text, LONGEST_SENTENCE)) for text in _tell_summary(shown, key, code, inside, gathered)],
        "prudence": [typeset(shorten_text(text, LONGEST_SENTENCE)) for text in _tell_limits(shown, key, code, inside)],
        "alternative": typeset(
            f"Carte de {name} : ses {count_words(len(communes), 'commune')}, les intercommunalités voisines et "
            f"{count_words(int(inside[['x_m', 'y_m']].notna().all(axis=1).sum()), 'acteur placé', 'acteurs placés')}, par champ."
        ),
    }  # fmt: skip
    return page | {"blocs": fit_blocks(blocks, measure_room(page))}


def measure_room(page):
    """Return the height in centimetres that the rows of the tables of a page may take, once its title and sentences are written."""
    texts = [*page["resume"], *page["prudence"]]
    side = sum(math.ceil(len(text) / SIDE_LETTERS) for text in texts) * SIDE_CM + 2 * HEADING_CM
    title = (math.ceil(len(page["titre"]) / TITLE_LETTERS) - TITLE_LINES) * HEADING_CM
    return TABLES_CM - max(0.0, side - MAP_CM) - max(0.0, title)


def _list(heading, table, nothing):
    """Return the blocks of a heading and its table, or the sentence said where there is none."""
    return [{"genre": "titre", "texte": heading, "niveau": 3}, table or {"genre": "note", "texte": typeset(nothing)}]


def _cut(rows, columns, table, legend):
    """Return a table of a page; the rows that it has no room for are counted, with the sheet of the workbook that holds them."""
    block = make_table(rows.head(MOST[table]), columns, legende=legend, feuille=table)
    return block and block | {"numero": False, "source": "", "total": len(rows), "feuille": name_sheet(SHEETS.get(table, table))}


def fit_blocks(blocks, room):
    """Return the blocks of a page, the longest tables shortened until all of them fit in `room` (centimetres); what is left is told."""
    tables = [block for block in blocks if _is_table(block)]
    tables = [table | {"hauteurs": [_measure_line(line, table["largeurs"]) for line in table["lignes"]]} for table in tables]
    while sum(sum(table["hauteurs"]) for table in tables) > room:
        longest = max(tables, key=lambda table: sum(table["hauteurs"]))
        if len(longest["hauteurs"]) == 1:
            break
        longest["hauteurs"].pop()
    cut = iter(tables)
    return [_tell_rest(next(cut)) if _is_table(block) else block for block in blocks]


def _is_table(block):
    return block["genre"] == "tableau"


def _tell_rest(table):
    lines = table["lignes"][: len(table.pop("hauteurs"))]
    left = table.pop("total") - len(lines)
    rest = f"… et {count_words(left, 'autre')} : voir le classeur, feuille {table.pop('feuille')}." if left else ""
    return table | {"lignes": lines, "reste": typeset(rest)}


def _measure_line(cells, widths):
    """Return the height in centimetres of a row of a table in letters of 7.5 points."""
    lines = [math.ceil(max(1, len(cell)) / int((width - 0.3) / LETTER_CM)) for cell, width in zip(cells, widths, strict=True)]
    return LINE_CM * max(lines)


def _table_actors(inside, shown):
    """One row a heading of the guide: how many actors, of which categories."""
    if not len(inside):
        return None
    headings = name_headings(inside["categorie"]).map(lambda text: shorten_text(text, 62))
    rows = pd.DataFrame({"rubrique": headings, "categorie": name_categories(inside["categorie"], shown["listes"], "À préciser")})
    counts = rows.value_counts().reset_index().sort_values(["rubrique", "count", "categorie"], ascending=[True, False, True])
    named = counts.assign(mots=counts["categorie"].map(lambda text: shorten_text(text, 40)) + " (" + counts["count"].astype(str) + ")")
    gathered = named.groupby("rubrique").agg(nombre=("count", "sum"), categories=("mots", lambda words: join_words(words, NAMES - 1)))
    order = [shorten_text(name, 62) for name in pd.unique(read_vocabulary("categories")["rubrique_libelle"])]
    order = [name for name in order if name in gathered.index]
    gathered = gathered.reindex([*order, *gathered.index.difference(order)]).reset_index()
    columns = [("rubrique", "Rubrique du guide", "texte", 5), ("nombre", "Acteurs", "nombre", 1.3),
               ("categories", "Catégories (nombre d'acteurs)", "texte", 9)]  # fmt: skip
    return _cut(gathered, columns, "acteurs", "Acteurs recensés par rubrique")


def _table_ressorts(shown, key):
    """One row a layer, those that share the EPCI first: how many units, which."""
    sheet = leave_own(shown["fiche_ressorts"])
    sheet = sheet[sheet["territoire_id"].eq(key)]
    if not len(sheet):
        return None
    layers = shown["couches"]
    words = sheet["unite_nom"].where(sheet["unite_nom"].notna(), sheet["unite_id"])
    words = words.map(lambda text: shorten_text(text, 50), na_action="ignore")
    rows = sheet.assign(unite=words).groupby("couche").agg(
        nombre=("unite_id", "nunique"), unites=("unite", lambda names: join_words(names.dropna(), NAMES) or "aucune unité connue"),
    )  # fmt: skip
    rows = rows.reindex([name for name in layers.index if name in rows.index])
    quiet = ~layers["interlocuteur"].astype(bool).reindex(rows.index)
    rows["libelle"] = layers["libelle"].reindex(rows.index) + quiet.map({True: " (sans interlocuteur)", False: ""})
    rows = rows.sort_values("nombre", ascending=False, kind="stable")
    columns = [("libelle", "Découpage", "texte", 5), ("nombre", "Unités", "nombre", 1.3), ("unites", "Lesquelles", "texte", 9)]
    return _cut(rows, columns, "fiche_ressorts", "Découpages, unités et noms")


def _table_expected(shown, key):
    rows = shown["manques_attendus"]
    rows = rows[rows["territoire_id"].eq(key)]
    if not len(rows):
        return None
    order = sorted(range(len(rows)), key=lambda rank: (*rank_expected(rows.iloc[rank]), rank))
    rows = rows.iloc[order]
    states, forces = rows["etat"].map(EXPECTED).fillna(EXPECTED["non_renseigne"]), rows["force"].map(FORCES).fillna(rows["force"])
    rows = rows.assign(etat=states, force=forces)
    columns = [("libelle", "Ce qui est attendu", "texte", 6), ("etat", "État", "texte", 3), ("force", "Force", "texte", 2.4),
               ("detail", "Où", "texte", 5)]  # fmt: skip
    return _cut(rows, columns, "manques_attendus", "Ce qui est attendu et son état")


def _table_devices(shown, code, communes):
    """Return what covers the EPCI or one of its communes, by what the sheet of dispositifs and the imports say."""
    places, devices = {code, *communes}, shown["dispositifs"]
    linked = set(shown["affiliations"].loc[shown["affiliations"]["territoire_code"].isin(places), "dispositif_id"])
    typed = devices["territoires"].map(lambda cell: isinstance(cell, tuple) and not places.isdisjoint(cell)).astype(bool)
    rows = devices[typed | devices["dispositif_id"].isin(linked)].sort_values(["nom", "dispositif_id"], kind="stable")
    if not len(rows):
        return None
    rows = label_column(label_column(rows, "type", shown["listes"], "dispositifs"), "stade", shown["listes"], "stades")
    rows = label_column(rows, "themes", shown["listes"], "themes")
    rows = rows.assign(nom=rows["nom"].map(lambda text: shorten_text(text, LONGEST_NAME)))
    columns = [("nom", "Nom", "texte", 6), ("type", "Type", "texte", 4), ("stade", "Stade", "texte", 2), ("date_fin", "Fin", "date", 1.8)]
    return _cut(rows, columns, "dispositifs", "Contrats et dispositifs")


def _tell_summary(shown, key, code, inside, gathered):
    """Return what stands beside the map: the odd communes, who comes from elsewhere, the three states."""
    odd = shown["communes_minoritaires"]
    odd = odd.loc[odd["territoire_id"].eq(key), "nom"].drop_duplicates()
    several = "n'ont" if len(odd) > 1 else "n'a"
    told = []
    if len(odd):
        names = join_words([shorten_text(name, 40) for name in odd], NAMES)
        told.append(f"{count_words(len(odd), 'commune')} {several} pas le même interlocuteur que le reste : {names}.")
    elsewhere = gathered["acteurs"].drop(index=inside.index)
    coming = int(elsewhere["territoires"].map(lambda cell: isinstance(cell, tuple) and code in cell).sum())
    if coming:
        words = count_words(coming, "acteur dont le siège est ailleurs y travaille", "acteurs dont le siège est ailleurs y travaillent")
        told.append(f"{words}.")
    unplaced = int(inside[["x_m", "y_m"]].isna().any(axis=1).sum())
    if unplaced:
        told.append(f"{count_words(unplaced, 'acteur')} sans lieu connu, hors de la carte.")
    states = shown["fiche_manques"].set_index("territoire_id")
    if key in states.index:
        told.append(tell_states(states.loc[key]))
    if gathered["communes_a_part"]:
        told.append("Les communes sans lien ni participation ne sont pas comptées parmi les acteurs.")
    return told


def _tell_limits(shown, key, code, inside):
    """Return what the page does not prove: the coverage of this EPCI, its part out of the territory, the age of what is known."""
    told = []
    cut = shown["unites_coupees"]
    cut = cut[cut["unite_id"].eq(code)]
    for row in cut.itertuples():
        out = f"{format_number(row.nb_communes_hors)} de ses {count_words(row.nb_communes + row.nb_communes_hors, 'commune')}"
        told.append(f"Coupée par le périmètre : {out} hors du dossier ({shorten_list(row.communes_hors)}) ; seule sa part est comptée.")
    states = shown["etats_territoires"].set_index("territoire_id")
    if key in states.index and states.at[key, "nb_cases"]:
        row = states.loc[key]
        unknown = f"{format_share(row['part_non_renseigne'])} des {format_number(row['nb_cases'])} catégories"
        told.append(f"{unknown} ne sont pas renseignées : on ne sait pas.")
    held = shown["couverture_inventaire"]
    held = held[held["territoire_id"].eq(key) & held["statut"].eq("complet")] if len(held) else held
    if len(held):
        labels = held["categorie"].map(shown["listes"]["categories"]["libelle"]).fillna(held["categorie"])
        named = f"{count_words(len(held), 'catégorie')} : {join_words(labels, NAMES)}"
        told.append(f"Liste dite complète pour {named} ; pour les autres, un blanc n'est pas une absence.")
    else:
        told.append("Aucune liste n'est dite complète ici : un blanc n'est jamais une absence.")
    if not len(inside):
        told.append("Aucun acteur n'y est recensé : c'est ce que l'inventaire ne sait pas, non ce qui n'existe pas.")
    age = states.loc[key].get("age_text") if key in states.index else None
    return [*told, *([f"{age[:1].upper()}{age[1:].rstrip('. ')}."] if isinstance(age, str) and age else [])]


def group_beside(page):
    """Return what stands beside the map: (heading, texts), what is known, then what one may not conclude."""
    return [(heading, texts) for heading, texts in (("En bref", page["resume"]), (LIMITS, page["prudence"])) if texts]
