"""What goes into a page as text."""

import base64


def as_address(svg: bytes) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"
