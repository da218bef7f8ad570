"""What names or reaches a person, as patterns: e-mails, telephones, titles and names, addresses, numbers of persons."""

import re
import unicodedata
from functools import cache

from diagnostic.vocabulary import read_vocabulary

_DOMAIN_ENDS = "fr|com|org|net|eu|info|asso|bzh|gouv|coop|corsica|paris|alsace|io|be|ch|de|it|es|uk|re|gp|mq|yt|gf|nc|pf"
_AT = (
    r"(?:\s*[@＠]\s*|\s*[\[({<]\s*(?:at|arobase|arobas|arrobase|a|à|chez|@)\s*[\])}>]\s*|\s+(?:at|arobase|arobas|arrobase)\s+|_at_|-at-)"
)
_DOT = r"(?:\s*\.\s*|\s*[\[({<]\s*(?:dot|point|pt|\.)\s*[\])}>]\s*|\s+(?:dot|point)\s+)"
_LOCAL = r"[\w.+\-]+(?:(?:\s*[\[({<]\s*(?:dot|point)\s*[\])}>]\s*|\s+(?:dot|point)\s+)[\w.+\-]+)*"
MAIL = r"[\w.+\-]+[@＠][\w\-]+\.[\w.]*\w"
HIDDEN_MAIL = rf"{_LOCAL}{_AT}[\w\-]+(?:{_DOT}[\w\-]+)*?{_DOT}(?:{_DOMAIN_ENDS})\b"
# What belongs to a structure, not to somebody: the partners may read it.
SHARED_MAIL = re.compile(
    r"(?:contact|accueil|mairie|info|infos|secretariat|secrétariat|direction|ccas|cias|administration|bureau|communaute|bonjour|hello)"
    r"(?:[.\-][\w.\-]+)?[@＠].+",
    re.IGNORECASE,
)

_S = r"[\s.\-–—_/·\u200b]{0,3}"
_ONE = r"[\s.\-]"
PHONE = "|".join(
    [
        rf"(?:(?:\+|(?<!\d)00){_S}33{_S}(?:\(\s*0\s*\){_S})?|(?<!\d)\(?0\)?){_S}[1-9]\)?(?:{_S}\d{{2}}){{4}}(?!\d)",
        rf"(?<!\d)0\d{_ONE}\d{{3}}{_ONE}\d{{3}}{_ONE}\d{{2}}(?!\d)",
        rf"(?<!\d)0\d{{3}}{_ONE}\d{{3}}{_ONE}\d{{3}}(?!\d)",
        rf"(?<!\d)0{_ONE}[1-9]\d{{2}}{_ONE}\d{{3}}{_ONE}\d{{3}}(?!\d)",
        rf"(?<!\d)0(?:{_ONE}\d){{9}}(?!\d)",
        r"\+\d{1,3}(?:[\s.\-()]{0,3}\d){8,12}(?!\d)",
        rf"\b[Tt][ée]l(?:[ée]phone)?\s*[.:]*\s*[1-9](?:{_S}\d{{2}}){{4}}(?!\d)",
    ]
)

