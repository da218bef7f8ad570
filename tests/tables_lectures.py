"""J1 as the tables of a dossier and their results, for what is read of jurisdictions in sentences."""

import pandas as pd
from jouets import J1, J1_POPULATION, make_affectation, make_appartenance, make_communes, make_couches

from diagnostic.measure.jurisdictions import weigh_pairs
from diagnostic.measure.ressorts.clusters import find_clusters
from diagnostic.measure.ressorts.counterparts import find_white_zones, list_counterparts
from diagnostic.measure.ressorts.cuts import list_cuts
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.overlap import compare_layers
from diagnostic.measure.ressorts.territory_sheets import list_territory_units, measure_moves
from diagnostic.vocabulary.formats import NARROW_SPACE

LABELS = {"EPCI": "EPCI", "CAS": "Circonscriptions d'action sociale", "MSA": "Caisses de MSA", "CAF": "Caf", "CIAS": "CIAS"}
NAMES = {"perimetre": "Pays", "epci:E1": "CC Une", "epci:E2": "CC Deux"}
UNITS = {"E1": "CC Une", "E2": "CC Deux", "S1": "Nord", "S2": "Centre", "S3": "Sud", "M1": "MSA Nord", "M2": "MSA Sud", "F1": "Caf 99"}


def make_tables(layers=None, *, population=None, ponderation="population", **flags):
    """Return J1 as the tables of a dossier; `layers` replaces or adds some."""
    layers = {couche: J1[couche] for couche in LABELS} | (layers or {})
    affectation, population = make_affectation(layers), population or J1_POPULATION
    places = {"perimetre": population, **{f"epci:{one}": [c for c, e in layers["EPCI"].items() if e == one] for one in ("E1", "E2")}}
    units = affectation[["couche", "unite_id"]].drop_duplicates(ignore_index=True)
    couches = make_couches(layers, **({"incompletes": ["CIAS"]} | flags))
    return {
        "affectation": affectation, "appartenance": make_appartenance(places),
        "communes": make_communes(population).assign(epci=pd.Series(layers["EPCI"]), departement="99"),
        "couches": couches.assign(libelle=[LABELS.get(one, one) for one in layers], repli=pd.Series({"CIAS": "CCAS"})),
        "unites": units.assign(unite_nom=units["unite_id"].map(UNITS).fillna(units["unite_id"])),
        "territoires": pd.DataFrame({"nom": pd.Series(NAMES), "type": ["perimetre", "epci", "epci"]}),
        "reglages": {"ponderation": ponderation}, "unites_coupees": pd.DataFrame(columns=["couche", "unite_id"]),
    }  # fmt: skip


def measure_tables(tables):
    """Return what the sentences read."""
    given = [tables[name] for name in ("affectation", "appartenance", "communes", "couches")]
    weighting, units = tables["reglages"]["ponderation"], tables["unites"]
    profiles = measure_discordance(*given, ponderation=weighting)
    amas, colles = find_clusters(*given, territoires=["perimetre"], ponderation=weighting)
    pairs = compare_layers(*given, territoires=["perimetre"], ponderation=weighting)
    return {
        "discordance": profiles, "paires": weigh_pairs(pairs, profiles), "amas": amas, "colles": colles,
        "coupures": list_cuts(*given, unites=units, territoires=["perimetre"], ponderation=weighting),
        "fiche_ressorts": list_territory_units(*given, unites=units, ponderation=weighting),
        "rattachements": measure_moves(*given, unites=units, ponderation=weighting),
        "vis_a_vis": list_counterparts(tables["affectation"], tables["communes"], tables["couches"]),
        "zones_blanches": find_white_zones(tables["affectation"], tables["communes"], tables["couches"]),
    }  # fmt: skip


def list_texts(table):
    """Return the sentences with plain spaces and without the codes of J1, which have one letter."""
    texts = table["phrase"].str.replace(NARROW_SPACE, " ").str.replace(r" \([A-F]\)", "", regex=True)
    return texts.tolist()
