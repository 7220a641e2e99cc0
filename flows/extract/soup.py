"""BeautifulSoup on lxml, held to bounds: no page is parsed for longer than its size allows."""

from __future__ import annotations

import re
import warnings
from typing import Any

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import NavigableString, Tag

from flows.extract.tables import table

MOST_TAGS = 400_000
"""Tags of a page; the largest real pages have 50,000, and each costs a kilobyte."""
DEEPEST = 2_000
"""Elements inside elements; browsers stop at 512. The parser looks through all of them at each end tag."""
_CHUNK = 1 << 16
_PLAIN: dict[str, Any] = {"multi_valued_attributes": None, "string_containers": {}}
"""Attributes as strings, all text of one class: what is no text is told by its tag."""

_OPENING = re.compile(r"<[A-Za-z]")
_CLOSING = "</"
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,19})([^<>]*)>?")
_BREAKS = re.compile(r"<br>(?:\s*<br>)+")
_SPEAKS = frozenset(("a", "title", "meta", "link", "head", "script", "style", "noscript", "textarea"))
_LINES = frozenset(table("elements.tsv")["line"])


class TooManyTags(Exception):
    """The page is all markup."""


class _TooDeep(Exception):
    """Deeper than DEEPEST."""


def soup(markup: str) -> BeautifulSoup:
    """The parsed page, in time linear in its size. Raises TooManyTags beyond the bound.

    A page nested deeper than DEEPEST is parsed flat: its lines and links, without what holds them.

    >>> [tag.contents for tag in soup("<p>同志们<p>开会").contents[0].contents[0].contents]
    [['同志们'], ['开会']]
    """
    count = sum(1 for _ in _OPENING.finditer(markup))
    if count > MOST_TAGS or markup.count(_CLOSING) > MOST_TAGS:
        raise TooManyTags(f"{max(count, markup.count(_CLOSING)):,} tags")
    markup = markup.replace("\0", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        if count <= DEEPEST:
            return _Soup(markup, builder=_Html(**_PLAIN), element_classes={Tag: _Tag})
        try:
            return _Guarded(markup, builder=_ByChunks(**_PLAIN), element_classes={Tag: _Tag})
        except _TooDeep:
            flat = _BREAKS.sub("<br>", _ANY_TAG.sub(_flat, markup))
            return _Soup(flat, builder=_Html(**_PLAIN), element_classes={Tag: _Tag})


class _Soup(BeautifulSoup):
    """A tree that is only walked downwards, by ``contents``, so that nothing links back or sideways: half the
    time of parsing goes into these links, and more into the collection of the garbage that they make."""

    def endData(self, containerClass: type[NavigableString] | None = None) -> None:
        """The text so far goes into the tree: as a bare ``str``, a comment as a Comment."""
        if not self.current_data:
            return
        text = "".join(self.current_data)
        self.current_data = []
        if not text.strip(self.ASCII_SPACES) and not self.preserve_whitespace_tag_stack:
            text = "\n" if "\n" in text else " "
        assert self.currentTag is not None
        self.currentTag.contents.append(containerClass(text) if containerClass else text)  # type: ignore[arg-type]


class _Tag(Tag):
    """A tag with a name, attributes and contents."""

    prefix = None

    def __init__(
        self,
        parser: Any,
        builder: Any,
        name: str,
        namespace: Any,
        prefix: Any,
        attrs: Any,
        *_: Any,
        **__: Any,
    ):
        self.name = name
        self.attrs = attrs
        self.contents = []


class _Guarded(_Soup):
    """Ends the parsing of what is nested too deep."""

    def pushTag(self, tag: Tag) -> None:
        super().pushTag(tag)
        if len(self.tagStack) > DEEPEST:
            raise _TooDeep


class _Html(LXMLTreeBuilder):
    """The lxml builder without what only XML and writing a page out need: a fifth of its time."""

    def start(self, tag: str | bytes, attrib: Any, nsmap: Any = None) -> None:
        """Open a tag; HTML has no namespaces."""
        assert self.soup is not None
        assert isinstance(tag, str)
        self.soup.handle_starttag(tag, None, None, attrib)

    def end(self, tag: str | bytes) -> None:
        """Close a tag."""
        assert self.soup is not None
        assert isinstance(tag, str)
        self.soup.handle_endtag(tag)

    def set_up_substitutions(self, tag: Tag) -> bool:
        """No charset is put in for the page's own."""
        return False


class _ByChunks(_Html):
    """Gives the parser a page in pieces, so that it ends soon after an exception."""

    def feed(self, markup: str | bytes) -> None:
        self.parser = self.parser_for(self.soup.original_encoding if self.soup else None)
        for at in range(0, len(markup), _CHUNK):
            self.parser.feed(markup[at : at + _CHUNK])
        self.parser.close()


def _flat(tag: re.Match[str]) -> str:
    """The tag itself where it speaks, ``<br>`` where it ends a line, else nothing."""
    name = tag[2].lower()
    if name in _SPEAKS:
        return tag[0]
    return "<br>" if name in _LINES else ""
