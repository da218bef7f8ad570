"""The small parts of the page: text stays text, errors are told, tables have headings that a screen reader ties to cells."""

import asyncio
from html import escape

import ipywidgets as widgets
import pandas as pd
from dossier_saisies import HOSTILE

from diagnostic.application import parts
from diagnostic.errors import DiagnosticError


def test_a_message_is_escaped_and_says_its_kind():
    message = parts.make_message(HOSTILE, "doute")
    assert escape(HOSTILE) in message.value and "<img" not in message.value
    assert 'class="etat doute" role="status"' in message.value
    parts.tell(message, "non", "faute")
    assert 'role="alert"' in message.value
    parts.tell(message, "")
    assert message.value == ""


def test_labels_are_never_read_as_html():
    assert parts.make_menu(HOSTILE, [("a", 1)]).description_allow_html is False
    assert parts.mark_field(widgets.Text(description=HOSTILE)).description_allow_html is False


def test_a_menu_opens_on_its_value_or_the_first():
    options = [("a", 1), ("b", 2)]
    assert [parts.make_menu("x", options, value).value for value in (2, 9, None)] == [2, 1, 1]
    assert parts.make_menu("x", []).value is None


def test_a_table_has_a_caption_and_scopes():
    html = parts.show_rows("Titre & <b>", pd.DataFrame({"nom": [HOSTILE], "nb": [1]}), {"nom": "Nom", "nb": "Nombre"})
    assert "<caption>Titre &amp; &lt;b&gt;</caption>" in html
    assert html.count('scope="col"') == 2 and "<img" not in html
    assert "Aucune ligne" in parts.show_rows("Vide", pd.DataFrame({"nom": []}), {"nom": "Nom"})


def test_a_callback_tells_its_error_and_goes_on():
    message, told = parts.make_message(), []
    for error in (DiagnosticError("Quoi", "où", "faire"), PermissionError(13, "no"), ValueError("x")):

        def fail(error=error):
            raise error

        parts.guard(message, fail)()
        told.append(message.value)
    assert "Quoi" in told[0] and "Accès refusé" in told[1] and "Défaut du logiciel" in told[2]
    assert parts.guard(message, lambda: 5)() == 5


def test_work_is_done_beside_the_page_or_at_once_without_one():
    done, failed = [], []
    parts.do_later(lambda: 1, done.append, failed.append)
    parts.do_later(lambda: 1 / 0, done.append, failed.append)

    async def page():
        parts.do_later(lambda: 2, done.append, failed.append)
        assert done == [1]
        await asyncio.sleep(0.3)

    asyncio.run(page())
    assert done == [1, 2] and isinstance(failed[0], ZeroDivisionError)


def test_a_button_does_its_action():
    clicks = []
    button = parts.make_button("Aller", lambda: clicks.append(1), principal=True)
    button.click()
    assert clicks == [1] and "principal" in button._dom_classes
