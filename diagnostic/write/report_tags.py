"""The tags that a template of document may hold, and what is wrong with those it holds, told in three lines."""

import difflib
import re
import zipfile

from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import join_words

# {tag: what stands in its place}; a text may stand anywhere, headers and footers included.
TEXTS = {
    "titre": "le titre du diagnostic",
    "date": "la date d'édition",
    "edition": "l'édition, et à qui elle est destinée",
    "territoire": "le territoire, en nombre de communes, d'intercommunalités et d'habitants",
    "finalite": "à quoi sert le diagnostic",
    "couverture": "ce que l'inventaire sait : présences, absences vérifiées, non renseigné",
    "avertissement": "« FICTIF » quand une partie des données est inventée ; rien autrement",
    "partie": "le titre de la partie, dans un encart",
}
# A block stands alone in its paragraph, in the body: sentences, tables and figures take its place.
BLOCKS = {
    "rapport": {
        "sommaire": "la table des matières",
        "contexte": "finalité, réponses aux questions du guide, territoire",
        "methode": "contenu, trois états, découpages, limites",
        "acteurs": "qui est recensé",
        "ressorts": "où les limites ne coïncident pas",
        "liens": "qui travaille avec qui, dispositifs",
        "manques": "ce qui manque, ce qu'on ne sait pas, éloignement",
        "constats": "freins et points d'appui du guide",
        "annexes": "inventaire, sources, mots",
    },
    "plaidoyer": {
        "interlocuteurs": "ce que coûtent les limites qui se croisent",
        "separations": "ce que coûtent les réseaux qui s'ignorent",
        "appuis": "ce qui réunit déjà",
        "leviers": "leviers du guide, à cocher",
        "prudence": "ce que les chiffres ne disent pas, sources",
    },
    "encart": {"contenu": "le contenu de la partie"},
    "atlas": {"pages": "une page par intercommunalité : carte, acteurs, découpages, attendus, contrats, limites"},
}
# Without them a reader would not know what is read, of when, for whom, and what it does not prove.
NEEDED = {
    "rapport": ["titre", "date", "edition", "methode"],
    "plaidoyer": ["titre", "date", "prudence"],
    "encart": ["contenu", "date"],
    "atlas": ["titre", "date", "pages"],
}
TAG = re.compile(r"\{\{(.*?)\}\}")
NAME = re.compile(r"\s*([a-z_]+)\s*")
STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
PLACES = {"header": "en-tête", "footer": "pied de page"}


def check_template(document, path, kind):
    """Return the tags of a template of `kind` (rapport, plaidoyer, encart, atlas).

    Parameters
    ----------
    document : docx.Document
    path : path-like, told in the errors
    kind : str

    Raises
    ------
    DiagnosticError
        A tag is unknown, badly closed, in the wrong place, twice (blocks), or one of NEEDED is missing; all faults at once.
    """
    known, found, faults = {**TEXTS, **BLOCKS[kind]}, [], []
    for place, paragraph, alone in list_paragraphs(document):
        text = "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        for inside in TAG.findall(text):
            name = NAME.fullmatch(inside)
            if name is None or name[1] not in known:
                faults.append(_tell_unknown(inside.strip(), place, known))
                continue
            found.append(name[1])
            if name[1] in BLOCKS[kind]:
                faults += _check_block(name[1], text, place, alone, found)
        if STRAY.search(TAG.sub("", text)):
            faults.append(
                f"accolades mal fermées ({place}) : « {text.strip()[:60]} » ; une balise s'écrit {{{{ titre }}}}"
            )
    faults += [
        f"balise absente : {{{{ {name} }}}} ({known[name]})"
        for name in NEEDED[kind]
        if name not in found and not faults
    ]
    if faults:
        raise DiagnosticError(
            f"Modèle de document à corriger : {' ; '.join(dict.fromkeys(faults))}.", str(path),
            f"corrigez le modèle dans votre traitement de texte. Balises possibles : {', '.join(sorted(known))}. "
            "Pour repartir du modèle d'origine : diagnostic exporter DOSSIER --quoi modeles",
        )  # fmt: skip
    return found


def list_paragraphs(document):
    """List the paragraphs of a document, headers and footers included: (place in French, element, whether it is right in the body)."""
    body = document.element.body
    listed = [("corps du texte", element, element.getparent() is body) for element in body.iter(qn("w:p"))]
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in PLACES:
            listed += [(PLACES[kind], element, False) for element in relation.target_part.element.iter(qn("w:p"))]
    return listed


def _tell_unknown(inside, place, known):
    near = {normalize_label(name): name for name in known}
    close = difflib.get_close_matches(normalize_label(inside), near, n=1, cutoff=0.5)
    advice = f", sans doute {{{{ {near[close[0]]} }}}}" if close else ""
    return f"balise inconnue {{{{ {inside} }}}} ({place}){advice}"


def _check_block(name, text, place, alone, found):
    faults = []
    if not alone or text.strip() != TAG.search(text)[0].strip():
        faults.append(
            f"la balise {{{{ {name} }}}} ({place}) doit être seule dans son paragraphe, hors d'un tableau, d'un cadre ou d'un en-tête"
        )
    if found.count(name) > 1:
        faults.append(f"la balise {{{{ {name} }}}} est deux fois dans le modèle")
    return faults


def list_left(found, kind):
    """Return the blocks of a kind of document that a template does not take, « annexes et liens »; "" when it takes all."""
    return join_words([name for name in BLOCKS[kind] if name not in found], len(BLOCKS[kind]))


def open_template_file(path):
    """Return the DocxTemplate of a file.

    Raises
    ------
    DiagnosticError
        No such file, or it is no DOCX.
    """
    from docxtpl import DocxTemplate

    try:
        template = DocxTemplate(path)
        template.init_docx()
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        told = "introuvable" if isinstance(error, FileNotFoundError) or not _exists(path) else "illisible"
        raise DiagnosticError(
            f"Modèle de document {told}.", str(path),
            "donnez un document enregistré au format Word (.docx), ni .dotx, ni .odt, ni .doc",
        ) from error  # fmt: skip
    return template


def _exists(path):
    from pathlib import Path

    return Path(path).is_file()
