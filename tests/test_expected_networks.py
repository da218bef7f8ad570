"""Every value of `valeurs_attendues.json` on networks is measured and compared, leaf by leaf; none can be forgotten."""

import pandas as pd
import pytest
from jouets_reseau import (
    BI,
    BI_DISPOSITIFS,
    BI_PARTICIPATIONS,
    J2,
    J2_LIENS,
    J3,
    J3_LIENS,
    TERR,
    TERR_LIENS,
    TERR_LIEUX,
    make_actors,
    make_links,
    make_territories,
    read_expected,
)  # fmt: skip
from test_brokerage import COGRAPH, COGRAPH_GROUPS, J4, J4_GROUPS, ROLE_KEYS
from test_expected_values import check_same

from diagnostic.measure.liens import (
    brokerage,
    comparison,
    density,
    diversity,
    facets,
    fragility,
    group_links,
    network,
    positions,
    references,
    silos,
    survey,
)

S, D = "social", "developpement_local"
WHOLE = make_territories("perimetre")
NETWORK_KEYS = [
    "densite", "inter,intra", "blocs", "EI", "EI_attendu", "EI_perm_exact", "EI_z", "assortativite", "indice_silo",
    "ratio_obs_att_permutation", "modularite", "degres", "CM_att", "CM_simple_exact", "log_OR_haldane", "densite_orientee",
    "reciprocite_liens", "reciprocite_dyades", "sym_union", "sym_inter", "densite_bipartie", "projection", "densite_terr[T1]",
    "densite_terr[T2]", "liens_sans_territoire_commun", "densite_par_seuil", "nonrep", "capture", "betweenness",
    "betweenness_brut", "contrainte", "taille_eff", "articulation", "ponts", *(f"fragilite[{n}]" for n in "abcdef"),
    *(f"GF[{n}]" for n in "abcdef"), *(f"GF_non_oriente[{n}]" for n in "abcdef"), "GF_doc_cograph", "jackknife_d", "jackknife_SE",
    "rarefaction", "chao", "degre_moyen", "EI_hypergeo", "croisement_acteur", "newman_projection",
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    """Return the measured values in the shape of the shared file: {key: value}."""
    return find_silos() | find_chance() | find_densities() | find_survey() | find_positions() | find_brokerage() | find_comparison()


def test_every_value_on_networks_is_compared(found):
    assert set(found) == set(NETWORK_KEYS)
    assert set(NETWORK_KEYS) <= set(read_expected())


def test_every_value_on_networks_is_what_was_computed_apart(found):
    shared = read_expected()
    rounded = {"contrainte", "taille_eff"}  # six decimals in the shared file
    for key, value in found.items():
        check_same(value, shared[key], key, precision=5e-7 if key in rounded else 1e-9)


def put_everywhere(acteurs):
    return acteurs[["acteur_id"]].assign(territoire_id="perimetre")


def find_silos():
    row = silos.measure_ei(J2, J2_LIENS).set_index("mixte").loc["exclu"]
    blocks = silos.measure_blocks(J2, J2_LIENS).set_index(["groupe_a", "groupe_b"])["densite"]
    degrees = group_links.measure_expected_blocks(J2, J2_LIENS).set_index(["groupe_a", "groupe_b"])["nb_liens_attendus"]
    crossing = silos.measure_crossing(J2, J2_LIENS)["part_croisement"]
    names = {"SS": (S, S), "DD": (D, D), "SD": (D, S)}
    return {
        "inter,intra": [row["nb_externes"], row["nb_internes"]], "blocs": {name: blocks[key] for name, key in names.items()},
        "EI": row["ei"], "EI_attendu": row["ei_attendu"], "assortativite": row["assortativite"], "indice_silo": row["indice_silo"],
        "modularite": row["modularite"], "log_OR_haldane": row["log_rapport_cotes"], "ratio_obs_att_permutation": row["ratio_externes"],
        "CM_att": {name: degrees[key] for name, key in names.items()}, "croisement_acteur": crossing.to_dict(),
    }  # fmt: skip


def find_chance():
    rows = references.compare_references(J2, J2_LIENS, mixte="exclu").set_index("hypothese")
    labels, links, degrees = (rows.loc[name] for name in ("etiquettes", "liens", "degres"))
    drawn = references.describe_distribution(J2, J2_LIENS)
    drawn = drawn[drawn["hypothese"] == "etiquettes"]
    ei = (2 * drawn["valeur"] - labels["nb_liens"]) / labels["nb_liens"]
    variance = links["ecart_type"] ** 2
    return {
        "EI_perm_exact": {
            "moy": labels["ei_moyenne"], "sd": labels["ei_ecart_type"], "p_inf": labels["p_moins"], "nb": labels["nb_cas"],
            "dist": {str(round(value, 4) + 0.0): count for value, count in zip(ei, drawn["nb_cas"], strict=True)},
        },
        "EI_z": labels["z"],
        "EI_hypergeo": {
            "moy_ext": links["moyenne"], "var_ext": variance, "sd_EI": links["ei_ecart_type"], "z": links["z"], "p": links["p_moins"],
        },
        "CM_simple_exact": {
            "nb": degrees["nb_cas"], "moy": degrees["moyenne"], "sd": degrees["ecart_type"], "z": degrees["z"], "p": degrees["p_moins"],
        },
    }  # fmt: skip


def find_densities():
    whole = density.measure_density(J2, J2_LIENS, put_everywhere(J2), WHOLE).iloc[0]
    directed = density.measure_directed_density(J3, J3_LIENS).iloc[0]
    two = density.measure_two_mode_density(BI, BI_DISPOSITIFS, BI_PARTICIPATIONS, put_everywhere(BI), WHOLE).iloc[0]
    placed = density.measure_density(TERR, TERR_LIENS, TERR_LIEUX, make_territories("epci:T1", "epci:T2")).set_index("territoire_id")
    columns = ["nb_acteurs", "nb_liens", "densite"]
    pairs = network.simplify_links(TERR, TERR_LIENS)[0]
    located = density.locate_pairs(
        network.sort_out_links(TERR, TERR_LIENS)[0], density.list_members(TERR, TERR_LIEUX, make_territories("epci:T1", "epci:T2")),
        make_territories("epci:T1", "epci:T2"),
    )  # fmt: skip
    held = set(zip(located["acteur_a"], located["acteur_b"], strict=True))
    steps = facets.measure_facets(
        J2, J2_LIENS.assign(intensite=[1.0, 1, 2, 3, 4, 4]), BI_DISPOSITIFS.assign(themes=[()] * 3),
        BI_PARTICIPATIONS.iloc[:0], pd.DataFrame(columns=["acteur_id", "reseau_id"]), pd.DataFrame(columns=["reseau_id", "echelle"]),
    )  # fmt: skip
    steps = steps[steps["facette"] == "intensite"]
    weights = network.project_participations(BI_PARTICIPATIONS)
    shared = {frozenset(pair): weight for *pair, weight in weights[["acteur_a", "acteur_b", "poids_newman"]].values.tolist()}
    return {
        "densite": whole["densite"], "degre_moyen": whole["degre_moyen"], "densite_orientee": directed["densite_orientee"],
        "reciprocite_liens": directed["reciprocite_liens"], "reciprocite_dyades": directed["reciprocite_dyades"],
        "sym_union": directed["densite_union"], "sym_inter": directed["densite_intersection"], "densite_bipartie": two["densite"],
        "densite_terr[T1]": placed.loc["epci:T1", columns].tolist(), "densite_terr[T2]": placed.loc["epci:T2", columns].tolist(),
        "liens_sans_territoire_commun": [
            list(pair) for pair in zip(pairs["acteur_a"], pairs["acteur_b"], strict=True) if pair not in held
        ],
        "densite_par_seuil": dict(zip(steps["valeur"], steps["densite"], strict=True)),
        # The weight of the shared file is the number of shared dispositifs; its pairs are in the order they were typed.
        "projection": [
            [a, b, {"weight": int(count)}]
            for a, b in (("CAF", "CC"), ("CC", "AMAP"))
            for count in weights.loc[weights[["acteur_a", "acteur_b"]].isin([a, b]).all(axis=1), "nb_dispositifs_communs"]
        ],
        "newman_projection": {"CTG(CAF,CC)": shared[frozenset(["CAF", "CC"])], "PAT(CC,AMAP)": shared[frozenset(["CC", "AMAP"])]},
    }  # fmt: skip


def find_survey():
    ten = make_actors(dict.fromkeys("abcdefghij", "social"), a_repondu=["oui"] * 6 + ["non"] * 4)
    links = make_links("ab ac ad ae af bc bd be ag bh ci dj eg")
    row = survey.measure_survey(ten, links, put_everywhere(ten), WHOLE).iloc[0]
    six = make_actors(dict.fromkeys("abcdef", "social"), a_repondu=["oui"] * 6)
    both, one = ["ab", "ac", "ad", "ae", "af", "bc"], ["bd", "be", "bf", "cd"]
    said = make_links(" ".join([*both, *both, *one]), declarant_id=[*(w[0] for w in both), *(w[1] for w in both), *(w[0] for w in one)])
    trust = survey.measure_reliability(six, said).iloc[0]
    return {
        "nonrep": {
            "paires": row["nb_paires"], "obs": row["nb_paires_observables"], "naif": row["densite_naive"],
            "obs_dens": row["densite_observable"], "haut": row["densite_haute"],
            "dens_orientee_den": row["nb_couples_orientes_observables"],
        },
        "capture": {"q": trust["fiabilite"], "N": trust["nb_liens_estimes"], "N2": trust["nb_liens_estimes"]},
    }  # fmt: skip


def find_positions():
    graph, _ = network.build_link_graph(J2, J2_LIENS)
    table = positions.measure_positions(graph)
    n = len(table)
    losses = fragility.measure_fragility(graph, J2.set_index("acteur_id")["champ"])
    found = {
        "degres": table["degre"].to_dict(), "betweenness": table["intermediarite"].to_dict(),
        "betweenness_brut": (table["intermediarite"] * (n - 1) * (n - 2) / 2).to_dict(), "contrainte": table["contrainte"].to_dict(),
        "taille_eff": table["taille_effective"].to_dict(), "articulation": table.index[table["articulation"]].tolist(),
        "ponts": positions.find_bridges(graph)[["acteur_a", "acteur_b"]].values.tolist(),
    }  # fmt: skip
    for actor, row in losses.iterrows():
        left = graph.subgraph(set(graph) - {actor})
        parts = sorted((len(part) for part in split(left)), reverse=True)
        found[f"fragilite[{actor}]"] = {"comp": parts, "perte": row["perte_paires"], "perte_inter": row["perte_paires_inter"]}
    return found


def split(graph):
    """Return the sets of actors that reach each other: what the losses are about, found the plain way."""
    left, parts = set(graph), []
    while left:
        part, edge = set(), {left.pop()}
        while edge:
            part |= edge
            edge = {w for v in edge for w in graph[v]} - part
        left -= part
        parts.append(part)
    return parts


def find_brokerage():
    words = {role: key for key, role in ROLE_KEYS.items()}

    def tell(graph, groups):
        table = brokerage.measure_brokerage(graph, groups)
        return {actor: {words[role]: int(row[role]) for role in words if row[role]} for actor, row in table.iterrows()}

    plain = tell(network.build_link_graph(J2, J2_LIENS)[0], J2.set_index("acteur_id")["champ"])
    found = {f"GF[{actor}]": roles for actor, roles in tell(J4, J4_GROUPS).items()}
    found |= {f"GF_non_oriente[{actor}]": roles for actor, roles in plain.items()}
    return found | {"GF_doc_cograph": tell(COGRAPH, COGRAPH_GROUPS)}


def find_comparison():
    by_actor, whole = comparison.measure_jackknife(J2, J2_LIENS)
    counts = pd.DataFrame([[6, 3, 1, 0], [2, 1, 1, 1]], index=["T1", "T2"])
    table = diversity.measure_diversity(counts, taille=pd.Series(5, index=counts.index))
    names = {"couverture_good": "couverture_good", "couverture_chao_jost": "couverture_chao_jost", "chao1": "chao1_bc"}
    return {
        "jackknife_d": by_actor["densite_sans"].tolist(), "jackknife_SE": whole["erreur_densite"].iloc[0],
        "rarefaction": table["diversite_rarefiee"].to_dict(),
        "chao": {place: {names[c]: row[c] for c in names} for place, row in table.iterrows()},
    }  # fmt: skip
