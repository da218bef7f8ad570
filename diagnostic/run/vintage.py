"""A dossier of one year of communes comes in, the same dossier in another year goes out beside it, with what moved."""

from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary.formats import count_words

INTERNAL = ("sorties", "interne")


def move_dossier(folder, annee, *, depuis=None, sortie=None, progress=None):
    """Write a copy of a dossier whose codes are those of another year of communes; the dossier itself is never touched.

    Parameters
    ----------
    folder : path-like
    annee : int or str, the year to move to: that of the communes of the software (the one before is read as it is, not written)
    depuis : int or str, optional, the year the dossier is of; by default the one that its sheet `communes` fits best
    sortie : path-like, optional, the new dossier; by default beside, its name followed by the year
    progress : callable(str), optional

    Returns
    -------
    dict: `dossier`, `classeur`, `inventaire` (Path), `depuis`, `annee` (int), `phrases` (list of str, what moved in the territory),
        `comptes` (list of str, what was done in the inventory), `mouvements`, `populations`, `changements`, `a_decider`, `a_cote`
        (DataFrame), `exact` (whether the formats and formulas of the inventory are kept)

    Raises
    ------
    DiagnosticError
        The year is unknown, or is not that of the software; the dossier is of that year already and holds no former code; the new
        folder exists. Nothing is written then.
    """
    from diagnostic.read.inventory.edited_places import read_all_sheets
    from diagnostic.read.inventory.inventory import find_inventory
    from diagnostic.read.inventory.made_places import is_xlsx
    from diagnostic.read.inventory.moved_cells import count_beside, place_moves
    from diagnostic.write.vintage import WORKBOOK, copy_dossier, write_moved, write_vintage

    tell, folder = progress or (lambda step: None), Path(folder)
    tell("Lecture du dossier")
    files = find_inventory(folder)
    found = compare_dossier(folder, annee, depuis=depuis)
    target = Path(sortie) if sortie else folder.resolve().with_name(f"{folder.resolve().name}-{found['annee']}")
    sheets = read_all_sheets(files)
    cells = place_moves(sheets, found["changements"], found.pop("alias"))
    tell("Écriture du nouveau dossier")
    is_book = len(files) == 1 and is_xlsx(files[0])
    beside = count_beside(folder, found.pop("anciens"))
    with copy_dossier(folder, target, without=files) as copy:
        path, exact = write_moved(files, sheets, cells, copy, is_book=is_book)
        counts = tell_counts(found["changements"], found["a_decider"], beside)
        told = [*found["phrases"], "", *counts]
        tables = {
            "communes": _name_epci(found["mouvements"]), "a_decider": found["a_decider"], "cases_changees": found["changements"],
            "populations": found["populations"].rename_axis("code_insee").reset_index(), "fichiers_a_cote": beside,
        }  # fmt: skip
        title = f"Du COG {found['depuis']} au COG {found['annee']} : ce qui a bougé"
        book = copy.joinpath(*INTERNAL, WORKBOOK)
        write_vintage(tables, book, titre=title, lignes=told)
        ends = path.relative_to(copy), book.relative_to(copy)
    return found | {
        "dossier": target, "inventaire": target / ends[0], "classeur": target / ends[1], "comptes": counts, "a_cote": beside,
        "exact": exact,
    }  # fmt: skip


