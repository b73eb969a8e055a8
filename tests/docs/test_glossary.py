"""docs/glossary.md: one entry for each idea, in order, and no idea that nobody speaks of."""

import re

import pytest

from tests.docs.pages import PAGES, read

ENTRIES = re.findall(r"^\*\*.*$", read("glossary.md"), flags=re.MULTILINE)
TERMS = [term.lower() for entry in ENTRIES for term in re.findall(r"\*\*(.+?)\*\*", entry)]
OTHERS = " ".join(page.read_text(encoding="utf-8") for page in PAGES if page.name != "glossary.md")
OTHERS = OTHERS.lower().replace("_", " ")


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_used_on_another_page(term: str) -> None:
    assert re.search(rf"\b{re.escape(term)}(?:s|es)?\b", OTHERS)


@pytest.mark.parametrize("term", sorted(set(re.findall(r"\*\*(.+?)\*\*", read("contract.md")))))
def test_every_term_of_the_contract_is_explained(term: str) -> None:
    name = term.lower().rstrip(".")
    assert {name, name.removesuffix("s")} & set(TERMS)


def test_entries_are_in_order_each_once_and_lead_on() -> None:
    assert len(set(TERMS)) == len(TERMS) > 50
    firsts = [re.findall(r"\*\*(.+?)\*\*", entry)[0] for entry in ENTRIES]
    assert firsts == sorted(firsts)
    assert not [entry for entry in ENTRIES if not re.search(r"\]\([^)]+\)\.$", entry)]
