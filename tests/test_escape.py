"""Nothing a user types may become code in a page."""

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.draw.escape import dump_json, escape_html

PAYLOADS = [
    "<img src=x onerror=window.__pwned=1>", "<script>window.__pwned=1</script>", "${window.__pwned=1}",
    "`+(window.__pwned=1)+`", "</script><script>window.__pwned=1</script>", '"onmouseover="window.__pwned=1',
    "'onfocus='window.__pwned=1", "javascript:window.__pwned=1", "<!--<script>", "{{7*7}}", "\\u003cscript\\u003e",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaped_text_holds_no_active_character(payload):
    assert not set(escape_html(payload)) & set("<>\"'`${}\\")


@given(st.text())
def test_escaped_text_reads_back_as_written(text):
    assert html.unescape(escape_html(text)) == text


def test_what_is_not_text_is_written_as_text():
    assert escape_html(12) == "12"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_json_cannot_leave_its_script_element(payload):
    written = dump_json({"nom": payload, payload: 1})
    assert not re.search("[<>&]", written)
    assert json.loads(written) == {"nom": payload, payload: 1}


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_reads_back_and_stays_on_one_line(data):
    written = dump_json(data)
    assert json.loads(written) == data
    assert not set(written) & set("<>&\u2028\u2029\n")


def test_json_refuses_nan():
    with pytest.raises(ValueError, match="JSON"):
        dump_json([float("nan")])
