"""The table temps_trajet -> times from a commune of today to an actor or a commune; what leads nowhere is set aside and told."""

import pandas as pd

from diagnostic.read.inventory.references import index_rows
from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.cog import is_in
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, locate_sheet
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, format_number

KEY = ["code_insee", "destination", "mode"]
ASYMMETRY_PART, ASYMMETRY_MIN = 0.2, 5  # told beyond both: this share of the shorter time, and these minutes
LONG_MEDIAN = 240  # minutes: beyond it the times may be seconds


def resolve_travel_times(rows, acteurs, communes, cog):
    """Return the travel times of the dossier, codes of today, and the problems.

    Parameters
    ----------
    rows : DataFrame, table `temps_trajet` as cleaned: code_insee, destination, minutes (NaN where unread), mode, ORIGIN_COLUMNS
    acteurs : DataFrame, table `acteurs`, those out of the perimeter included: a destination may be across the border
    communes : DataFrame of the perimeter, index code_insee
    cog : dict, `read.places.cog.read_cog`

    Returns
    -------
    temps : DataFrame, the same columns and genre_destination (acteur, commune), hors_territoire (bool: the commune of departure is out
        of the perimeter); one row a pair and mode. `destination` is an acteur_id (an identifier, else a name that one actor alone
        bears), else the present code of a commune
    problemes : DataFrame

    Notes
    -----
    Set aside, one problem a row: minutes missing, unread or negative; departure that is no commune; destination that is neither an
    actor nor a commune; a pair said again (the first stays, and the row of a present code comes before those of the former communes
    that it holds). Kept and told once: departures out of the perimeter, times that differ between two directions, times that look
    like seconds. 0 minutes is a time. Pairs without a time are for the measures to tell.
    """
    rows = rows.assign(minutes=rows["minutes"].astype(float), mode=rows["mode"].astype("str").str.casefold())
    if not len(rows):
        return rows.assign(genre_destination=pd.Series(dtype="str"), hors_territoire=pd.Series(dtype=bool)), None
    start, said = _resolve_codes(rows, "code_insee", cog)
    end, told = _find_destinations(rows, acteurs, cog)
    found = rows.assign(
        code_insee=start["code"], destination=end["cible"], genre_destination=end["genre"],
        actuel=(start["actuel"] & end["actuel"]).to_numpy(), lu=rows["destination"],
    )  # fmt: skip
    reasons = _list_reasons(rows, start, end)
    lost = reasons != ""
    wrong = rows["minutes"].isna() | (rows["minutes"] < 0)
    column = pd.Series("destination", index=rows.index).mask(start["code"].isna(), "code_insee").mask(wrong, "minutes")[lost]
    values = rows["destination"].mask(column == "code_insee", rows["code_insee"]).mask(column == "minutes", _write(rows["minutes"]))
    proposals = end["proposition"].mask(column != "destination", "")[lost].fillna("")
    aside = list_problems(
        "erreur", rows[lost], reasons[lost], "corrigez la case", valeur=values[lost], proposition=proposals
    )  # fmt: skip
    aside = aside.assign(colonne=column.to_numpy())
    kept, repeated = _part_repeated(found[~lost])
    kept = kept.assign(hors_territoire=~is_in(kept["code_insee"].astype("str"), communes.index))
    problems = [said, told, aside, repeated, _tell_outside(kept), _tell_asymmetric(kept, cog), _tell_seconds(kept)]
    return kept.drop(columns=["actuel", "lu"]).reset_index(drop=True), join_problems(*problems)


def _resolve_codes(rows, column, cog):
    """Return, on the index of `rows`, code (present), actuel (written so), message and proposition of what leads nowhere; and what
    is told, once a distinct code, of those that lead somewhere."""
    written = rows[column].astype("str").fillna("").str.strip().str.upper()
    first = ~written.duplicated()
    distinct = rows.loc[first, ORIGIN_COLUMNS].assign(**{column: written[first]})
    resolved, problems = resolve_communes(distinct, cog, colonne=column)
    resolved = resolved.set_axis(written[first].to_numpy())
    refused = problems[problems["gravite"] == "erreur"].drop_duplicates("valeur").set_index("valeur")
    answer = pd.DataFrame(
        {
            "code": written.map(resolved["code_insee"]).astype("str"), "actuel": written.map(resolved["methode_commune"]).eq("code"),
            "message": written.map(refused["probleme"]).astype("str"), "proposition": written.map(refused["proposition"]).astype("str"),
        }
    )  # fmt: skip
    return answer, problems[problems["gravite"] != "erreur"]


def _find_destinations(rows, acteurs, cog):
    """Return, on the index of `rows`, cible (acteur_id or present code), genre, actuel and proposition; and what is told of codes."""
    cells = rows["destination"].astype("str").str.strip()
    identifiers, names, _ = index_rows(acteurs, "acteurs")
    codes, told = _resolve_codes(rows, "destination", cog)
    distinct = {cell: cell if cell in identifiers else names.get(normalize_label(cell)) for cell in cells.unique()}
    actor = cells.map({cell: found for cell, found in distinct.items() if isinstance(found, str)}).astype("str")
    # A code of commune is no name: only an actor whose identifier it is comes before it.
    actor = actor.where(codes["code"].isna() | cells.isin(identifiers))
    genre = pd.Series("commune", index=rows.index, dtype="str").mask(actor.notna(), "acteur")
    answer = codes.assign(cible=actor.fillna(codes["code"]), genre=genre, actuel=codes["actuel"] | actor.notna())
    written = cells[genre == "commune"].str.upper()
    return answer, told[told["valeur"].isin(set(written))]


