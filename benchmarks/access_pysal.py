"""PySAL `access`, installed apart and run apart: what 2SFCA and E2SFCA are compared with, in a test and in a benchmark.

Never in the environment of the project: `install_access` makes a virtual environment in a folder, `run_access` starts its
Python on this very file, which then imports nothing of ours.
"""

import json
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd

PACKAGE = "access==1.1.10.post3"
CODES = {"origin": str, "dest": str, "geoid": str}


def install_access(folder):
    """Make a virtual environment with PySAL `access` in `folder`, unless it is there, and return its Python."""
    python = Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    answer = subprocess.run([str(python), "-c", "import access"], cwd=folder, capture_output=True, check=False)
    if answer.returncode:
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PACKAGE], cwd=folder, check=True, capture_output=True)
    return python


def list_costs(communes, sites, reach_km):
    """Return origin, dest, cost (km to the millimetre) of all pairs within reach: by a dense table, in blocks, not by our tree."""
    here, there = (table[["x_m", "y_m"]].to_numpy(dtype=float) for table in (communes, sites))
    parts = []
    for start in range(0, len(here), 500):
        km = np.round(np.hypot(*(here[start : start + 500, None] - there).transpose(2, 0, 1)), 3) / 1000
        i, j = np.nonzero(km <= reach_km)
        parts.append((communes.index.to_numpy()[start + i], sites["acteur_id"].to_numpy()[j], km[i, j]))
    origin, dest, cost = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame({"origin": origin, "dest": dest, "cost": cost})


def run_access(python, folder, communes, sites, costs, *, rayon, paliers, runs=1):
    """Run PySAL `access` on a table of costs.

    Returns
    -------
    DataFrame indexed as `communes`, acces_2sfca and acces_e2sfca (0 for a commune that PySAL leaves out: no site in reach),
    and {name: processor seconds (best of `runs`), "Mo": memory allocated at the peak, in one more run apart}
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    demand = pd.DataFrame({"geoid": communes.index, "demand": communes["population"].to_numpy(dtype=float)})
    supply = pd.DataFrame({"geoid": sites["acteur_id"].to_numpy(), "supply": sites["capacite"].to_numpy(dtype=float)})
    for name, table in {"demand": demand, "supply": supply, "costs": costs}.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    asked = json.dumps({"rayon": rayon, "paliers": [list(step) for step in paliers], "runs": runs})
    subprocess.run([str(python), str(Path(__file__).resolve()), str(folder), asked], cwd=folder, check=True)
    found = pd.read_csv(folder / "found.csv", dtype=CODES).set_index("geoid").reindex(communes.index).fillna(0.0)
    return found, json.loads((folder / "times.json").read_text(encoding="utf-8"))


def _answer(folder, asked):
    """Run in the other environment: read the tables, time both measures, write what was found."""
    sys.path.remove(str(Path(__file__).resolve().parent))  # the folder holds a module named like a package elsewhere
    from access import fca, weights

    tables = [pd.read_csv(folder / f"{name}.csv", dtype=CODES) for name in ("demand", "supply", "costs")]
    demand, supply, costs = tables[0].set_index("geoid"), tables[1].set_index("geoid"), tables[2]
    names = {"demand_index": True, "demand_name": "demand", "supply_name": "supply"}
    steps = weights.step_fn(dict(asked["paliers"]))
    calls = {
        "acces_2sfca": {"max_cost": asked["rayon"]},
        "acces_e2sfca": {"max_cost": asked["paliers"][-1][0], "weight_fn": steps},
    }
    found, seconds, peaks = {}, {}, []
    for name, options in calls.items():
        spent = []
        for _ in range(asked["runs"]):
            start = time.process_time()
            found[name] = fca.two_stage_fca(demand, supply, costs, **names, **options)
            spent.append(time.process_time() - start)
        seconds[name] = min(spent)
        tracemalloc.start()
        fca.two_stage_fca(demand, supply, costs, **names, **options)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1024**2)
        tracemalloc.stop()
    pd.DataFrame(found).rename_axis("geoid").to_csv(folder / "found.csv")
    (folder / "times.json").write_text(json.dumps(seconds | {"Mo": max(peaks)}), encoding="utf-8")


if __name__ == "__main__":
    _answer(Path(sys.argv[1]), json.loads(sys.argv[2]))
