"""The one error a user of the software meets; what does not stop the work is told in `problemes`."""

import errno

# What the system answers, in the words of a user; its own words are English.
REFUSALS = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), (
        "Accès refusé.", "vérifiez les droits du dossier ; fermez le fichier s'il est ouvert, puis relancez",
    )),
    errno.EROFS: ("Ce disque est en lecture seule.", "donnez un autre dossier avec --sortie"),
    errno.ENOSPC: ("Le disque est plein.", "libérez de la place, ou donnez un autre dossier avec --sortie"),
    errno.ENOTDIR: ("Un fichier tient la place d'un dossier.", "renommez ce fichier, ou donnez un autre dossier"),
    errno.EEXIST: ("Un fichier tient la place d'un dossier.", "renommez ce fichier, ou donnez un autre dossier"),
    errno.EISDIR: ("Un dossier est donné à la place d'un fichier.", "donnez le fichier lui-même"),
    errno.ENOENT: ("Fichier ou dossier introuvable.", "vérifiez le nom"),
    errno.ENAMETOOLONG: ("Le chemin est trop long.", "choisissez un dossier plus près de la racine du disque"),
}  # fmt: skip
UNKNOWN_REFUSAL = "L'ordinateur a refusé de lire ou d'écrire un fichier.", "vérifiez le disque et les droits, puis relancez"


class DiagnosticError(Exception):
    """A structural fault that stops the work, told in three French lines.

    Parameters
    ----------
    quoi, ou, a_faire : str
        What is wrong, where (file, sheet, cell), what to do about it.
    """

    def __init__(self, quoi, ou, a_faire):
        self.quoi, self.ou, self.a_faire = quoi, ou, a_faire
        super().__init__(f"{quoi}\nOù : {ou}\nÀ faire : {a_faire}")

    @classmethod
    def gather(cls, errors):
        """Return one error that tells all of `errors`, one block each."""
        errors = list(errors)
        if len(errors) == 1:
            return errors[0]
        gathered = cls(f"{len(errors)} problèmes empêchent la lecture.", "voir ci-dessous", "corrigez-les tous, puis relancez")
        gathered.args = ("\n\n".join(str(error) for error in errors),)
        return gathered


def describe_refusal(error, step=""):
    """Return what the system refused (an OSError) as our error; where no file is named, `step` and the system's own words say where."""
    what, advice = REFUSALS.get(error.errno, UNKNOWN_REFUSAL)
    if error.filename:
        return DiagnosticError(what, str(error.filename), advice)
    where = f"étape « {step} »" if step else "fichier non nommé"
    return DiagnosticError(what, f"{where} ; réponse du système : {error.strerror or str(error) or type(error).__name__}", advice)
