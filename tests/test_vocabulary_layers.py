"""The layers of the field are known by their code, their nouns, their aliases, without year nor mark of invention."""

import pandas as pd
import pytest

from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.layers import match_layers


@pytest.mark.parametrize(
    ("name", "known"),
    [("EPCI", "EPCI"), ("bassins de vie", "BASSIN_DE_VIE"), ("PAT 2025", "PAT"),
     ("CIRCONSCRIPTION", "CIRCONSCRIPTION"), ("Zone d'emploi 2020", "ZONE_EMPLOI")],
)  # fmt: skip
def test_a_layer_is_known_by_its_name(name, known):
    assert match_layers(pd.Index([name])).tolist() == [known]


def test_a_label_serves_where_the_code_says_nothing():
    codes = pd.Index(["BV2022", "Z"])
    found = match_layers(codes, pd.Series(["Bassins de vie 2022", "Secteurs"], index=codes))
    assert found["BV2022"] == "BASSIN_DE_VIE" and pd.isna(found["Z"])


def test_no_spelling_leads_to_two_layers_and_every_layer_says_whether_one_turns_to_it():
    table = read_vocabulary("noms_couches")
    spellings = [{row.couche, row.singulier, row.pluriel, *filter(None, row.alias.split(";"))} for row in table.itertuples()]
    for row, words in zip(table.itertuples(), spellings, strict=True):
        assert match_layers(pd.Index(sorted(words))).eq(row.couche).all(), row.couche
    assert set(table["interlocuteur"]) == {"oui", "non"}
    assert table.set_index("couche").loc[["BASSIN_DE_VIE", "CANTON", "CAF"], "interlocuteur"].tolist() == ["non", "non", "oui"]


def test_an_invented_layer_keeps_its_mark():
    assert match_layers(pd.Index(["FICTIF_CIAS"])).isna().all()
