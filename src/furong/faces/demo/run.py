"""`furong demo`: from nothing to a district in the browser."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from furong.faces.demo.population import SEED, Population
from furong.faces.demo.progress import stage
from furong.faces.demo.serving import is_loopback, require_free, serve
from furong.faces.demo.state import StateFolder
from furong.packs import PackErrors, Problem, load
from furong.packs.chain import locate

if TYPE_CHECKING:
    from furong.faces.demo.casting import Person

FOLDER = Path("var/demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says. size, seed: None where it says nothing."""

    pack: str
    size: int | None = None
    seed: int | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    reset: bool = False
    serve: bool = True


def run(options: Options) -> None:
    """Makes the district where there is none, and serves it. Raises Refusal, PackErrors."""
    if options.serve:
        require_free(options.host, options.port)
    folder = _located(options.pack)
    state = StateFolder.hold(Path(os.environ.get("FURONG_STATE") or FOLDER).absolute())
    if options.reset:
        state.reset()
    _configure(state, folder, options)
    people = _prepare(folder, options)
    if options.serve:
        if not is_loopback(options.host):
            _say("注意：演示免密登录，能访问这个地址的人都能进入。")
        serve(options.host, options.port, ready=lambda: _announce(options, people))


def _located(pack: str) -> Path:
    folder = locate(pack)
    if isinstance(folder, Problem):
        raise PackErrors([folder])
    return folder


def _configure(state: StateFolder, folder: Path, options: Options) -> None:
    """The demonstration's own settings, whatever the environment says of a real installation."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "furong.config.settings",
        "DATABASE_URL": f"sqlite:///{state.database}",
        "FURONG_STATE": str(state.path),
        "FURONG_SECRET_KEY": state.secret(),
        "FURONG_PACK": str(folder),
        "FURONG_DEMO": "1",
        "FURONG_DEBUG": "0",
        "FURONG_HTTPS": "0",
        "FURONG_HOSTS": "127.0.0.1,localhost,[::1]" if is_loopback(options.host) else "*",
    }
    for name in ("FURONG_PERSONAL_KEY", "FURONG_BLIND_KEY", "FURONG_ERASURES", "FURONG_ORIGINS"):
        os.environ.pop(name, None)
    import django

    django.setup()


def _prepare(folder: Path, options: Options) -> "Sequence[Person]":
    """The database and the static files as they should be; who can log in."""
    from django.db import connection

    from furong.apps.base import clock
    from furong.faces.demo import seeding
    from furong.faces.demo.casting import Casting
    from furong.faces.demo.disputing import disagree
    from furong.faces.demo.preparing import collect_static, migrate

    migrate()
    collect_static()
    wanted = seeding.Wanted(folder.name, options.size, options.seed)
    batch = seeding.held()
    if batch is not None:
        seeding.require_same(batch, wanted)
    if batch is None or batch.finished_at is None:
        if batch is not None:
            _say("上次没有登记完，接着登记。")
        with stage("读内容包"):
            pack = load(folder)
        seed = batch.mapping["seed"] if batch else SEED if options.seed is None else options.seed
        population = Population(pack, seed)
        batch = seeding.seed(pack, wanted, population)
        with stage("几处说法不一的事实"):
            disagree(at=seeding.begins(pack, population))
    else:
        seeding.bring_up_to_date(batch, folder, at=clock.now())
    connection.close()
    return Casting.read(map(Path, batch.mapping["folders"])).people


def _announce(options: Options, people: "Sequence[Person]") -> None:
    host = f"[{options.host}]" if ":" in options.host else options.host
    lines = ["", f"示例区已就绪：http://{host}:{options.port}/", ""]
    lines += [f"  {person.name}：{person.look}" for person in people]
    lines += [
        "",
        f"公开的政策页，不用登录：http://{host}:{options.port}/p/",
        "按 Ctrl+C 停止。",
        "",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
