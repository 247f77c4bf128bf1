"""Pages of a site, read as a browser would: their links, anchors and images."""

import re
from html.parser import HTMLParser

VOID = {"br", "img", "input", "link", "meta"}
"""elements without an end"""


class Page(HTMLParser):
    """Collects the links, anchors and images of a page; refuses elements left open."""

    def __init__(self, path):
        super().__init__()
        self.path, self.links, self.anchors, self.images, self.open = path, [], [], [], []
        self.feed(path.read_text())
        assert self.open == [], path
        assert len(set(self.anchors)) == len(self.anchors), path

    def handle_starttag(self, tag, attrs):
        self.open += [tag] if tag not in VOID else []
        self.links += [value for name, value in attrs if name in ("href", "src")]
        self.anchors += [value for name, value in attrs if name == "id"]
        self.images += [dict(attrs)["alt"]] if tag == "img" else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, self.path


def dead_links(site):
    """Return the links that lead nowhere, to a missing anchor, or out of the site."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    assert pages
    dead = []
    for path, page in pages.items():
        for link in page.links:
            address, _, anchor = re.sub(r"\?[^#]*", "", link).partition("#")
            target = (path.parent / address).resolve() if address else path
            inside = target.is_relative_to(site.resolve()) and target.is_file()
            if not inside or (anchor and anchor not in pages[target].anchors):
                dead.append((str(path), link))
    return dead
