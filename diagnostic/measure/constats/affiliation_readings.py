"""Contracts of national programmes in sentences: which communes and EPCI hold most; never a silo, no actor being in them."""

from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

SHOWN = 3  # ranks of numbers of contracts told, those that tie with the last included
KINDS = {"commune": ("commune", "communes"), "epci": ("EPCI", "EPCI")}
CAUTION = (
    "Ces contrats relient des territoires à des programmes : aucun acteur n'y figure. Ni lien, ni silo, ni dispositif mixte n'y est lu, "
    "et un contrat de plus n'est pas une coopération de plus."
)


def describe_affiliations(tables, results, names):
    """Say how many territories hold a contract, which hold most, and what it does not tell."""
    summary, counts = results["affiliations_resume"], results["affiliations_territoires"]
    if not summary["nb_affiliations"].sum():
        return
    labels = tables["listes"]["dispositifs"]["libelle"]
    for row in summary[summary["nb_contrats"] > 0].itertuples():
        yield "perimetre", _tell_kind(row), "publique"
        yield "perimetre", _tell_most(counts[counts["genre"] == row.genre], row.genre, labels), "publique"
    if counts["nb_contrats_communes"].fillna(0).gt(0).any():
        yield "perimetre", _tell_communes(counts), "publique"
    yield "perimetre", CAUTION, "publique"


def _tell_kind(row):
    one, many = KINDS[row.genre]
    verb = "ont au moins un contrat" if row.nb_avec_contrat > 1 else "a au moins un contrat"
    if row.genre == "epci":
        verb = verb.replace("contrat", "contrat en propre")
    held = f"{count_words(row.nb_avec_contrat, one, many)} sur {format_number(row.nb_territoires)}"
    contracts = f"{count_words(row.nb_contrats, 'contrat')}, {count_words(row.nb_programmes, 'programme')}"
    possible = format_number(row.nb_territoires * row.nb_contrats)
    return (
        f"{held} ({format_share(row.part_avec_contrat)}) {verb} d'un programme national importé ({contracts}) ; "
        f"{count_words(row.nb_affiliations, 'rattachement')} sur {possible} possibles ({format_share(row.densite, 1)})."
    )


def _tell_most(rows, genre, labels):
    """Name the territories with most contracts, down to SHOWN different numbers; all who tie are counted, the first named."""
    held = rows[rows["nb_contrats"] > 0]
    ranks = sorted(held["nb_contrats"].unique(), reverse=True)[:SHOWN]
    told = " ; ".join(_tell_rank(held[held["nb_contrats"] == rank], rank, labels) for rank in ranks)
    return f"{'Communes' if genre == 'commune' else 'EPCI'} qui en ont le plus : {told}."


def _tell_rank(rows, rank, labels):
    few = len(rows) <= SHOWN
    named = [f"{row.territoire} ({join_words(labels.get(code, code) for code in row.programmes)})" for row in rows.itertuples()]
    return f"{count_words(rank, 'contrat')}, {join_words(named if few else rows['territoire'], SHOWN)}"


def _tell_communes(rows):
    """Name the EPCI whose communes hold most contracts: theirs are not the EPCI's."""
    held = rows[(rows["genre"] == "epci") & (rows["nb_contrats_communes"] > 0)]
    most = held.sort_values(["nb_contrats_communes", "territoire_code"], ascending=[False, True]).head(SHOWN)
    told = join_words(
        f"{row.territoire} ({count_words(row.nb_contrats_communes, 'contrat')} dans {format_number(row.nb_communes_avec_contrat)} "
        f"de ses {count_words(row.nb_communes, 'commune')})"
        for row in most.itertuples()
    )
    return f"Contrats des communes, EPCI par EPCI (non comptés ci-dessus) ; les plus nombreux : {told}."
