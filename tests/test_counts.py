"""Every row read is inside, outside or set aside."""

from dossier_csv import check_counts, counts_of, read


def test_layers_are_counted_with_the_sheets(chemin_piege):
    (chemin_piege / "ressorts").mkdir()
    (chemin_piege / "ressorts" / "cias.csv").write_text("insee;unite_id\n63047;A\n63047;B\n43157;C\n99999;A\n", encoding="utf-8")
    found = read(
        chemin_piege, parametres="cle;valeur\nepci;246300966", couches="couche;fichier_couche\nCIAS;cias.csv\nEPCI;",
        ressorts="code_insee;couche;unite_id\n63047;MDS;X\n63047;MDS;X\n01004;MDS;Y",
    )  # fmt: skip
    check_counts(found)
    counts = counts_of(found)
    assert counts.loc[("ressorts/cias.csv", "cias")].tolist() == [4, 1, 1, 0, 2]
    assert counts.loc[("ressorts.csv", "ressorts")].tolist() == [3, 1, 1, 0, 1]