_CAPITAL = r"[A-ZÀ-ÖØ-ÞŒ][\w'’.\-]*"
_PARTICLE = r"(?:de\s+la\s+|de\s+|du\s+|des\s+|d['’]|van\s+|von\s+|di\s+|da\s+|ben\s+|el\s+)"
_NAME = rf"{_PARTICLE}?{_CAPITAL}(?:\s+{_PARTICLE}?{_CAPITAL}){{0,3}}"
_END = r"(?:\.\s*|\s+)"  # « DRAAF » begins with no title
_PEOPLE = rf"\b(?:MM|Mmes|Mlles|Messieurs|Mesdames|Mesdemoiselles|Drs){_END}"
_PERSON = rf"\b(?:M|Mr|Mrs|Mme|MME|Mlle|MLLE|Monsieur|MONSIEUR|Madame|MADAME|Mademoiselle){_END}"
_LEARNED = rf"\b(?:Dre?|DR|Docteure?|DOCTEUR|Pr|Professeure?|Me|Maître(?!\s+d['’](?:[Oo]uvrage|[ŒœO]))|Maitre){_END}"
# A learned person whose name a place bears is no person of the inventory: « rue du Docteur Devins », « hôpital Docteur Blanc ».
_PLACE = (
    r"\b(?:rue|avenue|av\.|bd|boulevard|place|square|quai|cours|allée|impasse|école|collège|lycée|hôpital|clinique|institut|fondation|"
    r"ehpad|centre\s+hospitalier|groupe\s+scolaire|stade|gymnase|salle)\s+(?:du\s+|de\s+la\s+|des\s+)?"
)
_STOP = (
    "la|le|les|l|et|ou|de|du|des|d|a|à|au|aux|est|sera|était|en|dans|pour|par|sur|qui|que|avec|sans|son|sa|ses|leur|un|une|nous|vous|"
    "il|elle|si|ne|pas|plus|chez|ce|cette|se"
)
_LOWER_NAME = rf"(?!(?:{_STOP})\b)[a-zß-öø-ÿœ][\w\-]+"
LOWER_PERSON = rf"\b(?:mme|mlle|madame|mademoiselle|monsieur|Mme|Mlle|Madame|Monsieur|mr|Mr)\.?\s+{_LOWER_NAME}(?:\s+{_LOWER_NAME})?"
TITLED = "|".join(
    [
        rf"{_PEOPLE}{_NAME}(?:\s*(?:,|et|&)\s+{_NAME})*",
        rf"{_PERSON}(?:et\s+(?:Mme|Madame|M\.)\s+)?{_NAME}",
        rf"{_LEARNED}{_NAME}",
    ]
)
# « Claire DURAND »: who finds it asks `is_first_name` about the first word.
WITH_FAMILY = r"\b(?P<prenom>[A-ZÀ-Þ][a-zß-ÿœ]+(?:-[A-ZÀ-Þ][a-zß-ÿœ]+)?)\s+(?:(?:DE|DU|LE|LA)\s+)?[A-ZÀ-Þ][A-ZÀ-Þ'’\-]{2,}(?!\w)"
# « contact Marie Dupont », « référente : Claire Blanc »: who finds it asks `is_first_name` about the words.
CONTACT = (
    r"\b(?i:contacts?|contacter|référente?|referente?|s['’]adresser\s+à|voir\s+avec|demander)\s*[:=\-–]?\s*"
    r"(?P<contact>[A-ZÀ-Þ][\w'’\-]+\s+[A-ZÀ-Þ][\w'’\-]+)"
)
KEPT_PLACE = rf"(?P<lieu>(?i:{_PLACE}){_LEARNED}{_NAME})"

