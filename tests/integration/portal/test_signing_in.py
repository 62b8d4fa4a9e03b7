import asyncio
import hashlib

import httpx
import pytest

from chassis.storage import migrate
from gateway.access import service
from gateway.sessions.models import PageSession
from tests.integration.portal.conftest import Pages, hidden_of


async def test_in_and_out(pages: Pages) -> None:
    first = await pages.client.get("/")
    assert (first.status_code, "Sign out" in first.text) == (200, False)
    signed = await pages.sign_in()
    assert (signed.status_code, signed.headers["location"]) == (303, "/")
    home = await pages.client.get("/")
    assert "Ana Nowak" in home.text
    assert "Sign out" in home.text
    left = await pages.client.post("/sign-out", data=hidden_of(home.text))
    assert left.headers["location"] == "/sign-in"
    assert "Sign out" not in (await pages.client.get("/")).text


async def test_a_session_that_was_ended_is_not_opened_by_its_cookie(pages: Pages) -> None:
    await pages.sign_in()
    cookie = {"cookie": f"suite-session={pages.client.cookies['suite-session']}"}
    await pages.client.post("/sign-out", data=hidden_of((await pages.client.get("/")).text))
    assert "Sign out" not in (await pages.client.get("/", headers=cookie)).text


async def test_signing_in_anew_ends_the_session_before(pages: Pages) -> None:
    await pages.sign_in()
    before = {"cookie": f"suite-session={pages.client.cookies['suite-session']}"}
    fields = hidden_of((await pages.client.get("/sign-in")).text) | {"key": pages.key}
    assert (await pages.client.post("/sign-in", data=fields)).status_code == httpx.codes.SEE_OTHER
    assert "Sign out" in (await pages.client.get("/")).text
    assert "Sign out" not in (await pages.client.get("/", headers=before)).text


async def test_revoking_the_key_ends_its_sessions_at_once(pages: Pages) -> None:
    await pages.sign_in()
    await pages.database.write(lambda tx: service.revoke_key(tx, "Ana Nowak"))
    assert "Sign out" not in (await pages.client.get("/")).text


async def test_neither_key_nor_token_is_stored(pages: Pages) -> None:
    await pages.sign_in()

    async def stored(tx) -> str:
        (row,) = await tx.session.execute(PageSession.__table__.select())
        return str(row)

    found = await pages.database.read(stored)
    assert pages.key not in found
    assert pages.client.cookies["suite-session"] not in found


@pytest.mark.parametrize("key", ["", "csk_wrong", "no key at all", "ключ"])
async def test_another_key_is_refused_with_a_word(pages: Pages, key: str) -> None:
    page = await pages.client.get("/sign-in?next=/fund")
    answer = await pages.client.post("/sign-in", data=hidden_of(page.text) | {"key": key})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert hidden_of(answer.text)["next"] == "/fund"
    assert "suite-session" not in pages.client.cookies


async def test_guessing_gets_slow(pages: Pages) -> None:
    statuses = [(await pages.sign_in(f"csk_{number}")).status_code for number in range(5)]
    assert statuses[:3] == [422] * 3
    assert statuses[-1] == httpx.codes.TOO_MANY_REQUESTS


async def test_a_form_of_another_site_is_refused(pages: Pages) -> None:
    await pages.client.get("/")
    assert (await pages.client.post("/sign-in", data={"key": pages.key})).status_code == 403
    forged = {"form-token": "0" * 64, "key": pages.key}
    assert (await pages.client.post("/sign-in", data=forged)).status_code == 403
    assert (await pages.sign_in(origin="https://evil.example")).status_code == 403
    assert (await pages.sign_in(origin="http://127.0.0.1")).status_code == 303


async def test_a_cookie_travels_in_clear_on_this_machine_alone(pages: Pages) -> None:
    here = await pages.client.get("/")
    pages.client.cookies.clear()
    there = await pages.client.get("/", headers={"host": "suite.example"})
    assert "Secure" not in here.headers["set-cookie"]
    assert all(word in there.headers["set-cookie"] for word in ("Secure", "HttpOnly", "SameSite=lax"))


async def test_a_page_asks_who_looks_and_goes_on_there(pages: Pages) -> None:
    asked = await pages.client.get("/scorecard?period=2017/18%20Q3")
    assert asked.status_code == httpx.codes.SEE_OTHER
    form = await pages.client.get(asked.headers["location"])
    assert hidden_of(form.text)["next"] == "/scorecard?period=2017/18%20Q3"


@pytest.mark.parametrize("after", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"])
async def test_signing_in_leads_to_this_site_only(pages: Pages, after: str) -> None:
    page = await pages.client.get("/sign-in", params={"next": after})
    assert hidden_of(page.text)["next"] == "/"


async def test_what_is_no_page_is_one(pages: Pages) -> None:
    found = await pages.client.get("/register/no/such/page")
    assert (found.status_code, found.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "unsafe" not in found.headers["content-security-policy"]


async def test_a_session_opens_no_call_of_the_api(pages: Pages) -> None:
    await pages.sign_in()
    assert (await pages.client.get("/operations/v1/business-date")).status_code == 401


async def test_a_cookie_over_tls_is_this_hosts_alone(pages: Pages) -> None:
    page = await pages.client.get("/", headers={"host": "suite.example"})
    assert page.headers["set-cookie"].startswith("__Host-suite-form=")
    cookie = page.headers["set-cookie"].partition(";")[0]
    sent = {"host": "suite.example", "cookie": cookie}
    fields = hidden_of(page.text) | {"key": pages.key}
    pages.client.cookies.clear()
    signed = await pages.client.post("/sign-in", data=fields, headers=sent)
    names = [each.partition("=")[0] for each in signed.headers.get_list("set-cookie")]
    assert names == ["__Host-suite-session", "__Host-suite-form"]


async def test_a_token_cannot_be_made_from_the_cookie(pages: Pages) -> None:
    """Somebody who can set a cookie, such as a neighbouring site, still makes no form of this one."""
    made = hashlib.sha256(b"form\x00planted").hexdigest()
    fields = {"form-token": made, "key": pages.key}
    answer = await pages.client.post("/sign-in", data=fields, headers={"cookie": "suite-form=planted"})
    assert answer.status_code == httpx.codes.FORBIDDEN


async def test_a_form_too_large_for_anything_is_refused_by_a_page(pages: Pages) -> None:
    answer = await pages.client.post("/sign-in", data={"key": "x" * 2_000_000})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "The body is too large" in answer.text


@pytest.mark.both_engines
async def test_sessions_of_the_version_before_go_on(pages: Pages) -> None:
    await pages.sign_in()
    url = pages.database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, "gateway", url, "0010")
    await asyncio.to_thread(migrate.upgrade, "gateway", url)
    assert "Sign out" in (await pages.client.get("/")).text


async def test_without_a_provider_people_sign_in_by_key_alone(pages: Pages) -> None:
    form = (await pages.client.get("/sign-in")).text
    assert "/sign-in/provider" not in form
    for path in ("/sign-in/provider", "/sign-in/callback?code=a&state=b"):
        assert (await pages.client.get(path)).status_code == httpx.codes.NOT_FOUND
