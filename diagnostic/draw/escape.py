"""The one place where text becomes HTML, or data becomes JSON inside a page."""

import html
import json

# html.escape leaves these alone, yet `${...}` and backticks run when a template ends in a JavaScript literal.
TEMPLATE_CHARACTERS = {ord(c): f"&#{ord(c)};" for c in "`${}\\"}
# Inside <script>, "</" and "<!--" end or shift the parsing; U+2028 and U+2029 end a line of JavaScript.
SCRIPT_CHARACTERS = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def escape_html(text):
    """Return `text` safe in HTML content, in a quoted attribute and in a JavaScript template literal.

    >>> escape_html("<b>`${x}`</b>")
    '&lt;b&gt;&#96;&#36;&#123;x&#125;&#96;&lt;/b&gt;'
    """
    return html.escape(str(text), quote=True).translate(TEMPLATE_CHARACTERS)


def dump_json(data):
    """Return `data` as compact JSON that nothing can close or leave when it sits in a <script> element.

    Missing numbers (NaN) are refused: the caller says what stands for them.

    >>> dump_json({"nom": "</script>"})
    '{"nom":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(SCRIPT_CHARACTERS)
