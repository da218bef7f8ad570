"""The one error a user of the software meets; what does not stop the work is told in `problemes`."""


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