def compare_dossier(folder, annee, *, depuis=None):
    """Say what moved between the year of a dossier and another, and which of its cells change; nothing is written.

    Returns
    -------
    dict: those of `move_dossier` that need no file, and `alias` (headings of the dossier), `anciens` (set of former codes)

    Raises
    ------
    DiagnosticError
        See `move_dossier`.
    """
    from diagnostic.measure.moved_communes import compare_communes, compare_populations, tell_moves
    from diagnostic.read.inventory.inventory import find_inventory, read_inventory
    from diagnostic.read.inventory.moved_cells import find_moves
    from diagnostic.read.places.cog import extend_former, read_cog
    from diagnostic.read.places.cog_years import (
        check_year,
        guess_year,
        list_members,
        list_years,
        read_restored,
        read_year,
    )
    from diagnostic.read.places.perimeter import read_perimeter
    from diagnostic.read.places.territories import read_divisions

    year = check_year(annee)
    if year != list_years()[-1]:
        fix = f"demandez {list_years()[-1]} ; les données d'une année plus ancienne se lisent telles quelles"
        raise DiagnosticError(f"Le logiciel ne passe un dossier que dans les communes de {list_years()[-1]}.", f"année {year}", fix)
    folder = Path(folder)
    tables, settings, _, _, _, lues = read_inventory(find_inventory(folder))
    cog, _ = extend_former(read_cog(), tables["correspondance_cog"])
    listed = tables["communes"]
    former = check_year(depuis) if depuis else guess_year(listed["code_insee"].astype("str"), listed["nom"]) if len(listed) else year
    before, after, passage = read_year(former), read_year(year), cog["anciens"]["nouveau_code"]
    parted = read_restored()
    parted = parted[parted["annee"] > former]
    communes, *_ = read_perimeter(listed, settings, cog, folder)
    moves = compare_communes(before, after, passage, restored=parted, codes=communes.index)
    people = compare_populations(before, after, passage, restored=parted, codes=communes.index)
    changes, left = find_moves(
        lues, cog, members=list_members(passage), parted=parted, before=before, after=after, year=former
    )  # fmt: skip
    if former == year and not len(changes):
        fix = "rien ; si une feuille vient d'une autre année, dites laquelle : --depuis 2024"
        raise DiagnosticError(f"Ce dossier est déjà dans les communes de {year}.", str(folder), fix)
    told = tell_moves(moves, people, before=former, after=year, epci=read_divisions("epci")["nom"])
    if listed["population"].notna().any():
        told.append(f"La colonne population de votre feuille communes garde vos chiffres ; vide, elle laisse ceux du COG {year}.")
    return {
        "depuis": former, "annee": year, "phrases": told, "mouvements": moves, "populations": people, "changements": changes,
        "a_decider": left, "alias": settings["alias"], "anciens": set(moves.loc[moves["code_avant"] != moves["code_apres"], "code_avant"]),
    }  # fmt: skip


def _name_epci(moves):
    from diagnostic.read.places.territories import read_divisions

    names = read_divisions("epci")["nom"]
    return moves.assign(**{name: moves[name].map(names).fillna(moves[name]) for name in ("epci_avant", "epci_apres")})


def tell_counts(changes, left, beside):
    """Return what was done in the inventory, in sentences: a line a sheet, then what is left to a person, then the files beside."""
    if not len(changes):
        told = ["Dans votre inventaire : aucune case à changer."]
    else:
        whole = changes["colonne"] == "*"
        told = ["Dans la copie de votre inventaire :"]
        for sheet, rows in changes.groupby("feuille", sort=False):
            gone = int(whole[rows.index].sum())
            parts = [count_words(len(rows) - gone, "case changée", "cases changées")] if len(rows) > gone else []
            parts += [count_words(gone, "ligne vidée, déjà dite par une autre", "lignes vidées, déjà dites par une autre")] if gone else []
            told.append(f"  {sheet} : {', '.join(parts)}.")
    if len(left):
        number = count_words(len(left), "case laissée telle quelle, à décider", "cases laissées telles quelles, à décider")
        told.append(f"{number} (feuille a_decider) :")
        shown = left.drop_duplicates("constat")
        told += [f"  {row.feuille}, ligne {row.ligne} : {row.constat} À faire : {row.a_faire}." for row in shown.head(5).itertuples()]
        if len(shown) > 5:
            told.append(f"  et {count_words(len(shown) - 5, 'autre constat', 'autres constats')}.")
    told += [
        f"{row.fichier}, copié tel quel : {count_words(row.nombre, 'case', 'cases')} à un ancien code, que la lecture ramène à aujourd'hui."
        for row in beside.itertuples()
    ]
    return told
