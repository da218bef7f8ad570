# Tout part d'un Python 3.11 ou plus récent et de make : l'environnement est créé dans .venv.
# Les chemins restent relatifs : le dossier peut porter des accents et des espaces.

PYTHON ?= python3
PROCESSUS ?= 2

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
INSTALLE := $(VENV)/installe

export PYTHONUTF8 = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := aide
.PHONY: aide exemple test test-complet regles carnets docs roue propre

aide:
	@echo "make exemple   le dossier d'exemple et ses sorties, dans exemple/"
	@echo "make test      les règles d'écriture, tous les tests, puis les carnets"
	@echo "make carnets   les carnets, dans le navigateur (JupyterLab)"
	@echo "make docs      la documentation en site, dans docs/_site : s'ouvre sans réseau"
	@echo "make roue      le paquet installable, dans dist/"
	@echo "make propre    efface l'environnement et ce qui se refabrique (ni dossiers, ni données)"
	@echo
	@echo "Un autre Python : make exemple PYTHON=python3.12"

# Refait quand les versions figées ou le paquet changent.
$(INSTALLE): requirements.txt pyproject.toml
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null || { \
	  echo "Python 3.11 ou plus récent est nécessaire."; \
	  echo "Où : la commande « $(PYTHON) » : $$("$(PYTHON)" --version 2>/dev/null || echo introuvable)"; \
	  echo "À faire : installez Python 3.11 ou plus, ou donnez-le : make PYTHON=python3.12 exemple"; \
	  exit 1; } >&2
	@"$(PYTHON)" -m venv "$(VENV)" || { \
	  echo "L'environnement de travail n'a pas pu être créé."; \
	  echo "Où : le dossier $(VENV), par « $(PYTHON) -m venv »"; \
	  echo "À faire : sous Debian ou Ubuntu, installez python3-venv ; puis make propre, et recommencez"; \
	  exit 1; } >&2
	@echo "Installation dans $(VENV) : quelques minutes la première fois."
	@"$(PY)" -m pip install -qq --require-hashes -r requirements.txt
	@"$(PY)" -m pip install -qq --no-deps --no-build-isolation --editable .
	@"$(PY)" -c "import pathlib; pathlib.Path('$(INSTALLE)').touch()"

exemple: $(INSTALLE)
	@"$(BIN)/diagnostic" exemple --sortie exemple
	@echo
	@echo "À ouvrir : exemple/sorties/publique/carte.html et exemple/sorties/publique/diagnostic.xlsx"

regles: $(INSTALLE)
	@"$(PY)" -m ruff check .

test: regles
	"$(PY)" -m pytest -n $(PROCESSUS) --dist loadfile -m "not long"
	"$(PY)" -m pytest -n $(PROCESSUS) --dist loadfile --nbval-lax --nbval-current-env --nbval-cell-timeout=300 notebooks

# Avec les longs chemins entiers (trois minutes de plus) : avant une publication.
test-complet: test
	"$(PY)" -m pytest -n $(PROCESSUS) --dist loadfile -m long

carnets: $(INSTALLE)
	@"$(PY)" -m jupyterlab notebooks

docs: $(INSTALLE)
	@"$(PY)" -m sphinx -b html -W --keep-going -q docs docs/_site
	@"$(PY)" scripts/verifier_liens.py docs/_site
	@echo "À ouvrir : docs/_site/index.html"

roue: $(INSTALLE)
	@"$(PY)" -m hatchling build -t wheel
	@ls -l dist

propre:
	rm -rf "$(VENV)" dist build docs/_site .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
