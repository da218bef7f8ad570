"""Build hook of hatchling: put the folders that lie beside the package inside it, in the wheel only.

`shapes/` becomes `diagnostic/_shapes/`, and so on, so that the wheel works where there is no repository. An editable
install reads the folders of the repository and copies nothing.
"""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKED = {
    "shapes": "diagnostic/_shapes",
    "data/exemple": "diagnostic/_exemple",
    "data/guide": "diagnostic/_guide",
    "notebooks": "diagnostic/_notebooks",
}
# What a person leaves behind while working in these folders.
LEFT_OVER = {"__pycache__", ".ipynb_checkpoints", "sorties"}


class PackFolders(BuildHookInterface):
    """Add the files of PACKED to a standard wheel."""

    def initialize(self, version, build_data):
        if version != "standard":
            return
        root = Path(self.root)
        for folder, packed in PACKED.items():
            for path in sorted((root / folder).rglob("*")):
                inside = path.relative_to(root / folder)
                if path.is_file() and not LEFT_OVER & set(inside.parts) and not path.name.startswith((".", "~$")):
                    build_data["force_include"][str(path)] = f"{packed}/{inside.as_posix()}"
