"""The dossier made for a run: read like any other, its files copied under their names."""

from diagnostic.read import national
from diagnostic.read.dossier import read_dossier
from diagnostic.write.national import write_sources


def test_the_dossier_made_is_read_like_any_other(chemin_piege):
    path = chemin_piege / "couche d'été.csv"
    path.write_text("code_insee;unite\n43016;A\n43013;B\n", encoding="utf-8")
    given, row = national.parse_layer(f"ETE={path}")
    folder = write_sources(chemin_piege / "sources", {"epci": ["244301099"], "graine": 5}, national.list_layer_rows([row]), [given, given])
    tables = read_dossier(folder)
    assert set(tables["communes"]["epci"]) == {"244301099"} and tables["reglages"]["graine"] == 5
    assert tables["couches"].index.tolist() == [*national.BROUGHT, "ETE"]
    assert (folder / "ressorts" / path.name).read_bytes() == path.read_bytes()


def test_a_shapefile_is_copied_with_its_companions(tmp_path):
    for suffix in (".shp", ".dbf", ".shx", ".txt"):
        (tmp_path / f"zone{suffix}").write_text(suffix, encoding="utf-8")
    folder = write_sources(tmp_path / "d", {"epci": []}, national.list_layer_rows([]), [tmp_path / "zone.shp"])
    assert sorted(path.name for path in (folder / "ressorts").iterdir()) == ["zone.dbf", "zone.shp", "zone.shx"]
