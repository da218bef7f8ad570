"""The template of slides that the software brings is the one that the script makes."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_script_makes_the_template_that_is_there(tmp_path):
    spec = importlib.util.spec_from_file_location("construire_diapositives", ROOT / "scripts" / "construire_diapositives.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    (path,) = script.main(tmp_path)
    assert path.read_bytes() == (ROOT / "diagnostic" / "write" / "modeles" / path.name).read_bytes()
