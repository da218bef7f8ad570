"""The annexes of a report: the inventory and its sources, a page each at most, the rest in the workbook."""

from diagnostic.draw.report_pieces import bullets, cite_sources, title
from diagnostic.draw.report_tables import label_column, make_table
from diagnostic.vocabulary import read_vocabulary

# Words that a reader meets in the sentences and that are ours.
MOST_WORDS = 20


def plan_annexes(shown):
    """Return the blocks of the annexes: actors, dispositifs, what is expected, sources, words."""
    tables = [
        ("Les acteurs", _table_actors),
        ("Les dispositifs et actions", _table_dispositifs),
        ("Les instances", _table_instances),
        ("Ce qui est attendu, et d'où cela vient", _table_rules),
        ("Les sources", _table_sources),
    ]
    blocks = []
    for heading, draw in tables:
        table = draw(shown)
        if table:
            blocks += [title(heading, 2), table]
    words = list_words()
    return [*blocks, title("Les mots de ce document", 2), bullets(words)] if words else blocks


def list_words():
    """Return the words of the glossary, each with what it means."""
    glossary = read_vocabulary("glossaire").head(MOST_WORDS)
    return [f"{row.iloc[0]} : {row.iloc[1]}" for _, row in glossary.iterrows()]


def _table_actors(shown):
    actors = shown["acteurs"]
    actors = actors[~actors["hors_territoire"].astype(bool)]
    actors = label_column(
        label_column(actors, "categorie", shown["listes"], "categories"), "champ", shown["listes"], "champs"
    )
    actors = actors.sort_values(["categorie", "nom"], na_position="last", kind="stable")
    columns = [
        ("nom", "Acteur", "texte", 5),
        ("categorie", "Catégorie", "texte", 5),
        ("champ", "Champ", "texte", 2.4),
        ("commune", "Commune", "texte", 3),
    ]
    return make_table(
        actors, columns, legende="Les acteurs recensés", feuille="acteurs", source=cite_sources(shown, "acteurs")
    )


def _table_dispositifs(shown):
    rows = shown["dispositifs"].assign(
        porteur=lambda table: table["porteur_id"].map(shown["acteurs"].set_index("acteur_id")["nom"])
    )
    rows = label_column(label_column(rows, "themes", shown["listes"], "themes"), "stade", shown["listes"], "stades")
    rows = label_column(rows, "type", shown["listes"], "dispositifs").sort_values("nom")
    columns = [
        ("nom", "Dispositif ou action", "texte", 4.5),
        ("porteur", "Porteur", "texte", 3.5),
        ("themes", "Thèmes", "texte", 4.5),
        ("stade", "Stade", "texte", 2.2),
        ("date_fin", "Fin", "date", 1.7),
    ]
    return make_table(
        rows,
        columns,
        legende="Les dispositifs et actions",
        feuille="dispositifs",
        source=cite_sources(shown, "acteurs"),
    )


def _table_instances(shown):
    rows = shown["instances"].assign(
        nb_membres=shown["instances"]["membres"].map(lambda cell: len(cell) if isinstance(cell, tuple) else 0)
    )
    rows = label_column(rows, "type", shown["listes"], "types_instance").sort_values("nom")
    columns = [
        ("nom", "Instance", "texte", 8),
        ("type", "Type", "texte", 4),
        ("nb_membres", "Membres montrés", "nombre", 2),
    ]
    return make_table(
        rows, columns, legende="Les instances", feuille="instances", source=cite_sources(shown, "acteurs")
    )


def _table_rules(shown):
    rows = label_column(shown["attendus_regles"], "force", shown["listes"], "forces_attendu")
    columns = [
        ("libelle", "Ce qui est attendu", "texte", 4),
        ("condition", "Où", "texte", 4),
        ("force", "Force", "texte", 2.2),
        ("source", "Source", "texte", 6),
    ]
    return make_table(rows, columns, legende="Ce qui est attendu, et d'où cela vient", feuille="attendus_regles")


def _table_sources(shown):
    columns = [
        ("objet", "Objet", "texte", 4),
        ("source", "Source", "texte", 8),
        ("millesime", "Millésime", "texte", 2),
        ("nombre", "Lignes", "nombre", 1.5),
    ]
    return make_table(shown["sources"], columns, legende="Les sources de ce document", feuille="sources")
