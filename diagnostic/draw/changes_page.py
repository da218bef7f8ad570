"""« Ce qui a changé » as one page that opens without a network: the balance, the map, the sentences."""

from markupsafe import Markup

from diagnostic.draw.templates import open_template, read_template
from diagnostic.vocabulary.formats import format_number, join_words

COUNTS = {
    "avant": "avant", "disparus": "disparus", "apparus": "apparus", "apres": "après", "changes": "changés", "inchanges": "inchangés",
}  # fmt: skip
TITLES = {
    "bilan": "Bilan", "acteurs": "Acteurs", "liens": "Liens déclarés", "dispositifs": "Dispositifs", "participations": "Participations",
    "postes": "Postes", "instances": "Instances", "reseaux": "Réseaux", "adhesions": "Adhésions aux réseaux",
    "couverture_inventaire": "Couverture des catégories", "couverture_dispositifs": "Couverture des dispositifs", "communes": "Communes",
    "rattachements": "Communes et découpages", "ressorts": "Ressorts", "chiffres": "Chiffres",
}  # fmt: skip


def draw_changes_page(changes, phrases, *, titre, mention, compares, carte=""):
    """Return the HTML of the page; write it with `diagnostic.write.offline`. Same tables, same bytes.

    Parameters
    ----------
    changes : dict, `measure.changes.compare_dossiers`
    phrases : DataFrame rubrique, phrase (`measure.constats.dossier_changes`)
    titre : str
    mention : dict edition, date, fictif (text, may be empty): what the page says of itself
    compares : sequence of str, what is compared with what
    carte : str, the map as a `data:` address; empty: no map
    """
    groups = [
        {"ancre": f"rubrique-{name}", "titre": TITLES.get(name, name), "phrases": list(part["phrase"])}
        for name, part in phrases.groupby("rubrique", sort=False)
    ]  # fmt: skip
    moved = changes["bilan"][["disparus", "apparus", "changes"]].any(axis=1)
    balance = [
        {"nom": TITLES.get(row["rubrique"], row["rubrique"]), "nombres": [format_number(row[name]) for name in COUNTS]}
        for row in changes["bilan"][moved].to_dict("records")
    ]  # fmt: skip
    still = [TITLES.get(name, name).lower() for name in changes["bilan"].loc[~moved, "rubrique"]]
    page = {
        "titre": f"Ce qui a changé : {titre}", **mention, "mention": "Deux états d'un même dossier, comparés ligne à ligne.",
        "colonnes": list(COUNTS.values()), "bilan": balance, "groupes": groups,
        "immobiles": f"Sans changement : {join_words(still, len(still))}." if still else "", "compares": list(compares), "carte": carte,
        "carte_texte": "Acteurs apparus, disparus et changés, communes qui ont changé d'unité : les phrases disent la même chose.",
    }  # fmt: skip
    return open_template("changements.html").render(page, style=Markup(read_template("fiches.css")))
