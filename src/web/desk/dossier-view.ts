// In: the record of an event, who its people were then. Out: what the dossier's page prints, every value as text.
// Must not name a person as they are now: names and organisations are those of the moment.
import { linkTo } from '../../core/network.ts'
import { formatBeijing, type Instant } from '../../core/instant.ts'
import { ROLE_NAMES } from '../../core/people/roles.ts'
import type { DossierDelivery, DossierRecord } from '../../store/dossier.ts'
import type { DossierEntry } from '../../store/dossier-list.ts'
import type { PeopleThen } from '../../store/people/history.ts'
import { DELIVERY_WORDS, KIND_NAMES, nameOutlet, writeSpeed } from './board/words.ts'
import { checkRows } from './dossier-chain.ts'
import { describeOrigin, orderMoments, type Moment } from './dossier-timeline.ts'
import type { ChainCheck } from './journal-check.ts'
import { describeCheck } from './journal-routes.ts'

const PART_NAMES = { received: '收到', decided: '决定', said: '发布', alarm: '告警' } as const
const LIST_NAMES: Readonly<Record<string, string>> = {
  reports: '测定结果',
  decisions: '判定',
  holds: '待核',
  notices: '公告',
  deliveries: '发布任务',
  alarms: '告警',
  journal: '留痕',
}

export function viewEntry(entry: DossierEntry): Record<'id' | 'title' | 'at' | 'serial', string> & { drill: boolean } {
  const { id, place, magnitude, originAt, serial } = entry
  return {
    id,
    drill: entry.class === 'drill',
    title: `${place === '' ? '无测定结果' : place}${magnitude === null ? '' : ` ${magnitude.toFixed(1)} 级`}`,
    at: originAt === null ? '' : formatBeijing(originAt),
    serial: serial ?? '',
  }
}

/** With a fraction: of two things within one second the order must be seen. */
const writeAt = (at: Instant | null): string =>
  at === null ? '' : `${formatBeijing(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`

/** Everything templates/desk/dossier.liquid prints. */
export function viewDossier(
  record: DossierRecord,
  people: PeopleThen,
  { check, reader, at }: { check: ChainCheck; reader: string; at: Instant },
): object {
  const name = (id: string, then: Instant): string => {
    const person = people(id, then)
    return person ? `${person.name}（${person.organisation}）` : id === 'system' ? '自动' : id
  }
  const { quake, reports } = record
  const moments = orderMoments(record)
  const last = reports.findLast(({ magnitude }) => magnitude !== null) ?? reports.at(-1)
  return {
    id: quake.id,
    drill: quake.class === 'drill',
    title: last === undefined ? '无测定结果' : describeOrigin(last),
    also: record.ids.slice(1),
    mergedInto: quake.mergedInto ?? '',
    reader,
    printed: formatBeijing(at),
    cut: record.cut.map((list) => LIST_NAMES[list] ?? list),
    chain: describeChains(record, check),
    moments: moments.map((one) => ({
      at: writeAt(one.at),
      part: PART_NAMES[one.part],
      what: one.what,
      detail: one.detail,
      by: name(one.by, one.at),
    })),
    raws: record.raws.map((raw) => ({
      id: String(raw.id),
      source: raw.source,
      transport: raw.transport,
      at: writeAt(raw.receivedAt),
      size: `${raw.size} 字节`,
      sha256: raw.sha256,
    })),
    notices: record.notices.map((notice) => ({
      serial: notice.serial,
      kind: KIND_NAMES[notice.kind as keyof typeof KIND_NAMES] ?? notice.kind,
      title: notice.title,
      text: notice.text,
      issued: writeAt(notice.issuedAt),
      by: name(notice.actor, notice.issuedAt),
      rule: notice.rule,
      authorisation: notice.authorisation ?? '',
      review: [notice.level, notice.secrecy].filter((text) => text !== '').join('；'),
      deliveries: record.deliveries
        .filter((delivery) => delivery.notice === notice.id)
        .map((delivery) => viewDelivery(delivery, notice.decidedAt)),
    })),
    people: listPeople(record, moments, people),
    journal: record.journal.map((row) => ({
      id: String(row.id),
      at: writeAt(row.at),
      actor: name(row.actor, row.at),
      act: row.act,
      subject: row.subject,
      detail: JSON.stringify(row.detail),
      seal: row.seq === null ? '待封' : String(row.seq),
      hash: row.hash ?? '',
    })),
  }
}

function viewDelivery(delivery: DossierDelivery, decidedAt: Instant): Record<string, string> {
  const wasUnknown = delivery.attempts.some(({ outcome }) => outcome === 'unknown' || outcome === 'lost')
  const took = (at: Instant | null): string => (at === null ? '' : `${writeAt(at)}（${writeSpeed(at - decidedAt)}）`)
  return {
    name: nameOutlet(delivery.channel, delivery.leg, delivery.outlet),
    state: DELIVERY_WORDS[delivery.state].name,
    accepted: took(delivery.acceptedAt),
    seen: took(delivery.seenAt),
    url: delivery.url ?? '',
    link: linkTo(delivery.url),
    ref: [delivery.ref, delivery.job].filter((text) => text !== '').join(' '),
    reason: delivery.reason,
    attempts: String(delivery.attempts.length),
    unknown: wasUnknown ? (delivery.state === 'unknown' ? '曾为未知，尚未核清' : '曾为未知，见时间线') : '',
  }
}

/** Everybody who did something, as they were when they first did. */
function listPeople(
  record: DossierRecord,
  moments: readonly Moment[],
  people: PeopleThen,
): Record<'id' | 'name' | 'organisation' | 'roles', string>[] {
  const acted = [
    ...record.journal.map(({ actor, at }) => ({ id: actor, at })),
    ...moments.map(({ by, at }) => ({ id: by, at })),
  ].toSorted((a, b) => a.at - b.at)
  const seen = new Set<string>()
  return acted.flatMap(({ id, at }) => {
    const person = seen.has(id) ? null : people(id, at)
    seen.add(id)
    if (person === null) return []
    const roles = person.roles.map((role) => ROLE_NAMES[role]).join('、')
    return [{ id, name: person.name, organisation: person.organisation, roles }]
  })
}

function describeChains(
  record: DossierRecord,
  check: ChainCheck,
): { line: string; holds: boolean; walking: boolean }[] {
  const { sealed, open, broken } = checkRows(record.journal)
  const own =
    broken.length === 0
      ? `本卷留痕 ${sealed} 条逐条核对，与封存一致${open === 0 ? '' : `；另有 ${open} 条待封`}`
      : `本卷留痕与封存时不符：第 ${broken.join('、')} 号`
  const { chain, holds, walking } = describeCheck(check)
  return [
    { line: own, holds: broken.length === 0, walking: false },
    ...(chain === '' ? [] : [{ line: `全部留痕 · ${chain}`, holds, walking }]),
  ]
}
