"""The journal as the auditor reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from furong.apps.base.journal_check import Report
from furong.apps.base.models import Batch, Entry
from furong.apps.directory.access import may
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.desk_pages import EntryRow, JournalPage
from furong.faces.web.presenters.parts import Badge, Kpi

RECENT = 30
SHOWN_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verification found, in a word, a sentence and a list."""

    badge: Badge
    text: str
    problems: tuple[str, ...] = ()


def verified(report: Report, kept: str) -> Outcome:
    """The outcome of a check, against a root that the auditor kept or (kept = "") without one."""
    if not report.sound:
        told = tuple(finding.message for finding in report.findings[:SHOWN_FINDINGS])
        found = len(report.findings)
        text = (
            ngettext(
                "发现 %d 处问题，请保全现场，并用审计单位留存的导出文件复核",
                "发现 %d 处问题，请保全现场，并用审计单位留存的导出文件复核",
                found,
            )
            % found
        )
        return Outcome(Badge(_("台账有问题"), "hibiscus", "alert"), text, told)
    entries = figures.count(report.entries)
    if kept:
        text = _("%s 条记录逐条核对一致，与审计单位留存的总根相符") % entries
    else:
        text = _("%s 条记录逐条核对一致；填入留存的总根，可进一步查出整段重写和截断") % entries
    return Outcome(Badge(_("未发现改动"), "jade", "check"), text)


def misread(why: str) -> Outcome:
    """The kept root was not written as roots are."""
    return Outcome(Badge(_("没有核验"), "hibiscus", "alert"), why)


def journal_page(outcome: Outcome | None, kept: str, *, reader: User, at: datetime) -> JournalPage:
    last = Batch.objects.order_by("number").last()
    sealed, batches = (last.last, last.number) if last else (0, 0)
    unsealed = Entry.objects.unsealed().count()
    return JournalPage(
        root=f"{last.root}@{last.last}" if last else "",
        sealed_at=figures.moment(last.sealed_at) if last else "",
        algorithm=last.algorithm.upper() if last else "",
        kpis=[
            Kpi(_("已封存记录"), figures.count(sealed), _entries(sealed)),
            Kpi(
                _("待封存"),
                figures.count(unsealed),
                _entries(unsealed),
                tone="amber" if unsealed else "",
            ),
            Kpi(_("批次"), figures.count(batches), ngettext("批", "批", batches)),
        ],
        entries=_recent(Names(reader, at)),
        status=outcome.badge if outcome else Badge(""),
        status_text=outcome.text if outcome else "",
        problems=outcome.problems if outcome else (),
        given_root=kept,
    )


def _entries(number: int) -> str:
    return npgettext("entries", "条", "条", number)


def _recent(names: "Names") -> list[EntryRow]:
    entries = list(Entry.objects.order_by("-recorded_at", "-id")[:RECENT])
    names.learn(entries)
    return [
        EntryRow(
            position=figures.count(entry.position) if entry.position else "",
            at=figures.moment(entry.recorded_at),
            verb=verb_label(entry.verb),
            about=_about(entry, names),
            about_id="" if entry.about_id == SEVERAL else entry.about_id,
            by=names.of(USER, str(entry.actor_id)) if entry.actor_id else entry.actor_label,
            by_id=str(entry.actor_id or ""),
            digest=entry.leaf[:12],
        )
        for entry in entries
    ]


USER, SUBJECT, SEVERAL = "directory.user", "registry.subject", "several"
SHORT = 8  # characters of an id that stands for a thing without a name


