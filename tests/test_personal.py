"""What names or reaches a person in a text never leaves the edition interne."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.edition.personal import MASK, make_masker, mask_personal, number_identifiers


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("écrire à jean.dupont+cc@mairie-auzon.fr", f"écrire à {MASK}"),
        ("tél. 04.71.00.00.01 ou +33 (0)4 71 00 00 02", f"tél. {MASK} ou {MASK}"),
        ("0033471000000", MASK),
        ("voir Mme Claire DURAND, présidente", f"voir {MASK}, présidente"),
        ("Cyber-b@se, 3 place de la Mairie", f"Cyber-b@se, {MASK}"),
        ("Cyber-b@se. Ouvert", "Cyber-b@se. Ouvert"),
        ("SIRET 21430016400012, 43016", "SIRET 21430016400012, 43016"),
        ("Maison des dames, 2e étage", "Maison des dames, 2e étage"),
    ],
)
def test_personal_words_are_masked_and_others_kept(text, kept):
    rows = pd.DataFrame({"nom": [text, None], "themes": [(text, "logement"), ()], "n": [1.0, 2.0]})
    masked, told = mask_personal(rows, "acteurs")
    assert masked["nom"].iat[0] == kept and pd.isna(masked["nom"].iat[1])
    assert masked["themes"].tolist() == [(kept, "logement"), ()]
    assert len(told) == (0 if text == kept else 2)


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_email_never_survives(before, after):
    rows = pd.DataFrame({"nom": [f"{before} a.b@exemple.fr {after}"]})
    assert "a.b@exemple.fr" not in mask_personal(rows, "acteurs")[0]["nom"].iat[0]


def test_identifiers_are_never_masked_into_one_another():
    ids = ["HIN-0471112233", "HIN-0471112234", "a@exemple.fr", "b@exemple.fr", "M. Durand"]
    rows = pd.DataFrame({"acteur_id": ids, "nom": ids, "site_id": ids[::-1]})
    masker = make_masker("publique", identifiers=number_identifiers({"acteurs": rows}))
    masked, _ = mask_personal(rows, "acteurs", masker)
    assert masked["acteur_id"].tolist()[:2] == ids[:2] and masked["acteur_id"].nunique() == 5
    assert masked["site_id"].tolist() == masked["acteur_id"].tolist()[::-1]  # the same in every column
    assert "exemple.fr" not in str(masked.to_dict()) and "Durand" not in str(masked.to_dict())
    assert masked["nom"].tolist()[0] == f"HIN-{MASK}"
    measure = pd.DataFrame({"cible_id": ids, "acteurs": [tuple(ids)] * 5}, index=pd.Index(ids, name="acteur_id"))
    shown, _ = mask_personal(measure, "liens_reseau", masker)
    assert shown.index.tolist() == shown["cible_id"].tolist() == list(shown["acteurs"].iat[0]) == masked["acteur_id"].tolist()
