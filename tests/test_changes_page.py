"""The page of what changed opens alone, says the balance and every sentence, and lets nothing written run."""

import pandas as pd

from diagnostic.draw.changes_page import draw_changes_page

HOSTILE = "<img src=x onerror=alert(1)> ${1} `x`"


def draw(carte=""):
    numbers = {"avant": 1270, "disparus": 1, "apparus": 2, "apres": 1271, "changes": 0, "inchanges": 1269}
    counts = {"rubrique": ["acteurs", "postes"], **{name: [number, 0] for name, number in numbers.items()}}
    phrases = pd.DataFrame({"rubrique": ["acteurs", "ressorts"], "phrase": [f"Apparu : {HOSTILE}.", "Deux communes."]})
    return draw_changes_page(
        {"bilan": pd.DataFrame(counts)}, phrases, titre=HOSTILE, compares=["Avant : a.xlsx."], carte=carte,
        mention={"edition": "Édition publique", "date": "21/11/2026", "fictif": "Contient des données FICTIVES."},
    )  # fmt: skip


def test_what_was_written_is_text():
    page = draw()
    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page and "<img" not in page
    assert page == draw()


def test_the_page_has_its_balance_its_sentences_and_what_is_compared():
    page = draw("data:image/png;base64,AAAA")
    assert "1\u202f271" in page and "Deux communes." in page and "Avant : a.xlsx." in page and "FICTIVES" in page
    assert 'src="data:image/png;base64,AAAA"' in page and 'alt="Acteurs apparus' in page
    assert page.index("Deux communes.") < page.index("Les comptes") and "Sans changement : postes." in page
    assert page.index("Ressorts") > page.index("Acteurs") and '<html lang="fr">' in page