class Names:
    """What people and subjects are called, as far as the reader may see them; else a short id."""

    def __init__(self, reader: User, at: datetime) -> None:
        self.reader, self.at = reader, at
        self._known: dict[tuple[str, str], str] = {}

    def learn(self, entries: Iterable[Entry]) -> None:
        """Look up all that the entries name."""
        ids: dict[str, set[UUID]] = {USER: set(), SUBJECT: set()}
        for entry in entries:
            if entry.actor_id:
                ids[USER].add(entry.actor_id)
            if entry.about_type in ids and (one := _uuid(entry.about_id)):
                ids[entry.about_type].add(one)
        users = User.objects.filter(pk__in=ids[USER])
        if not may(self.reader, "directory.view", at=self.at):
            users = users.none()
        subjects = Subject.objects.visible_to(self.reader, self.at).filter(pk__in=ids[SUBJECT])
        self._known |= {(USER, str(pk)): name for pk, name in users.values_list("pk", "name")}
        self._known |= {(SUBJECT, str(pk)): name for pk, name in subjects.values_list("pk", "name")}

    def of(self, kind: str, key: str) -> str:
        return self._known.get((kind, key)) or (key[:SHORT] if _uuid(key) else key)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _about(entry: Entry, names: Names) -> str:
    label = about_label(entry.about_type)
    if entry.about_id == SEVERAL:
        return _("%s · 多家") % label
    return f"{label} · {names.of(entry.about_type, entry.about_id)}"


def verb_label(verb: str) -> str:
    """A verb in words; a verb without words as it is."""
    return {
        "authorisation.confirm": _("确认授权书"),
        "authorisation.end": _("终止授权"),
        "authorisation.expire": _("授权到期"),
        "authorisation.export": _("导出授权书"),
        "authorisation.invite": _("邀请办事人员"),
        "authorisation.join": _("授权书对上企业"),
        "authorisation.look": _("查看授权书"),
        "authorisation.refuse": _("退回授权书"),
        "authorisation.request": _("提交授权书"),
        "authorisation.ring": _("查看手机号"),
        "authorisation.withdraw": _("撤回授权书"),
        "case.migrate": _("办理流程换版"),
        "clock.set": _("调整时钟"),
        "demo.seed": _("装入示例数据"),
        "errand.ask": _("请代办"),
        "errand.cancel": _("取消代办"),
        "errand.do": _("代企业提交"),
        "errand.object": _("对代办提出异议"),
        "policies.install": _("政策入库"),
        "organisations.sync": _("更新单位"),
        "zones.sync": _("更新区域"),
        "fact.settle": _("核实事实"),
        "file.store": _("存入文件"),
        "grant.give": pgettext("act", "授权"),
        "grant.revoke": _("收回授权"),
        "pack.apply": _("安装内容包"),
        "procedure.install": _("安装办理流程"),
        "procedure.migrate": _("在办件迁移到新版流程"),
        "subject.complete": _("补全登记"),
        "subject.export": _("导出服务对象"),
        "subject.import": _("导入服务对象"),
        "subject.merge": _("合并服务对象"),
        "subject.register": _("登记服务对象"),
        "subject.relate": _("登记关联"),
        "subject.state": _("记录事实"),
        "subject.unrelate": _("解除关联"),
        "subject.unmask": _("查看个人信息"),
        "user.appoint": pgettext("act", "任职"),
        "user.create": _("新增用户"),
        "user.register": _("自行登记"),
        "notice.deliver": _("外发通知"),
        "notice.export": _("导出通知与转发"),
        "notice.forward": _("转发"),
        "notice.read": _("阅读消息"),
        "notice.retry": _("重发通知"),
        "notice.send": _("发通知"),
    }.get(verb, verb)


def about_label(kind: str) -> str:
    """What an entry is about, in words; a thing without words as it is named in the journal."""
    return {
        "base.districtclock": _("时钟"),
        "base.installation": _("本系统"),
        "base.storedfile": _("文件"),
        "cases.case": _("事项"),
        "cases.procedureversion": _("办理流程"),
        "directory.grant": _("授权"),
        "directory.user": _("用户"),
        "handlers.authorisation": _("授权书"),
        "handlers.errand": _("代办"),
        "handlers.invitation": _("邀请"),
        "notices.inbox": _("消息"),
        "notices.notice": _("通知"),
        "notices.outbox": _("外发通知"),
        "pack": _("内容包"),
        "registry.dispute": _("事实争议"),
        "registry.factentry": _("事实记录"),
        "registry.importbatch": _("导入批次"),
        "registry.relation": _("关联"),
        "registry.subject": _("服务对象"),
        "registry.subjects": _("服务对象"),
    }.get(kind, kind)
