"""All territories of a region in a notebook: compared once, then chosen one by one; no rank."""

import io
import os
from importlib.util import find_spec

import pandas as pd

from diagnostic.run import comparison as way
from diagnostic.vocabulary.formats import count_words
from diagnostic.widgets.menus import build_menus
from diagnostic.widgets.opening import VARIABLE
from diagnostic.widgets.pictures import make_picture
from diagnostic.widgets.tables import show_sentences, show_table

BESIDE = {
    "libelle": "Ce qui est mesuré", "valeur": "Ici", "semblables_q25": "Ses semblables, de", "semblables_q75": "à",
    "nb_semblables": "Semblables", "voisins_mediane": "Médiane des voisins", "nb_voisins_compares": "Voisins",
}  # fmt: skip
DPI = 110  # of a screen
WORDS = {"territoire": "Territoire", "entonnoir": "Entonnoir"}


def compare_region(region, *, dossier="", listes=(), maille="epci", moran=None):
    """Read and measure all territories of a region (or of a dossier already filled); write nothing.

    Parameters
    ----------
    region : str, its code; of no use where a dossier is given
    dossier : str, the folder of a dossier, "" for the region
    listes : list of texts, « france-services=liste.csv », or folders of dossiers for their links
    moran : bool, optional; by default where PySAL is installed
    """
    folder = dossier or os.environ.get(VARIABLE, "")
    asked = {"sources": folder} if folder else {"regions": [region], "inventaires": list(listes)}
    gathered = way.gather(asked | {"maille": maille})
    moran = find_spec("esda") is not None if moran is None else moran
    return way.measure(gathered, moran=moran) | {"lecture": gathered}


def explore_beside(compared, territoire=""):
    """Return a menu of territories and, under it, what each figure is beside its peers and its neighbours."""
    wide = compared["comparaison_territoires"]
    names = wide["nom"].sort_values()
    measures = compared["comparaison_dictionnaire"].set_index(["mesure", "couche", "groupe", "seuil"])["titre"]
    rows = compared["comparaison_reperes"].copy()
    keys = pd.MultiIndex.from_frame(rows[["mesure", "couche", "groupe", "seuil"]])
    rows["libelle"] = measures.reindex(keys).to_numpy()
    rows = rows[rows["libelle"].notna()]
    few = compared["comparaison_lectures"].query("sujet == 'semblables'")["phrase"].tolist()

    def tell(code):
        held = rows[rows["territoire"] == code]
        told = compared["comparaison_phrases"].query("territoire == @code")["phrase"].tolist()
        alike = compared["comparaison_semblables"].query("territoire_id == @code")["semblable_id"].map(wide["nom"])
        if not len(alike):
            return show_sentences(few or ["Aucun semblable : sa taille n'est pas connue."]).data + show_table(held, BESIDE, lines=40).data
        first = f"Semblables (habitants, densité) : {', '.join(alike)}."
        none = "Rien ne sort nettement de la moitié centrale de ses semblables."
        return show_sentences([first, *(told or [none])]).data + show_table(held, BESIDE, lines=40).data

    return build_menus({WORDS["territoire"]: names}, [([WORDS["territoire"]], tell)], start={WORDS["territoire"]: territoire})


def explore_funnels(compared):
    """Return a menu of funnel plots and, under it, the one chosen."""
    figures = way.draw_funnels(compared, compared["lecture"])
    titles = pd.Series({name: tell_title(figure) for name, figure in figures.items()}, dtype="str")

    def draw(name):
        buffer = io.BytesIO()
        figures[name].savefig(buffer, format="png", dpi=DPI)
        return make_picture(buffer.getvalue(), name)

    return build_menus({WORDS["entonnoir"]: titles}, [([WORDS["entonnoir"]], draw)])


def tell_title(figure):
    """Return the title of a page, on one line."""
    return " ".join(text.get_text().replace("\n", " ") for text in figure.texts if text.get_gid() == "titre")


def count_compared(compared):
    """Return sentences: how many territories and communes are compared, what is left out."""
    wide, loose = compared["comparaison_territoires"], compared["comparaison_sans_territoire"]
    told = f"{count_words(len(wide), 'territoire comparé', 'territoires comparés')}, "
    told += f"{count_words(int(wide['nb_communes'].sum()), 'commune')}."
    names = f" : {', '.join(loose['nom'].head(6))}." if 0 < len(loose) <= 6 else "."
    return show_sentences([told, f"{count_words(len(loose), 'commune')} dans aucun territoire comparé{names}"])
