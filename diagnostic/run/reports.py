"""From the tables of an edition to what one takes out of a diagnosis: report, plea, parts of it, GIS, graphs, tables."""

import shutil
from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.run import list_inputs, list_pages, load, measure_tables, select_edition
from diagnostic.vocabulary.formats import join_words

PARTS = ("acteurs", "ressorts", "liens", "manques", "constats")
DOCUMENTS = ("rapport", "plaidoyer", *PARTS)
# Made of pages of their own, and not from the plan of the report: `run.presentation`, `run.epci_atlas`.
BOOKS = ("presentation", "atlas")
DATA = ("sig", "graphe", "csv", "donnees")
# What a person may ask for; « tout » is every document and every set of data.
EVERYTHING = (*DOCUMENTS, *BOOKS, *DATA, "communes")
CHOICES = (*EVERYTHING, "tout", "modeles")
KINDS = {"rapport": "rapport", "plaidoyer": "plaidoyer", "atlas": "atlas"}
NAMES = {"rapport": "rapport", "plaidoyer": "plaidoyer"}
PLEA_EDITION = "publique"
FOR_EVERYONE = ("plaidoyer", "communes")  # what is given to elected officials and to inhabitants: of the publique edition alone
# Layers that are looked at on a web map; the GeoPackage holds them all.
WEB_LAYERS = ("acteurs", "liens")


def export(folder, what, *, sortie=None, edition="publique", formats=("docx",), modele=None, communes=(), tell=None):
    """Read a dossier, measure it and write what is asked in the folder of an edition.

    Parameters
    ----------
    folder : path-like
    what : sequence of CHOICES
    sortie : path-like, optional; by default the folder `sorties` of the dossier
    edition : {"publique", "partenaires", "interne"}; FOR_EVERYONE is always of the publique edition
    formats : sequence of {"docx", "odt", "pdf"}
    modele : path-like, optional, the template of the group (one document at a time)
    communes : sequence of str, names or codes: the page of the communes is written, and a document for each of these
    tell : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: fichiers (list of Path), remarques (list of str: what was left out, and why)

    Raises
    ------
    DiagnosticError
        The dossier, the template or the folder of outputs is at fault. A format that LibreOffice could not write is a remark.
    """
    from diagnostic.run.commune_pages import find_communes, tell_edition, write_communes
    from diagnostic.run.deposit import open_outputs, place_outputs, tell_inputs
    from diagnostic.write.documents import number_contents
    from diagnostic.write.removed import write_removed

    tell, target = tell or (lambda step: None), Path(sortie or Path(folder) / "sorties")
    chosen = list(dict.fromkeys([*(EVERYTHING if "tout" in what else what), *(["communes"] if communes else [])]))
    if modele is not None:
        _check_template(modele, [name for name in chosen if name in (*DOCUMENTS, *BOOKS)])
    if chosen == ["modeles"]:
        return {"fichiers": write_templates(target), "remarques": []}
    tell("Lecture et mesure du dossier")
    tables = load(folder)
    inputs = list_inputs(folder, tables["reglages"])
    codes = find_communes(communes, tables["communes"]) if communes else []
    with open_outputs(target) as stage:
        tables = measure_tables(tables)
        views = {
            name: select_edition(tables, name) for name in {edition, *(PLEA_EDITION for item in chosen if item in FOR_EVERYONE)}
        }
        views, written, remarks = tell_inputs(views, inputs), [], tell_edition(edition) if "communes" in chosen else []
        for name in sorted(views, key=lambda key: key != edition):
            asked = [item for item in chosen if (PLEA_EDITION if item in FOR_EVERYONE else edition) == name]
            done = write_reports(views[name], stage / name, what=asked, formats=formats, modele=modele, tell=tell)
            for path in [path for path in done["fichiers"] if path.suffix == ".docx"]:
                number_contents(path)
            written, remarks = written + done["fichiers"], remarks + done["remarques"]
            done = write_books(views[name], stage / name, what=asked, formats=formats, modele=modele, tell=tell)
            written, remarks = written + done["fichiers"], remarks + done["remarques"]
            written += write_data(views[name], stage / name, [item for item in asked if item in DATA], tell)
            if "communes" in asked:
                done = write_communes(views[name], tables, stage / name, chosen=codes, formats=formats, tell=tell)
                written, remarks = written + done["fichiers"], remarks + done["remarques"]
            if asked:
                written.append(write_removed(views[name]["retraits"], stage / name))
        written = place_outputs(target, views, written, inputs=inputs, command="exporter")
        if "modeles" in chosen:
            written += write_templates(target)
    return {"fichiers": written, "remarques": list(dict.fromkeys(remarks))}


