"""The templates of the web pages, kept in `gabarits/`, and the one way to fill them."""

from importlib.resources import files

from jinja2 import Environment, FunctionLoader
from markupsafe import Markup

from diagnostic.draw.escape import escape_html

TEMPLATES = files("diagnostic.draw").joinpath("gabarits")


def open_template(name):
    """Return the template `name`, in which everything that is not marked as HTML passes through `escape_html`."""
    sure = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(read_template),
        finalize=lambda value: value if isinstance(value, Markup) else Markup(escape_html(value)),
    )  # fmt: skip
    return sure.get_template(name)


def read_template(name):
    """Return the text of a file of `gabarits/`: a template, a style or a script."""
    return TEMPLATES.joinpath(name).read_text(encoding="utf-8")
