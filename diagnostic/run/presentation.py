"""From the tables of an edition to the eight slides of a steering committee."""

from pathlib import Path

NAME = "presentation"


def write_presentation(shown, folder, *, formats=("pptx",), modele=None, tell=None):
    """Write the slides of an edition: the PPTX always, the PDF too when it is asked for and LibreOffice is there.

    Parameters
    ----------
    shown : dict, tables of an edition (`run.select_edition`)
    folder : path-like
    formats : sequence of str; all but "pdf" are left alone
    modele : path-like, optional, the template of the group (.pptx)
    tell : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: fichiers (list of Path), remarques (list of str)

    Raises
    ------
    DiagnosticError
        The template is at fault or the file cannot be written.
    """
    from diagnostic.draw.charter import make_charter, use_charter
    from diagnostic.draw.slides_maps import list_slide_maps
    from diagnostic.draw.slides_plan import plan_slides
    from diagnostic.edition import keep_local
    from diagnostic.run.reports import convert_formats
    from diagnostic.write.slides import render_slide_map, write_slides

    tell, local = tell or (lambda step: None), keep_local(shown)
    tell("Présentation : cartes")
    charter = make_charter(shown["reglages"])
    with use_charter(charter):
        maps = list_slide_maps(local, prepare_ground(local))
        pictures = {name: render_slide_map(draw()) | {"alternative": told} for name, (draw, told) in maps.items()}
    tell("Présentation : diapositives")
    path = write_slides(
        Path(folder) / f"{NAME}.pptx", plan_slides(local, maps), pictures=pictures, titre=shown["titre"], date=shown["date"],
        charter=charter, modele=modele,
    )  # fmt: skip
    others, refused = convert_formats(path, [kind for kind in formats if kind == "pdf"], tell)
    return {"fichiers": [path, *others], "remarques": refused}


def prepare_ground(shown):
    """Return the ground of the maps of an edition (`draw.base_map.Base`), None where no commune has an outline."""
    from diagnostic.draw.base_map import prepare_base

    return prepare_base(shown["communes"]) if shown["communes"].geometry.notna().any() else None


def check_slides_template(modele):
    """Read the template before the dossier: a missing layout must not cost the reader a minute of computing."""
    from diagnostic.write.slides_template import open_deck

    open_deck(modele)
