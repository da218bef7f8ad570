"""The public page of the communes, and the document of those asked, from the tables of a measured dossier."""

from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary.formats import count_words

EDITION = "publique"
PAGE = "communes.html"
MOST_COMMUNES = 5000  # beyond, the page would be too heavy to open
MOST_CANDIDATES = 8


def find_communes(words, communes):
    """Return the codes of the communes that codes or names lead to, each once.

    Case, accents, hyphens, articles and « St » do not count; a part of a name is enough where one commune only holds it.

    Parameters
    ----------
    words : sequence of str
    communes : DataFrame indexed by code_insee, with nom

    Raises
    ------
    DiagnosticError
        A name leads to several communes, or to none: they are listed, or the nearest names.
    """
    from diagnostic.read.places.names import split_name

    keys = communes["nom"].astype(str).map(lambda name: split_name(name)[1])
    found = []
    for word in words:
        code, key = str(word).strip().upper(), split_name(str(word))[1]
        same = communes.index[communes.index == code]
        for mask in (keys == key, keys.str.contains(key, regex=False)) if key else ():
            same = same if len(same) else communes.index[mask]
        if len(same) != 1:
            raise _refuse(word, same, communes, keys, key)
        found.append(same[0])
    return list(dict.fromkeys(found))


def _refuse(word, same, communes, keys, key):
    """Return the error of a name that leads to several communes, or to none."""
    if len(same):
        what, listed = f"« {word} » peut être {len(same)} communes du dossier", list(same)
    else:
        near = process.extract(key, keys.to_dict(), scorer=fuzz.WRatio, limit=MOST_CANDIDATES, score_cutoff=70) if key else []
        what, listed = f"Aucune commune du dossier ne s'appelle « {word} »", [code for *_, code in near]
        what += " ; les plus proches" if listed else ""
    lines = "".join(f"\n  {code} {communes.at[code, 'nom']}" for code in listed[:MOST_CANDIDATES])
    rest = len(listed) - MOST_CANDIDATES
    lines += f"\n  et {count_words(rest, 'autre')}" if rest > 0 else ""
    fix = "écrivez le code Insee d'une de ces communes" if listed else "écrivez le nom ou le code Insee d'une commune du dossier"
    return DiagnosticError(f"{what} :{lines}" if listed else f"{what}.", "option --commune", fix)


def measure_communes(shown, inventaire):
    """Return what the page of the communes needs of an edition (`shown`), absences checked against the whole inventory."""
    from diagnostic.measure import bodies, need_states, needs
    from diagnostic.measure.site_lists import list_sites

    rows = needs.measure_needs(shown)
    return {
        "qui": rows,
        "etats": need_states.measure_need_states(shown, inventaire),
        "dispositifs": needs.list_devices(shown, pd.Timestamp(shown["date"])),
        "comptes": needs.count_answers(rows, shown["communes"]),
        "ressorts": bodies.name_jurisdictions(shown, list_sites(shown["acteurs"])),
    }


def draw_communes(shown, measured):
    """Return the page of the communes of `select_edition` (HTML), from `measure_communes`."""
    from diagnostic.draw.charter import make_charter, use_charter
    from diagnostic.draw.commune_page import draw_commune_page

    told = shown["mentions"]
    with use_charter(make_charter(shown["reglages"])):
        return draw_commune_page(
            shown, measured, titre=shown["titre"], sources=told["sources"]["carte"],
            date=told["date"], fictif=any(told["fictif"].values()),
        )  # fmt: skip


def tell_edition(edition):
    """Return the remark (a list) that says in which edition the page stands, when another one was asked."""
    return [] if edition == EDITION else ["Communes : écrites dans l'édition publique, la seule que l'on donne aux habitants."]


def write_communes(shown, inventaire, folder, *, chosen=(), formats=("docx",), tell=None):
    """Write the page of the communes, and one document a commune chosen, the page first.

    Parameters
    ----------
    shown : dict, tables of the publique edition (`run.select_edition`)
    inventaire : dict, the same tables before anything was removed
    folder : path-like
    chosen : sequence of str, codes of communes (`find_communes`)
    formats : sequence of {"docx", "odt", "pdf"}, of the documents
    tell : callable(str), optional

    Returns
    -------
    dict: fichiers (list of Path), remarques (list of str)

    Raises
    ------
    DiagnosticError
        Another edition than the publique one; more than MOST_COMMUNES communes.
    """
    from diagnostic.draw.commune_plan import name_commune, plan_commune
    from diagnostic.draw.commune_rows import describe_communes
    from diagnostic.run.reports import convert_formats, tell_texts
    from diagnostic.write.offline import inline_assets, write_html
    from diagnostic.write.report import write_report

    tell = tell or (lambda step: None)
    check_request(shown)
    tell("Page des communes")
    measured = measure_communes(shown, inventaire)
    written, remarks = [write_html(inline_assets(draw_communes(shown, measured)), Path(folder) / PAGE)], []
    described, texts = describe_communes(shown, measured) if chosen else None, tell_texts(shown)
    for code in chosen:
        tell(f"Document : {code}")
        rank = described["code"].index(code)
        path = Path(folder) / f"commune_{code}.docx"
        plan = plan_commune(described, rank)
        write_report(path, plan, kind="encart", texts=texts | {"partie": name_commune(described, rank)}, date=shown["date"])
        others, refused = convert_formats(path, formats, tell)
        written, remarks = [*written, path, *others], remarks + refused
    return {"fichiers": written, "remarques": remarks}


def check_request(shown):
    """Raise for an edition that is not the public one, and for a territory too large for one page."""
    if shown["edition"] != EDITION:
        raise DiagnosticError(
            "La page des communes ne s'écrit que dans l'édition publique.", f"édition {shown['edition']}",
            "relancez sans --edition, ou avec --edition publique",
        )  # fmt: skip
    if len(shown["communes"]) > MOST_COMMUNES:
        raise DiagnosticError(
            f"Trop de communes pour une seule page : {count_words(len(shown['communes']), 'commune')}, {MOST_COMMUNES} au plus.",
            "feuille communes, ou réglages departements et epci", "faites un dossier par département ou par région",
        )  # fmt: skip
