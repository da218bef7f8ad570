"""What the settings say of the look of the pages: the picture of the logo, the layer drawn under the actors."""

from pathlib import Path

from diagnostic.schema import list_problems, locate_sheet
from diagnostic.vocabulary import normalize_label

LARGEST_BYTES = 5_000_000
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
LIMIT = "5 Mo"


def read_appearance(folder, settings, couches):
    """Return the settings with `logo_octets` and a known `couche_carte_acteurs`, and the problems (`attention`) met.

    A logo is a PNG or JPEG file inside the dossier; one that is missing, elsewhere, too large or of another type is left out
    (b""), as is a layer that the dossier does not have (""): pages are drawn without them.

    Parameters
    ----------
    folder : path-like, the dossier
    settings : dict, see `read_settings`
    couches : DataFrame, index the name of each layer
    """
    content, what, fix = _read_logo(Path(folder), settings["logo"].strip())
    told = [_tell("logo", settings["logo"], what, fix)]
    layers = {normalize_label(name): name for name in couches.index}
    wanted = settings["couche_carte_acteurs"].strip()
    layer = layers.get(normalize_label(wanted), "")
    if wanted and not layer:
        told.append(
            _tell(
                "couche_carte_acteurs", wanted, f"La couche « {wanted} » n'est pas dans le dossier : sa carte n'est pas dessinée.",
                f"choisissez parmi : {', '.join(couches.index)}",
            )
        )  # fmt: skip
    return settings | {"logo_octets": content, "couche_carte_acteurs": layer}, told


def _read_logo(folder, name):
    """Return the bytes of the logo, and what is wrong with it and what to do about it (both "" when all is well)."""
    if not name:
        return b"", "", ""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        return b"", f"Le logo « {name} » n'est pas dans le dossier.", "copiez l'image dans le dossier, et écrivez son nom seul"
    if not path.is_file():
        return b"", f"Le logo « {name} » est introuvable dans le dossier.", "copiez l'image dans le dossier, ou videz ce réglage"
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return b"", f"Le logo « {name} » pèse plus de {LIMIT}.", "enregistrez une image plus petite"
        content = path.read_bytes()
    except OSError:
        return b"", f"Le logo « {name} » ne peut pas être lu.", "vérifiez les droits du fichier, ou fermez-le s'il est ouvert"
    if not content.startswith(SIGNATURES):
        return b"", f"Le logo « {name} » n'est ni une image PNG ni une image JPEG.", "enregistrez-le en PNG ou en JPEG"
    return content, "", ""


def _tell(key, value, what, fix):
    return list_problems("attention", locate_sheet("inventaire", "parametres"), what, fix, colonne=key, valeur=value) if what else None
