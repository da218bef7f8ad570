"""The communes of an earlier year, rebuilt from those of today and from what differs; and which year a list is of."""

from functools import cache

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.places.cog import is_in, look_up, read_cog, read_shape_table
from diagnostic.read.places.names import fold_name, map_distinct
from diagnostic.read.places.territories import locate_shapes


@cache
def list_years():
    """Return the years whose communes the software knows (list of int), that of today last."""
    earlier = read_shape_table("codes_par_annee.csv")["annee"].astype(int).tolist()
    return [*earlier, max(earlier) + 1]


def check_year(year):
    """Return a year as an int.

    Raises
    ------
    DiagnosticError
        It is none of `list_years`.
    """
    years = list_years()
    if not str(year).isdigit() or int(year) not in years:
        fix = f"choisissez une année de {years[0]} à {years[-1]} ; pour une année plus récente, prenez la version suivante du logiciel"
        raise DiagnosticError(f"Année de communes inconnue : {year}.", "année demandée", fix)
    return int(year)


@cache
def read_year(year):
    """Return the communes of `year` (index code_insee, sorted): nom, epci, population (read only).

    `population` is the one published with the COG of that year; missing where the source gives none. `epci` is missing for a
    commune that is in none.
    """
    communes = read_cog()["communes"][["nom", "epci", "population"]]
    if year == list_years()[-1]:
        return communes
    told = read_shape_table("communes_par_annee.csv")
    told = told[told["annee"] == str(year)].set_index("code_insee")
    apart = told[told["etat"] != "absente"]
    names = pd.concat([communes.loc[~communes.index.isin(told.index), ["nom", "epci"]], apart[["nom", "epci"]].replace("", pd.NA)])
    people = pd.read_parquet(locate_shapes() / "populations_par_annee.parquet", columns=["code_insee", f"population_{year}"])
    people = people.set_index("code_insee")[f"population_{year}"].astype(float)
    return names.assign(population=people.reindex(names.index)).sort_index()


def read_restored():
    """Return the communes that came back since 2021: code_insee, nom, annee (int), separee_de (its code), separee_nom."""
    return read_shape_table("communes_retablies.csv").astype({"annee": int})


def guess_year(codes, names=None):
    """Return the year whose communes a list of codes (and names) fits best, the latest of those that fit alike.

    Parameters
    ----------
    codes : Series of str
    names : Series of str, optional, same index; an empty or missing name says nothing

    Examples
    --------
    >>> guess_year(pd.Series(["63109", "63330"]), pd.Series(["Chidrac", "Saint-Cirgues-sur-Couze"]))
    2024
    """
    said = map_distinct(names.astype("str").fillna(""), fold_name) if names is not None else pd.Series("", index=codes.index)
    faults = {}
    for year in list_years():
        held = read_year(year)
        known = is_in(codes, held.index)
        borne = map_distinct(look_up(codes, held["nom"]).astype("str").fillna(""), fold_name)
        faults[year] = int((~known).sum() + (known & (said != "") & (said != borne)).sum())
    least = min(faults.values())
    return max(year for year, number in faults.items() if number == least)


def list_members(passage):
    """Return {commune of today: codes of the communes it is made of, its own included} of every merger since the first year known.

    Parameters
    ----------
    passage : Series, former code -> code of today

    Examples
    --------
    >>> list_members(pd.Series({"63330": "63109"}))
    {'63109': ['63109', '63330']}
    """
    today = read_cog()["communes"].index
    held = pd.Index([]).append([read_year(year).index for year in list_years()]).unique()
    gone = passage[is_in(passage.index.to_series(), held).to_numpy() & passage.isin(today).to_numpy()]
    # A code that left its number to another is no merger: the commune of today has none of its own before.
    first = read_year(list_years()[0]).index
    parts = {heir: sorted({*codes, *first[first == heir]}) for heir, codes in gone.groupby(gone).groups.items()}
    return {heir: codes for heir, codes in parts.items() if len(codes) > 1}
