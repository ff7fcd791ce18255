"""Imported before torch by what several processes may run: its C++ keeps its stacks to itself.

Of those that do not come, or are lost, `distributed` says in a line what torch says in pages.
"""

import os

if "WORLD_SIZE" in os.environ:
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "FATAL")
