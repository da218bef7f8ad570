"""What `comparer` is told on the command line -> the dossier of all its territories: perimeter, layers, lists, typologies."""

import re
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.layers.layers import NATIONAL_LAYERS
from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import DIVIDED_LAYERS, read_communes, read_divisions
from diagnostic.schema import describe_table
from diagnostic.vocabulary import normalize_label

BROUGHT = [*NATIONAL_LAYERS, *DIVIDED_LAYERS]
FLAGS = {"recouvre": ("exclusive", "non"), "complete": ("complete", "oui"), "infra": ("infra_communale", "oui")}
CODE_HEADINGS = ("code_insee", "codeinsee", "insee_com", "codgeo", "com", "code_commune", "insee")
LAYER_ADVICE = "écrivez --couche FICHIER, ou --couche NOM=FICHIER,TITRE,2024,recouvre (titre des unités, année, recouvre)"


def find_perimeter(*, france=False, regions=(), departements=(), maille="epci"):
    """Return the settings of the perimeter asked for, its EPCI whole: {regions, departements, epci} as lists of codes.

    Raises
    ------
    DiagnosticError
        Nothing is asked; codes are unknown.
    """
    if not france and not regions and not departements:
        raise DiagnosticError(
            "Aucun territoire à comparer.", "commande comparer", "ajoutez --france, --region 84 ou --departement 43 ; ou --sources DOSSIER"
        )
    if france:
        return {"regions": sorted(read_divisions("region").index), "departements": [], "epci": []}
    asked = {"regions": list(regions) or None, "departements": list(departements) or None}
    inside = read_communes(geometry=False, **asked)
    # A territory compared by a part of itself would be another one: an EPCI astride comes whole.
    epci = sorted(inside["epci"].dropna().unique()) if maille == "epci" else []
    return {"regions": list(regions), "departements": list(departements), "epci": epci}


def parse_layer(text):
    """Return (path, row of the sheet couches) of what `--couche` says.

    Examples
    --------
    >>> path, row = parse_layer("PAT=pat.csv,code_pat,recouvre,2025")
    >>> str(path), row["couche"], row["colonne_unite"], row["exclusive"], row["millesime"]
    ('pat.csv', 'PAT', 'code_pat', 'non', '2025')

    Raises
    ------
    DiagnosticError
        A word that is neither a file nor a flag.
    """
    name, equal, rest = text.partition("=")
    rest = rest if equal else text
    file, *words = [rest] if Path(rest).exists() else [part.strip() for part in rest.split(",")]
    called = (name if equal else Path(file).stem).strip().upper()
    row = {"couche": called.replace(" ", "_").replace("-", "_"), "fichier_couche": Path(file).name, "source": Path(file).name}
    for word in words:
        key = normalize_label(word)
        if key in FLAGS:
            column, value = FLAGS[key]
            row[column] = value
        elif re.fullmatch(r"(?:19|20)\d\d", word):
            row["millesime"] = word
        elif "colonne_unite" in row:
            raise DiagnosticError(f"Couche incomprise : « {text} ».", "option --couche", LAYER_ADVICE)
        else:
            row["colonne_unite"] = word
    return Path(file), row


def check_files(paths):
    """Raise when a file is not there, or when two have one name: they go in the same folder."""
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        where = "options --couche, --inventaire, --typologie"
        raise DiagnosticError(f"Fichiers introuvables : {', '.join(missing)}.", where, "vérifiez leurs noms")
    places = pd.Series({path.resolve(): path.name.casefold() for path in paths}, dtype="str")
    repeated = places[places.duplicated(keep=False)]
    if len(repeated):
        raise DiagnosticError(
            f"Deux fichiers différents du même nom : {repeated.iloc[0]}.", "option --couche", "renommez l'un des deux"
        )


def list_layer_rows(rows):
    """Return the sheet `couches` as text: the layers that the software brings, then those given; a name given twice is refused."""
    named = pd.Series([row["couche"] for row in rows], dtype="str")
    twice = named[named.duplicated() | named.isin(BROUGHT)].tolist()
    if twice:
        raise DiagnosticError(
            f"Nom de couche déjà pris : {', '.join(twice)}.", "option --couche", "donnez-lui un autre nom : --couche AUTRE_NOM=FICHIER"
        )
    columns = list(describe_table("couches").index)
    given = [{"complete": "non", **row} for row in rows]
    return pd.DataFrame([*({"couche": name} for name in BROUGHT), *given]).reindex(columns=columns).dropna(axis=1, how="all").fillna("")


def split_inventory(text):
    """Return (source, path) of what `--inventaire` says: « france-services=fichier.csv », or a folder (source None)."""
    source, equal, rest = text.partition("=")
    path = Path(rest if equal else text)
    if not equal and not path.is_dir():
        raise DiagnosticError(
            f"Inventaire incompris : « {text} ».", "option --inventaire",
            "écrivez SOURCE=FICHIER (france-services=liste.csv), ou le dossier d'un territoire",
        )  # fmt: skip
    return (source.strip() if equal else None), path


def read_typology(text):
    """Return (name, Series of class by code_insee) of « NOM=FICHIER » or « FICHIER »: a commune a row, its class in the last column.

    Codes of former communes lead to the present one; where several do, the class of the present code wins. A row without class, or
    that leads to no commune, is left out.

    Raises
    ------
    DiagnosticError
        No such file, or no column of commune codes.
    """
    name, equal, rest = text.partition("=")
    path = Path(rest if equal else text)
    check_files([path])
    sheets, _ = read_sheets(path)
    raw = next(iter(sheets.values()))
    headings = [normalize_label(cell) for cell in raw.iloc[0]] if len(raw) else []
    coded = [place for place, heading in enumerate(headings) if heading in {normalize_label(word) for word in CODE_HEADINGS}]
    if not coded or len(headings) < 2:
        read = ", ".join(raw.iloc[0]) if len(raw) else "aucune"
        raise DiagnosticError(
            "Typologie sans colonne de codes de communes.", f"{path.name} (colonnes lues : {read})",
            "une commune par ligne : code_insee, puis sa classe dans la dernière colonne",
        )  # fmt: skip
    body = raw.iloc[1:]
    rows = pd.DataFrame({
        "code_insee": body[raw.columns[coded[0]]].str.strip(), "classe": body[raw.columns[-1]].str.strip(), "fichier": path.name,
        "feuille": "", "ligne": body.index,
    })  # fmt: skip
    resolved, _ = resolve_communes(rows.assign(commune=""), read_cog())
    found = rows.assign(code_insee=resolved["code_insee"], methode=resolved["methode_commune"])
    found = found[found["code_insee"].notna() & (found["classe"] != "")]
    found = found.sort_values("methode", key=lambda way: way.ne("code"), kind="stable")
    label = name.strip() if equal else path.stem
    return label, found.drop_duplicates("code_insee").set_index("code_insee")["classe"].rename(label)
