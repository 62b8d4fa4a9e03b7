"""The catalogue of problem types: what each ``type`` of an error leads to, for people and for programs."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from chassis.errors import NotFound
from chassis.web.problem_types import EXTENSION
from gateway.documents.pages import page

ProblemType = Mapping[str, Any]
PREFIX: Final = "/problems/"


def list_types(document: Mapping[str, Any]) -> Sequence[ProblemType]:
    """The problem types that the joined document lists, by type, each with its address."""
    listed = document.get(EXTENSION, ())
    return [{**each, "type": PREFIX + each["type"]} for each in sorted(listed, key=lambda each: str(each["type"]))]


def get_type(document: Mapping[str, Any], name: str) -> ProblemType:
    """One problem type.

    Raises:
        NotFound: there is none of that name.
    """
    for each in list_types(document):
        if each["type"] == PREFIX + name:
            return each
    raise NotFound("There is no such problem type; /problems lists them.")


def page_of_all(types: Sequence[ProblemType]) -> str:
    rows = "".join(
        f'<tr><td>{each["status"]}</td><td><a href="{escape(each["type"])}">{escape(each["type"])}</a></td>'
        f"<td>{escape(each['title'])}</td></tr>\n"
        for each in types
    )
    head = '<tr><th scope="col">Status</th><th scope="col">Type</th><th scope="col">Meaning</th></tr>'
    return page("Problem types", f"<table>\n{head}\n{rows}</table>")


def page_of(one: ProblemType) -> str:
    content = (
        f"<p>{escape(one['description'])}</p>\n<p>Status {one['status']}, <code>{escape(one['type'])}</code>.</p>\n"
        '<p><a href="/problems">All problem types</a></p>'
    )
    return page(one["title"], content)
