"""What a dossier is about: the communes of its perimeter, its territories, and what its edge cuts."""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import locate_inside
from diagnostic.read.places import territories
from diagnostic.read.places.boundaries import read_boundaries, replace_geometry
from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.commune_points import move_points
from diagnostic.schema import join_problems, list_problems

WEIGHTS = ["ressortissants_msa", "poids"]  # columns of the sheet communes that may weigh a commune instead of its population


def read_perimeter(listed, settings, cog, folder, *, written=None, only=None):
    """Read the perimeter: the communes listed, else those that the settings say; `only` narrows it.

    Parameters
    ----------
    listed : DataFrame, table `communes`
    settings : dict
    cog : dict, `read.places.cog.read_cog`
    folder : Path of the dossier
    written : DataFrame, optional, lat and lon of the sheet communes as read (text), on the index of `listed`
    only : sequence of str, optional, the present codes of a part of the perimeter: the communes of one of its territories

    Returns
    -------
    communes : GeoDataFrame, with the populations of the dossier where it gives them under a present code, and its own weights
        (WEIGHTS) where one commune at least has one; `point` (mairie, dossier) says what x_m, y_m are the point of
    listed : DataFrame, the rows of the sheet communes that were kept, with their present code
    problemes : DataFrame
    """
    listed, problems = _resolve_listed(listed, cog) if len(listed) else (listed, None)
    if only is not None and problems is not None:
        listed = listed[listed["code_insee"].isin(only)]
    asked = {key: settings[key] or None for key in ("departements", "epci", "regions")}
    if problems is not None:
        communes = territories.read_communes(listed["code_insee"])
    elif any(asked.values()):
        communes = territories.read_communes(**asked) if only is None else territories.read_communes(only)
    else:
        raise DiagnosticError(
            "Le territoire n'est pas dit.", "feuille communes (vide) et feuille parametres",
            "listez les communes, ou remplissez departements (43;63), epci ou regions dans la feuille parametres",
        )  # fmt: skip
    if not len(communes):
        first = "".join(f"\n  ligne {row.ligne} : {row.probleme}" for row in problems.head(5).itertuples())
        raise DiagnosticError(f"Aucune commune connue dans ce territoire.{first}", "feuille communes", "corrigez les codes")
    if len(listed):
        given = listed[listed["methode_commune"] == "code"].set_index("code_insee").reindex(communes.index)
        weights = {name: given[name].astype(float) for name in WEIGHTS if name in given and given[name].notna().any()}
        communes = communes.assign(population=given["population"].astype(float).fillna(communes["population"]), **weights)
    communes, moved = move_points(communes, listed, written=written)
    problems, listed = join_problems(problems, moved), listed.drop(columns="methode_commune", errors="ignore")
    if settings["contours"]:
        path = locate_inside(folder / "ressorts", settings["contours"], "feuille parametres, contours")
        communes, found = replace_geometry(communes, read_boundaries(path))
        problems = join_problems(problems, found)
    return communes, listed, problems


def _resolve_listed(listed, cog):
    """Return the rows of the sheet communes that lead to a commune, one a commune, and the problems of the others."""
    resolved, problems = resolve_communes(listed.assign(commune=listed["nom"]), cog)
    found = listed.assign(**resolved[["code_insee", "methode_commune"]]).dropna(subset="code_insee")
    # A present code comes before the former ones that lead to it: its population is the whole commune's.
    found = found.sort_values("methode_commune", key=lambda method: method.ne("code"), kind="stable")
    repeated = found["code_insee"].duplicated()
    rows = found[repeated].sort_index()
    message = "Commune déjà listée : comptée une fois."
    told = list_problems("information", rows, message, "rien ; ou supprimez la répétition", colonne="code_insee", valeur=rows["code_insee"])
    return found[~repeated].sort_index(), join_problems(problems, told)


def read_territories(own, communes):
    """Return (territoires, appartenance, problemes): perimeter, departements, EPCI, and those of the sheet territoires."""
    territoires, appartenance = territories.list_territories(communes)
    if not len(own):
        return territoires, appartenance, None
    rows = own.assign(territoire_id="autre:" + own["territoire_id"], type="autre")
    members = rows[["territoire_id", "communes"]].explode("communes").reset_index(names="row")
    by_epci = communes.reset_index()[["code_insee", "epci"]].rename(columns={"epci": "communes"})
    direct = pd.DataFrame({"code_insee": communes.index, "communes": communes.index})
    held = members.merge(pd.concat([direct, by_epci]), on="communes")
    lost = members[~members["communes"].isin(held["communes"])]
    fix = "corrigez le code, ou élargissez la feuille communes"
    told = list_problems(
        "attention", rows.loc[lost["row"]], "Commune ou EPCI hors du périmètre.", fix, colonne="communes", valeur=lost["communes"]
    )
    territoires = pd.concat([territoires, rows.set_index("territoire_id")[["nom", "type"]]])
    appartenance = pd.concat([appartenance, held[["code_insee", "territoire_id"]].drop_duplicates()], ignore_index=True)
    return territoires, appartenance, told


def tell_cut(cut):
    rows = pd.DataFrame({"fichier": "logiciel", "feuille": "périmètre", "ligne": pd.array([pd.NA] * len(cut), dtype="Int64")})
    words = {1: "1 commune hors du périmètre, laissée de côté"}
    messages = [
        f"{row.unite_nom} : {words.get(row.nb_communes_hors, f'{row.nb_communes_hors} communes hors du périmètre, laissées de côté')} "
        f"({row.communes_hors})."
        for row in cut.itertuples()
    ]
    fix = "si cet EPCI doit être entier, ajoutez ces communes à la feuille communes ; sinon, rien"
    return list_problems("information", rows, messages, fix, valeur=cut["unite_id"])
