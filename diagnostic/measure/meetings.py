"""What discordance and instances cost in interlocutors, meetings and seats: counts of pairs, no forecast."""

OWN_LAYER = "EPCI"  # a territory is no interlocutor of its own
COUNTED = "nb_unites "  # begins the columns of `territoires_resume` that count the units of a layer


def measure_costs(resume, couches, instances):
    """Return what every interlocutor and every instance asks of a territory.

    Parameters
    ----------
    resume : DataFrame `territoires_resume`, index territoire_id: type, nb_unites <couche>
    couches : DataFrame indexed by couche, with interlocuteur
    instances : DataFrame with membres (tuple of acteur_id), as shown: a member that is hidden has no seat

    Returns
    -------
    dict: colonnes (those of `resume` that count interlocutors, the EPCI themselves left out), nb_interlocuteurs (of the whole, the
    EPCI left out; 0 where the whole is not listed), partages (Series, index territoire_id of the EPCI: layers that cut it), and the
    numbers of `count_meetings` and `count_seats`
    """
    held = couches.index[couches["interlocuteur"].astype(bool)]
    columns = [COUNTED + name for name in held if name != OWN_LAYER and COUNTED + name in resume]
    units = resume.loc[resume["type"] == "epci", columns]
    whole = resume.loc[resume.index == "perimetre", columns]
    return {
        "colonnes": columns, "nb_interlocuteurs": int(whole.fillna(0).to_numpy().sum()), "partages": (units > 1).sum(axis=1),
        **count_meetings(units), **count_seats(instances),
    }  # fmt: skip


def count_meetings(units):
    """Return what it takes that each territory meets each of its interlocutors once, and with one interlocutor a layer.

    nb_reunions = Σ_t Σ_ℓ n(t, ℓ), where n is the number of units of layer ℓ in territory t; nb_reunions_moins = number of pairs
    (t, ℓ) with n(t, ℓ) > 0; nb_evitables = nb_reunions − nb_reunions_moins. A count not known (NaN) is of no pair.

    Parameters
    ----------
    units : DataFrame, a row a territory, a column a layer

    Examples
    --------
    >>> import pandas as pd
    >>> count_meetings(pd.DataFrame({"CAS": [2, 1, 0], "MSA": [3, 1, 1]}))
    {'nb_epci': 3, 'nb_reunions': 8, 'nb_reunions_moins': 5, 'nb_evitables': 3}
    """
    most, fewest = int(units.fillna(0).to_numpy().sum()), int((units > 0).to_numpy().sum())
    return {"nb_epci": len(units), "nb_reunions": most, "nb_reunions_moins": fewest, "nb_evitables": most - fewest}


def count_seats(instances):
    """Return how many seats the instances ask for, of how many structures, and how many of these sit in several.

    nb_sieges = Σ_i |membres(i)|; nb_membres = |∪_i membres(i)|; nb_membres_plusieurs = members of two instances and more.

    Examples
    --------
    >>> import pandas as pd
    >>> count_seats(pd.DataFrame({"membres": [("a", "b"), ("a",), ()]}))
    {'nb_instances': 3, 'nb_sieges': 3, 'nb_membres': 2, 'nb_membres_plusieurs': 1}
    """
    seats = instances["membres"].explode().dropna().value_counts()
    return {
        "nb_instances": len(instances), "nb_sieges": int(seats.sum()), "nb_membres": len(seats),
        "nb_membres_plusieurs": int((seats > 1).sum()),
    }  # fmt: skip
