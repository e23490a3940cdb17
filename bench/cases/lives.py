"""A case's whole life in each system, as requests."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from bench.cases.load import Client

TOKEN = "c" * 32
DISPATCH = {"appeal_category": "traffic", "class": "general", "duty": "停车泊位管理"}
CONTACT = {"contacted": True, "contacted_at": "2020-02-20T08:30:00+08:00", "contacted_by": "电话"}
REPLY = {
    "genuine": True, "in_remit": True, "solved": True, "account": "已协调", "answer": "已增设车位",
}  # fmt: skip
JUDGE = {"confirmed_solved": True, "satisfaction": "satisfied"}

type Live = Callable[[int, Client], None]


def _headers(session: str) -> dict[str, str]:
    return {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }


def furong(district: Mapping[str, Any]) -> dict[str, Live]:
    """create → dispatch → sign → contact → reply → approve → close, each by who may; and reads."""
    teams = district["teams"]

    def post(client: Client, task: str, who: str, path: str, body: Any) -> dict[str, Any]:
        content, _rest = client.send(
            task, "POST", f"/api/v1{path}", json.dumps(body).encode(), _headers(who)
        )
        found: dict[str, Any] = json.loads(content)
        return found

    def life(n: int, client: Client) -> None:
        team = teams[n]
        made = post(
            client, "create", team["liaison"], "/cases",
            {
                "procedure": "appeal", "opening": "collect", "subject": team["subject"],
                "answers": {"title": "员工停车难", "details": "周边没有停车位，员工返岗停车难"},
            },
        )  # fmt: skip
        case = f"/cases/{made['id']}/actions"
        for action, who, answers in (
            ("dispatch", "dispatcher", {**DISPATCH, "lead": team["unit"]}),
            ("sign", "clerk", {}),
            ("contact", "clerk", CONTACT),
            ("reply", "clerk", REPLY),
            ("approve", "head", {"answer": "已增设车位"}),
            ("confirm", "owner", JUDGE),
        ):
            post(client, action, team[who], f"{case}/{action}", {"answers": answers})

    def queue(n: int, client: Client) -> None:
        client.send(
            "queue", "GET", "/api/v1/cases?limit=50", None, _headers(teams[n]["dispatcher"])
        )

    def desk(n: int, client: Client) -> None:
        client.send("desk", "GET", "/cases/?box=live", None, _headers(teams[n]["dispatcher"]))

    def inbox(n: int, client: Client) -> None:
        client.send("inbox", "GET", "/cases/?box=mine", None, _headers(teams[n]["clerk"]))

    def search(n: int, client: Client) -> None:
        path = "/api/v1/cases?limit=50&q=%E5%81%9C%E8%BD%A6%E9%9A%BE%EF%BC%887"
        client.send("search", "GET", path, None, _headers(teams[n]["dispatcher"]))

    return {"life": life, "queue": queue, "desk": desk, "inbox": inbox, "search": search}


def helpdesk(site: Mapping[str, Any]) -> dict[str, Live]:
    """create → assign → reply (resolved) → close: its own web forms, redirects not followed, and reads.

    Generous: a person's browser would fetch the ticket's page after each; here nobody does.
    """
    session, queue_id, owner = site["session"], site["queue"], site["owner"]

    def form(client: Client, task: str, path: str, values: Mapping[str, Any]) -> str:
        body = "&".join(f"{name}={value}" for name, value in values.items()).encode()
        headers = {**_headers(session), "Content-Type": "application/x-www-form-urlencoded"}
        _content, answer = client.send(task, "POST", path, body, headers, good=(302,))
        return answer.get("Location", "") or answer.get("location", "")

    def life(n: int, client: Client) -> None:
        place = form(
            client, "create", "/tickets/submit/",
            {
                "queue": queue_id, "title": f"parking{n}", "body": "no+place+to+park",
                "priority": 3, "submitter_email": "a@example.com",
            },
        )  # fmt: skip
        found = re.search(r"/tickets/(\d+)/", place)
        if found is None:
            client.errors.append(f"create: sent to {place}")
            raise ValueError(place)
        update = f"/tickets/{found[1]}/update/"
        same = {"owner": owner, "title": f"parking{n}", "queue": queue_id, "priority": 3}
        form(client, "assign", update, {**same, "new_status": 1, "comment": ""})
        form(
            client,
            "reply",
            update,
            {**same, "new_status": 3, "comment": "done", "public": 1},
        )
        form(client, "close", update, {**same, "new_status": 4, "comment": "closed"})

    def queue(_n: int, client: Client) -> None:
        client.send("queue", "GET", site["list"], None, _headers(session))

    def search(_n: int, client: Client) -> None:
        client.send("search", "GET", site["search"], None, _headers(session))

    return {"life": life, "queue": queue, "search": search}
