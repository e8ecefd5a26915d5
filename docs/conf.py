"""Settings of the documentation site: `make docs` builds it from these pages and from the docstrings."""

import sys
from pathlib import Path
from typing import Any

from riskscore import __version__

sys.path.insert(0, str(Path(__file__).parent))
import reference

project = "riskscore"
author = "the riskscore contributors"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True
default_role = "code"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
copybutton_prompt_text = "$ "

html_theme = "pydata_sphinx_theme"
html_title = "riskscore"
html_theme_options = {
    "show_prev_next": True,
    "navbar_align": "left",
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "pygments_light_style": "tango",
}
html_show_sourcelink = False
html_sidebars = {"**": []}


def setup(app: Any) -> None:
    """Write the pages that come from the code before the pages are read."""
    app.connect("builder-inited", lambda _: reference.write())
