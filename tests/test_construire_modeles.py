"""The templates that the software brings are those that the script makes, and they travel in the wheel."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_script_makes_the_templates_that_are_there(tmp_path):
    spec = importlib.util.spec_from_file_location("construire_modeles", ROOT / "scripts" / "construire_modeles.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for path in script.main(tmp_path):
        assert path.read_bytes() == (ROOT / "diagnostic" / "write" / "modeles" / path.name).read_bytes()


def test_the_templates_are_beside_the_package():
    from diagnostic.write.report import locate_template

    assert all(locate_template(kind).is_file() for kind in ("rapport", "plaidoyer", "encart"))