def write_reports(shown, folder, *, what=("rapport", "plaidoyer"), formats=("docx",), modele=None, tell=None):
    """Write documents of an edition; the DOCX is written even where LibreOffice cannot write the others.

    Parameters
    ----------
    shown : dict, tables of an edition (`run.select_edition`)
    folder : path-like
    what : sequence of DOCUMENTS; the other words are left alone
    formats, modele, tell : as in `export`

    Returns
    -------
    dict: fichiers (list of Path), remarques (list of str)

    Raises
    ------
    DiagnosticError
        The template is at fault; a plea is asked of an edition that is not the publique one.
    """
    tell, asked = tell or (lambda step: None), [name for name in DOCUMENTS if name in what]
    if "plaidoyer" in asked and shown["edition"] != PLEA_EDITION:
        raise DiagnosticError(
            "Le plaidoyer ne s'écrit que dans l'édition publique.",
            f"édition {shown['edition']}",
            "relancez sans --edition, ou avec --edition publique",
        )
    plans, pictures = _plan_documents(shown, asked, tell)
    written, remarks = [], []
    for name in asked:
        tell(f"Document : {name}")
        path, told = _write_document(shown, name, plans[name], pictures, folder=folder, modele=modele)
        others, refused = convert_formats(path, formats, tell)
        written += [path, *others]
        remarks += told + refused
    return {"fichiers": written, "remarques": remarks}


def write_books(shown, folder, *, what=BOOKS, formats=("docx",), modele=None, tell=None):
    """Write the slides and the atlas of an edition, those asked among BOOKS; the same answer as `write_reports`."""
    from diagnostic.run.epci_atlas import write_atlas
    from diagnostic.run.presentation import write_presentation

    done = {"fichiers": [], "remarques": []}
    if "presentation" in what:
        told = write_presentation(shown, folder, formats=formats, modele=modele, tell=tell)
        done = {name: done[name] + told[name] for name in done}
    if "atlas" in what:
        told = write_atlas(shown, folder, texts=tell_texts(shown), formats=formats, modele=modele, tell=tell)
        done = {name: done[name] + told[name] for name in done}
    return done


def _plan_documents(shown, asked, tell):
    """Return the plan of each document asked, and the pictures that they hold: each is drawn once."""
    from diagnostic.draw.report_plan import plan_report
    from diagnostic.draw.report_plea import plan_plea
    from diagnostic.write.report import render_picture

    local, plans, pages = _keep_inside(shown), {}, {}
    if set(asked) - {"plaidoyer"}:
        pages = {name.removesuffix("_colonne"): draw for name, draw in list_pages(_choose_sizes(shown)).items()}
        report = plan_report(local, list(pages))
        plans = {
            name: report if name == "rapport" else {"contenu": report[name]} for name in asked if name != "plaidoyer"
        }
    if "plaidoyer" in asked:
        plans["plaidoyer"] = plan_plea(local)
    needed = {
        name
        for plan in plans.values()
        for blocks in plan.values()
        for block in blocks
        for name in block.get("noms", [])
    }
    pictures = {}
    for name in [name for name in pages if name in needed]:
        tell(f"Figure : {name.replace('_', ' ')}")
        pictures[name] = render_picture(pages[name]())
    return plans, pictures


def _keep_inside(shown):
    from diagnostic.edition import keep_local

    return keep_local(shown)


def _choose_sizes(shown):
    """Return the tables with one size of pages, that of the text of a report, whatever the settings ask for the folder of maps."""
    return shown | {"reglages": shown["reglages"] | {"formats_cartes": ("colonne",)}}


def _write_document(shown, name, plan, pictures, *, folder, modele):
    from diagnostic.draw.report_plan import TITLES
    from diagnostic.write.report import write_report
    from diagnostic.write.report_tags import list_left

    kind = KINDS.get(name, "encart")
    path = Path(folder) / f"{NAMES.get(name, f'partie_{name}')}.docx"
    texts = tell_texts(shown) | {"partie": TITLES.get(name, "")}
    found = write_report(path, plan, kind=kind, texts=texts, date=shown["date"], pictures=pictures, modele=modele)
    left = list_left(found, kind)
    return path, [f"{path.name} : le modèle ne reprend pas {left}."] if left else []


