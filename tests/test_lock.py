"""One run at a time: a lock that another process sees and that dies with its process."""

import subprocess
import sys
import time

import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.run.lock import NAME, lock_outputs

HOLD = """
import sys, time
from diagnostic.run.lock import lock_outputs
with lock_outputs(sys.argv[1]):
    print("tenu", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_refused_and_the_lock_of_a_killed_one_is_free(tmp_path):
    target = tmp_path / "sorties d'été"
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(target)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline().strip() == "tenu"
        with pytest.raises(DiagnosticError, match="Un autre calcul est en cours"), lock_outputs(target):
            pass
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    for _ in range(50):
        try:
            with lock_outputs(target):
                break
        except DiagnosticError:  # the system may take a moment
            time.sleep(0.1)
    else:
        pytest.fail("the lock of a killed run was kept")


def test_the_lock_is_free_after_a_failure(tmp_path):
    with pytest.raises(ValueError, match="raté"), lock_outputs(tmp_path):
        raise ValueError("raté")
    with lock_outputs(tmp_path) as target:
        assert (target / NAME).exists()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "sorties").write_text("x")
    with pytest.raises(DiagnosticError, match="Un fichier tient la place d'un dossier"), lock_outputs(tmp_path / "sorties"):
        pass
