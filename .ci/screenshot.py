"""Take the README's picture of the explorer from reports/index.html: `make screenshot`."""

import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
TARGET = Path(".github/explorer.png")
SIZE = {"width": 1240, "height": 860}

page_file = Path("reports/index.html").resolve()
program = next(filter(None, map(shutil.which, BROWSERS)))
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{page_file.as_uri()}#explorer?word=wonderful")
    page.wait_for_selector("#explorer[data-drawn=yes]")
    page.locator("#explorer").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('explorer').scrollIntoView()")
    page.wait_for_timeout(500)  # the labels follow the picture
    picture = Image.open(BytesIO(page.screenshot()))
    browser.close()
# 128 colours are as good as all of them here, and make the file a third as large.
picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(TARGET, optimize=True)