_WAYS = (
    r"rue|avenue|boulevard|impasse|allées?|chemin|ruelle|quai|lotissement|hameau|lieu[\s\-]?dit|route|rte\.?|av\.|bd\.?|blvd|bld|"
    r"montée|sentier|venelle|faubourg|fg\.?"
)
# Words that are no way as often as they are one (« 3 cours de français », « 1 place ») : a name must follow.
_DOUBTFUL_WAYS = r"place|pl\.|cours|passage|cité|square|résidence|clos|villa|promenade|côte|esplanade|traverse"
_LINK = r"(?:(?:de|du|des|la|le|les|aux?|à|en)\s+|[dl]['’])"
_NUMBER = r"\b\d{1,4}(?:\s*(?:bis|ter|quater|[a-dA-D])\b)?\s*,?\s*"
ADDRESS = "|".join(
    [
        rf"{_NUMBER}(?i:{_WAYS})\s+{_LINK}*[\w'’.\-]+(?:\s+{_LINK}*[A-ZÀ-Þ\d][\w'’\-]*){{0,4}}",
        rf"{_NUMBER}(?i:{_DOUBTFUL_WAYS})\s+{_LINK}*[A-ZÀ-Þ][\w'’\-]*(?:\s+{_LINK}*[A-ZÀ-Þ\d][\w'’\-]*){{0,4}}",
        rf"\b(?i:lieu[\s\-]?dit)\s+{_LINK}*[\w'’\-]+(?:\s+{_LINK}*[A-ZÀ-Þ][\w'’\-]*){{0,3}}",
    ]
)
NUMBER_OF_PERSON = "|".join(
    [
        r"(?<!\d)[1278][\s.]?\d{2}[\s.]?(?:0[1-9]|1[0-2]|[2-9]\d)[\s.]?(?:\d{2}|2[AB])[\s.]?\d{3}[\s.]?\d{3}(?:[\s.\-]?\d{2})(?!\d)",
        r"\bFR\d{2}(?:\s?[0-9A-Z]{4}){5}\s?[0-9A-Z]{3}\b",  # the account of somebody
    ]
)
PROFILE = r"(?:https?://)?(?:www\.)?(?:fr\.)?(?:linkedin\.com/in/|facebook\.com/profile|(?:twitter|x)\.com/)[\w.%?=\-/]+"
SOLE_TRADER = re.compile(
    r"\b(?:EI|E\.I\.|EIRL|[Mm]icro[\s\-]?entrepr\w+|[Aa]uto[\s\-]?entrepr\w+|[Ee]ntreprises? individuelles?|[Nn]ourrice|"
    r"[Ee]ntrepreneure? individuelle?|[Pp]rofession libérale|[Ee]n libéral)\b|"
    r"(?<![d'’]\s)(?<!d['’])(?<!elais )\b[Aa]ssistante? maternelle?(?!s)\b"
)
# What a text must hold for a rule to be worth trying: quick to look for.
TRIGGERS = {
    "courriels": r"[@＠]|\b(?:at|arobas\w*|arrobase)\b|[\[({<]\s*(?:a|à|chez)\s*[\])}>]|_at_|linkedin|facebook|twitter|x\.com",
    "numeros": r"\d(?:\D{0,3}\d){12}|FR\d",
    "telephones": r"\d(?:\D{0,6}\d){8}",
    "adresses": rf"(?i:\b(?:{_WAYS}|{_DOUBTFUL_WAYS}))",
    "noms": r"\b(?:M|MM|Mr|Mrs|(?i:mmes?|mlles?|monsieur|madame|mademoiselle|messieurs|mesdames|mesdemoiselles)|Drs?|Dre|DR|"
    r"[Dd]octeure?|DOCTEUR|Pr|[Pp]rofesseure?|Me|Ma[iî]tre)\b|[a-zß-ÿœ]\s+(?:(?:DE|DU|LE|LA)\s+)?[A-ZÀ-Þ]{3}",
}
RULED_KINDS = frozenset(TRIGGERS)
_ACCENTS = {"a": "aàâäáã", "c": "cç", "e": "eéèêë", "i": "iîïí", "n": "nñ", "o": "oôöóõ", "u": "uùûüú", "y": "yÿ"}


def fold_pattern(text):
    """Return a pattern that finds `text` whatever its case, its accents and the signs between its words.

    >>> bool(re.search(fold_pattern("Jean-Éric Dùpont"), "vu avec jean eric DUPONT", re.IGNORECASE))
    True
    """
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    letters = [letter for letter in plain if not unicodedata.combining(letter)]
    between = r"[\W_]+"
    parts = [f"[{_ACCENTS.get(letter, letter)}]" if letter.isalnum() else between for letter in letters]
    kept = [part for rank, part in enumerate(parts) if not (part == between and rank and parts[rank - 1] == between)]
    return rf"(?<!\w){''.join(kept).strip()}(?!\w)"


@cache
def list_first_names():
    """Return the usual first names, as typed in France, in small letters."""
    return frozenset(read_vocabulary("prenoms")["prenom"].str.casefold())


def is_first_name(text):
    """Return whether each part of « Jean-Pierre » is a usual first name."""
    return all(part in list_first_names() for part in text.casefold().split("-"))


def is_person_name(text):
    """Return whether a whole name is that of somebody: a title in it, or a usual first name beside one or two other words.

    >>> [is_person_name(name) for name in ("Cabinet du Dr Blanc", "Claire Durand", "DURAND Claire", "Club de Brioude", "Lycée Simone Weil")]
    [True, True, True, False, False]
    """
    if re.search(KEPT_PLACE, text):
        return False
    if re.search(f"{TITLED}|{LOWER_PERSON}", text):
        return True
    words = re.findall(r"[\w'’]+", text.split(",")[0].replace("-", " "))
    letters = [word for word in words if word.isalpha() and word[0].isupper()]
    first = any(word.casefold() in list_first_names() for word in (words[:1] + words[-1:]))
    return 2 <= len(words) <= 4 and len(letters) == len(words) and first
