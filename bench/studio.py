"""`python -m bench.studio [--quick] [--json]`: what a keystroke in the policy studio costs, and a page
of an enterprise's own.

A demonstration's district is made in a folder that is thrown away (100,000 subjects, with --quick
12,000). A draft of three conditions is then tried through the whole web stack, each time with a
threshold that was never tried before, as when somebody types; and a revision of an issued policy
beside the version in force.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from http import HTTPStatus
from statistics import median

from django.test import Client

from bench.rules.measure import Clock, machine

SUBJECTS, QUICK = 100_000, 12_000
KEYSTROKES = 30
FORM = {
    "title": "稳岗补贴",
    "kinds": ["enterprise", "individual_business"],
    "door": "application",
    "c0-id": "c0", "c0-label": "人数", "c0-way": "when",
    "c0-l0-fact": "staff", "c0-l0-operator": "le",
    "c1-id": "c1", "c1-label": "规模", "c1-way": "when",
    "c1-l0-fact": "size_class", "c1-l0-operator": "in", "c1-l0-value": ["small", "micro"],
    "c2-id": "c2", "c2-label": "裁员率", "c2-way": "when",
    "c2-l0-fact": "layoff_rate", "c2-l0-operator": "le", "c2-l0-value": "0.055",
    "b-kind": "subsidy", "b-mode": "product", "b-fact": "insured_headcount", "b-rate": "500",
    "b-cap": "100000",
    "d-title": "实施办法", "d-level": "district",
}  # fmt: skip


def main() -> int:
    options = _options()
    size = options.size or (QUICK if options.quick else SUBJECTS)
    with tempfile.TemporaryDirectory(prefix="furong-bench-") as state:
        environment = {
            "FURONG_STATE": state,
            "FURONG_DEMO": "1",
            "FURONG_SECRET_KEY": "bench" * 10,
            "DJANGO_SETTINGS_MODULE": "furong.config.settings",
        }
        os.environ.update(environment)
        command = [sys.executable, "-m", "furong.faces.cli", "demo", "--no-serve"]
        subprocess.run([*command, "--size", str(size)], check=True, stdout=subprocess.DEVNULL)
        for name, clock in _measured().items():
            line = {"task": name, "subjects": size, **_milliseconds(clock), **machine()}
            print(json.dumps(line) if options.json else _shown(line))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.studio", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} subjects")
    parser.add_argument("--size", type=int, help="another number of subjects")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser.parse_args()


def _measured() -> dict[str, Clock]:
    import django

    django.setup()
    from django.test import Client
    from django.test.utils import setup_test_environment

    from furong.apps.base import clock as district
    from furong.apps.directory.models import Grant
    from furong.apps.policies.actions import open_draft

    setup_test_environment()
    at = district.now()
    officer = Grant.objects.in_force(at).filter(capacity="policy_officer")[0].user
    client = Client()
    client.force_login(officer)
    found = {}
    for name, code in (("new policy", "BENCH"), ("revision", "CS03")):
        draft = open_draft(code, by=officer, at=at)
        found[name] = _typed(client, f"/studio/{draft.pk}/try/", first=20)
    owner = Grant.objects.in_force(at).filter(capacity="owner")[0].user
    client.force_login(owner)
    found["enterprise page"] = _looked_at(client, "/mine/")
    return found


def _looked_at(client: Client, url: str) -> Clock:
    """The page again and again; the first time, which makes the rulebook, is not counted."""
    clock = Clock.idle()
    for n in range(KEYSTROKES + 1):
        response = clock.time(partial(client.get, url)) if n else client.get(url)
        if response.status_code != HTTPStatus.OK:
            sys.exit(f"{url}: {response.status_code}")
    return clock


def _typed(client: Client, url: str, *, first: int) -> Clock:
    """One keystroke after the other; the first, which makes the sweeps, is not counted."""
    clock = Clock.idle()
    for n in range(KEYSTROKES + 1):
        typed = partial(client.post, url, {**FORM, "c0-l0-value": str(first + n)})
        response = clock.time(typed) if n else typed()
        page = response.content.decode()
        if response.status_code != HTTPStatus.OK or "kpi-value" not in page:
            sys.exit(f"nothing was counted: {response.status_code}\n{page[:2000]}")
    return clock


def _milliseconds(clock: Clock) -> dict[str, int]:
    return {
        "wall_median_ms": round(1000 * median(clock.wall)),
        "wall_worst_ms": round(1000 * max(clock.wall)),
        "cpu_median_ms": round(1000 * median(clock.cpu)),
    }


def _shown(line: dict[str, object]) -> str:
    return (
        f"{line['task']:<16} {line['subjects']:>9,} subjects   "
        f"wall {line['wall_median_ms']} ms (worst {line['wall_worst_ms']})   "
        f"CPU {line['cpu_median_ms']} ms   load {line['load']}"
    )


if __name__ == "__main__":
    sys.exit(main())