def tell_texts(shown):
    """Return the texts that a template may hold (see `write.report_tags.TEXTS`)."""
    from diagnostic.draw.report_plan import tell_territory

    told = shown["mentions"]
    edition = next((line for line in shown["notices"] if line.startswith("Édition")), f"Édition {shown['edition']}.")
    return {
        "titre": shown["titre"],
        "date": told["date"],
        "edition": edition,
        "territoire": tell_territory(shown["territoires_resume"]),
        "finalite": shown["reglages"].get("finalite") or "Finalité non dite (feuille questions, Q0).",
        "couverture": told["couverture"],
        "avertissement": "FICTIF : une partie des données est inventée pour l'exemple."
        if any(told["fictif"].values())
        else "",
    }


def convert_formats(path, formats, tell):
    """Return the paths of the other formats of a document, and what could not be written."""
    from diagnostic.write.documents import convert_document

    written, refused = [], []
    for kind in [kind for kind in dict.fromkeys(formats) if kind != "docx"]:
        tell(f"Document : {path.stem}.{kind}")
        try:
            written.append(convert_document(path, path.with_suffix(f".{kind}")))
        except DiagnosticError as error:
            refused.append(str(error))
    return written, refused


def _check_template(modele, documents):
    """Read the template before the dossier: a wrong tag must not cost the reader a minute of computing."""
    from diagnostic.run.presentation import check_slides_template
    from diagnostic.write.report_tags import check_template, open_template_file

    if len(documents) != 1:
        raise DiagnosticError(
            "Un modèle sert à un seul document.",
            f"{modele} ; documents demandés : {join_words(documents, 9) or 'aucun'}",
            "demandez un document à la fois : --quoi rapport --modele FICHIER",
        )
    if documents == ["presentation"]:
        check_slides_template(modele)
    else:
        check_template(open_template_file(modele).docx, modele, KINDS.get(documents[0], "encart"))


def write_templates(folder):
    """Copy the templates of the software to `folder`/modeles, for a group to change; one already there is kept as it is."""
    from diagnostic.write.atomic import write_atomic
    from diagnostic.write.report import locate_template
    from diagnostic.write.slides_template import locate_slides_template

    written, owned = [], [locate_template(kind) for kind in ("rapport", "plaidoyer", "encart", "atlas")]
    for template in [*owned, locate_slides_template()]:
        path = Path(folder) / "modeles" / f"modele_{template.name}"
        if not path.exists():
            with (
                template.open("rb") as own,
                write_atomic(path) as temporary,
                open(temporary, "wb") as copy,
            ):
                shutil.copyfileobj(own, copy)
        written.append(path)
    return written


def write_data(shown, folder, what, tell=None):
    """Write the sets of data of an edition asked among DATA, in the colours of the group; return their paths."""
    from diagnostic.draw.charter import make_charter, use_charter

    with use_charter(make_charter(shown["reglages"])):
        return _write_sets(shown, folder, what, tell)


def _write_sets(shown, folder, what, tell):
    from diagnostic.write import csv_sets, gis, graph

    tell, folder, local, written = tell or (lambda step: None), Path(folder), _keep_inside(shown), []
    if "sig" in what:
        tell("Couches pour un SIG")
        layers, place = gis.build_layers(local), folder / "sig"
        written.append(gis.write_geopackage(layers, place / "diagnostic.gpkg", date=shown["date"]))
        written += [gis.write_geojson(layers[name], place / f"{name}.geojson") for name in WEB_LAYERS if name in layers]
        written.append(gis.write_umap(layers, place / "diagnostic.umap", titre=shown["titre"]))
    if "graphe" in what:
        tell("Graphes")
        graphs = {"liens": graph.build_links_graph(local), "participations": graph.build_participations_graph(local)}
        for name, built in graphs.items():
            written.append(graph.write_graphml(built, folder / "graphes" / f"{name}.graphml"))
            written.append(graph.write_gexf(built, folder / "graphes" / f"{name}.gexf", date=shown["date"]))
        written.append(_write_legend(graph.list_legend(graphs), folder / "graphes" / "legende.csv"))
    if "csv" in what:
        tell("Tables pour un tableur")
        written += csv_sets.write_french_set(local, folder / "csv")
    if "donnees" in what:
        tell("Tables pour un programme")
        written += csv_sets.write_data_package(
            local, folder / "donnees", titre=shown["titre"], date=shown["date"], edition=shown["edition"]
        )
    return written


def _write_legend(legend, path):
    from diagnostic.write.atomic import write_atomic

    with write_atomic(path) as temporary:
        legend.to_csv(temporary, sep=";", index=False, encoding="utf-8-sig", lineterminator="\n")
    return path
