"""Take the README's picture of the explorer from reports/index.html: `make screenshot`."""

from io import BytesIO
from pathlib import Path

from chromium import chromium
from PIL import Image

TARGET = Path(".github/explorer.png")
SIZE = {"width": 1240, "height": 860}

with chromium() as browser:
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{Path('reports/index.html').resolve().as_uri()}#explorer?word=wonderful")
    page.wait_for_selector("#explorer[data-drawn=yes]")
    page.evaluate("document.getElementById('explorer').scrollIntoView()")
    page.wait_for_timeout(500)  # the labels follow the picture
    picture = Image.open(BytesIO(page.screenshot()))
# 128 colours are as good as all of them here, and make the file a third as large.
picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(TARGET, optimize=True)