def _list_reasons(rows, start, end):
    """Return why each row is set aside, '' when it is not: its minutes first, then its departure, then its destination."""
    minutes = rows["minutes"]
    lost = "Destination « " + rows["destination"].astype("str") + " » : ni un acteur, ni une commune ; ligne écartée."
    away = "Commune « " + rows["code_insee"].astype("str") + " » : hors de France, ou du champ."
    reasons = pd.Series("", index=rows.index, dtype="str").mask(end["cible"].isna(), lost)
    reasons = reasons.mask(start["code"].isna(), start["message"].fillna(away) + " Ligne écartée.")
    reasons = reasons.mask(minutes < 0, "Durée négative : ligne écartée.")
    return reasons.mask(minutes.isna(), "Durée vide ou illisible : ligne écartée.")


def _part_repeated(found):
    """Set aside the rows that say a pair again; the first stays, one written with present codes before those of former ones."""
    ordered = found.sort_values("actuel", ascending=False, kind="stable")
    again = ordered.duplicated(KEY).reindex(found.index)
    if not again.any():
        return found, None
    first = ordered.drop_duplicates(KEY)[[*KEY, "minutes", "ligne"]]
    rows = found[again].reset_index().merge(first, on=KEY, how="left", suffixes=("", "_garde")).set_index("index")
    same, former = rows["minutes"] == rows["minutes_garde"], ~rows["actuel"]
    times = _write(rows["minutes"]) + " min, et " + _write(rows["minutes_garde"]) + " min ligne " + rows["ligne_garde"].astype(str)
    messages = ("Deux durées pour un même trajet (" + times + ") : la première est gardée, ligne écartée.").where(~same)
    messages = messages.fillna("Répétition (ligne " + rows["ligne_garde"].astype(str) + ") : comptée une fois.")
    messages = messages.mask(former & ~same, "Ancienne commune : la durée déjà lue pour la commune actuelle (" + times + ") est gardée.")
    told = [
        list_problems("erreur", rows[~same & ~former], messages[~same & ~former], "gardez une seule durée", colonne="minutes",
                      valeur=_write(rows.loc[~same & ~former, "minutes"])),
        list_problems("information", rows[same | former], messages[same | former], "rien ; ou supprimez la répétition", colonne="minutes"),
    ]  # fmt: skip
    return found[~again], join_problems(*told)


def _tell_outside(temps):
    """Tell in one row how many times start from a commune out of the perimeter."""
    away = temps[temps["hors_territoire"]]
    if not len(away):
        return None
    communes = count_words(away["code_insee"].nunique(), "commune")
    message = f"{count_words(len(away), 'durée part', 'durées partent')} d'une commune hors du territoire ({communes}) : comptées à part."
    return list_problems("information", _locate(away), message, "rien", colonne="code_insee")


def _tell_asymmetric(temps, cog):
    """Tell in one row the pairs of communes whose two directions differ by more than ASYMMETRY_PART and ASYMMETRY_MIN."""
    pairs = temps.loc[temps["genre_destination"] == "commune", [*KEY, "minutes"]]
    back = pairs.rename(columns={"code_insee": "destination", "destination": "code_insee", "minutes": "retour"})
    both = pairs[pairs["code_insee"] < pairs["destination"]].merge(back, on=KEY)
    both = both.assign(ecart=(both["minutes"] - both["retour"]).abs())
    far = both[(both["ecart"] > ASYMMETRY_MIN) & (both["ecart"] > ASYMMETRY_PART * both[["minutes", "retour"]].min(axis=1))]
    if not len(far):
        return None
    worst = far.sort_values(["ecart", *KEY[:2]], ascending=[False, True, True]).iloc[0]
    start, end = (cog["communes"]["nom"][worst[column]] for column in KEY[:2])
    there, again = _write(pd.Series([worst["minutes"], worst["retour"]]))
    times = f"{start} ({worst['code_insee']}) vers {end} ({worst['destination']}) {there} min, retour {again} min"
    number = count_words(len(far), "trajet dure", "trajets durent")
    words = f"{number} plus longtemps dans un sens que dans l'autre, de plus de 20 % et de 5 minutes"
    message = f"{words}, sur {format_number(len(both))} donnés dans les deux sens ; le plus grand écart : {times}."
    return list_problems("attention", _locate(temps), message, "vérifiez ces durées ; les deux sont gardées", colonne="minutes")


def _tell_seconds(temps):
    """Tell times that are too long to be minutes."""
    middle = temps["minutes"].median()
    if not middle > LONG_MEDIAN:
        return None
    message = f"La moitié des durées dépasse {format_number(middle)} minutes : sont-elles en secondes ?"
    return list_problems("attention", _locate(temps), message, "donnez des minutes", colonne="minutes")


def _write(minutes):
    """Return minutes as text, with a comma; '' where missing."""
    return minutes.map("{:g}".format).astype("str").str.replace(".", ",", regex=False).mask(minutes.isna(), "")


def _locate(rows):
    """Return where a problem of many rows is: the sheet of the first."""
    return locate_sheet(rows["fichier"].iloc[0], rows["feuille"].iloc[0])
