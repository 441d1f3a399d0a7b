// In: the record and the stand-ins' ledgers after a replay. Out: what was said, and what each outlet really showed of it.
// Must not take the program's word for what the public saw: ledgers and stored pages only.
import type { Pool } from 'pg'
import { HOUR, MINUTE, type Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { listNotices, type NoticeView } from '../store/notices.ts'
import { DRILL_PATH } from '../store/pages.ts'
import type { LedgerEntry } from '../town/ledger.ts'
import type { Town } from '../town/town.ts'
import { collectHeard, type Heard } from './replay-heard.ts'
import type { Running } from './replay-running.ts'

/** One post of a notice as an outlet received it. */
export interface Shown {
  at: Instant
  /** Title and text, without markup. */
  text: string
}

export interface SaidNotice {
  id: string
  code: string
  kind: string
  class: TrafficClass
  title: string
  serial: string
  issuedAt: Instant
  receivedAt: Instant
  deliveries: { outlet: string; channel: string; state: string; reason: string; acceptedAt: Instant | null }[]
  /** By outlet id; every post that was ever visible. */
  shown: Record<string, Shown[]>
}

export interface Evidence {
  notices: SaidNotice[]
  /** In order of time, with every gate that held the quake in turn. */
  holds: { gate: string; reason: string }[]
  /** Gates of decisions that recorded or waited, rules of refused rows, `door:<rule>`. */
  setAside: string[]
  alarms: string[]
  /** Standing alarms that never rang; with a word for all when not one reached an alarm outlet's ledger. */
  unrung: string[]
  /** What stands in a ledger and belongs to no notice and no alarm. */
  strays: string[]
  /** What came of rumours that were told. */
  heard: Heard
  faults: string[]
}

/** The part of a configuration that tells where an outlet's posts are to be found. */
interface OutletPlace {
  id: string
  class: TrafficClass
  channel: string
}

const MOST = 300
/** Alarms ring by a timer of real time, every half second. */
const RING_MS = 5_000
const LOOK_MS = 50

/** Gathers what came of a replay. */
export async function collectEvidence(pool: Pool, town: Town, running: Running): Promise<Evidence> {
  const outlets = running.config.outlets.map((o) => ({ id: o.id, class: o.class, channel: o.channel.name }))
  const standing = running.app ? await waitForRings(pool, town) : { count: 0, unrung: [] }
  const { notices, strays, rings } = await collectNotices(pool, town, outlets, 'actual')
  const holds = await pool.query<{ gate: string; reason: string }>(
    `select detail->>'gate' as gate, detail->>'reason' as reason from journal where act in ('hold.open', 'hold.veto') order by id`,
  )
  const aside = await pool.query<{ gate: string }>(
    `select gate from decision where act in ('record', 'wait') and gate <> '' group by gate
     union select rule from refused_row`,
  )
  const alarms = await pool.query<{ message: string }>('select message from alarm order by raised_at, id')
  return {
    notices,
    strays,
    heard: await collectHeard(pool, 'actual'),
    holds: holds.rows,
    setAside: [...aside.rows.map((row) => row.gate), ...running.refusals],
    alarms: alarms.rows.map((row) => row.message),
    unrung: standing.count > 0 && rings === 0 ? ['none stands in any ledger', ...standing.unrung] : standing.unrung,
    faults: running.faults,
  }
}

/** Waits until every standing alarm was taken up once, and the first of them has arrived. */
async function waitForRings(pool: Pool, town: Town): Promise<{ count: number; unrung: string[] }> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const { rows } = await pool.query<{ message: string; sent: number }>(
      'select message, sent from alarm where cleared_at is null and acknowledged_at is null',
    )
    const unrung = rows.filter((row) => row.sent === 0).map((row) => row.message)
    const arrived = rows.length === 0 || readMessages(town).some((post) => post.alarm)
    if ((unrung.length === 0 && arrived) || waited >= RING_MS) return { count: rows.length, unrung }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** Notices of one lane with their posts, oldest first; and ledger entries that belong to nothing known. */
export async function collectNotices(
  pool: Pool,
  town: Town,
  outlets: readonly OutletPlace[],
  lane: Exclude<TrafficClass, 'test'>,
): Promise<{ notices: SaidNotice[]; strays: string[]; rings: number }> {
  const views = (await listNotices(pool, { class: lane, limit: MOST })).toReversed()
  const ordered = views.toSorted(
    (a, b) => a.issuedAt - b.issuedAt || a.serial.localeCompare(b.serial) || a.report - b.report,
  )
  const places = outlets.filter((o) => o.class === lane)
  const posts = await readPosts(town)
  const notices = await Promise.all(ordered.map((view) => describe(view, places, posts, pool, lane)))
  const known = new Set(ordered.map((view) => view.code))
  const strays = posts.filter((post) => !post.alarm && !post.codes.some((code) => known.has(code)))
  const rings = posts.filter((post) => post.alarm).length
  return { notices, rings, strays: strays.map((post) => `${post.channel}: ${post.text.slice(0, 80)}`) }
}

async function describe(
  view: NoticeView,
  places: readonly OutletPlace[],
  posts: readonly Post[],
  pool: Pool,
  lane: TrafficClass,
): Promise<SaidNotice> {
  const shown: Record<string, Shown[]> = {}
  for (const place of places) {
    shown[place.id] =
      place.channel === 'website'
        ? await readPage(pool, view, lane)
        : posts.filter((post) => post.channel === place.channel && post.codes.includes(view.code) && !post.alarm)
  }
  return {
    id: view.id,
    code: view.code,
    kind: view.kind,
    class: view.class,
    title: view.title,
    serial: `${view.serial} 第${view.report}报`,
    issuedAt: view.issuedAt,
    receivedAt: view.receivedAt,
    deliveries: view.deliveries.map(({ outlet, channel, state, cause, acceptedAt }) => ({
      outlet,
      channel,
      state,
      reason: cause,
      acceptedAt,
    })),
    shown,
  }
}

/** The notice's own page as the public process would serve it; the delivery's time is when it could be read. */
async function readPage(pool: Pool, view: NoticeView, lane: TrafficClass): Promise<Shown[]> {
  const path = `${lane === 'drill' ? DRILL_PATH : ''}/n/${view.code}`
  const { rows } = await pool.query<{ body: Buffer }>('select body from page where path = $1 and status = 200', [path])
  const at = view.deliveries.find((d) => d.channel === 'website')?.acceptedAt ?? view.issuedAt
  // Names of other pages (修订、更正与撤回) say nothing about this notice.
  return rows.map((row) => ({ at, text: stripMarkup(row.body.toString('utf8').replace(/<nav[\s\S]*?<\/nav>/g, '')) }))
}

interface Post extends Shown {
  channel: string
  /** Short codes of notices it names as its own address. */
  codes: string[]
  alarm: boolean
}

const CODE = /\/n\/([0-9A-Za-z]{8})(?![0-9A-Za-z])/g

const listVisible = (entries: readonly LedgerEntry[]): LedgerEntry[] => entries.filter((e) => e.visibleFrom !== null)

async function readPosts(town: Town): Promise<Post[]> {
  const { weibo, wechat } = town.stands
  const articles = await Promise.all(listVisible(wechat.ledger()).map(readArticle))
  return [
    ...listVisible(weibo.ledger()).map((e) => toPost('weibo', e, e.text, false)),
    ...articles,
    ...readMessages(town),
  ]
}

/** What was sent to few: the only outlets that alarms go to. */
function readMessages(town: Town): Post[] {
  const { webhook, robots } = town.stands
  return [
    ...listVisible(webhook.ledger()).map(readMessage),
    ...listVisible(robots.ledger()).map((e) => toPost('robot', e, e.text, /编号 a-/.test(e.text))),
  ]
}

function toPost(channel: string, entry: LedgerEntry, text: string, alarm: boolean): Post {
  const codes = [...text.matchAll(CODE)].map((match) => match[1] ?? '')
  return { channel, at: entry.visibleFrom ?? entry.at, text: `${entry.title}\n${text}`.trim(), codes, alarm }
}

/** The article's page, as a reader opens it. */
async function readArticle(entry: LedgerEntry): Promise<Post> {
  const page = entry.url === null ? '' : await (await fetch(entry.url)).text()
  const post = toPost('wechat', entry, stripMarkup(page), false)
  return {
    ...post,
    codes: [entry.ids['sourceUrl'] ?? ''].flatMap((url) => [...url.matchAll(CODE)].map((m) => m[1] ?? '')),
  }
}

function readMessage(entry: LedgerEntry): Post {
  const body = JSON.parse(entry.text) as { notice?: { code: string; title: string; text: string } }
  if (!body.notice) return toPost('webhook', entry, entry.text, true)
  const { code, title, text } = body.notice
  return { channel: 'webhook', at: entry.at, text: `${title}\n${text}`, codes: [code], alarm: false }
}

function stripMarkup(html: string): string {
  return html
    .replace(/<(?:style|script)[^>]*>[^<]*<\/(?:style|script)>/g, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
}

/** How long the slowest outlet took from the determination's arrival, in words; '—' when nothing was said. */
export function describeSlowest(notices: readonly SaidNotice[]): string {
  const spans = notices.flatMap((notice) => {
    // A withdrawal is about a determination that arrived long before.
    const from = notice.kind === 'withdrawal' ? notice.issuedAt : notice.receivedAt
    return Object.values(notice.shown).flatMap((posts) => posts.map((post) => post.at - from))
  })
  if (spans.length === 0) return '—'
  const ms = Math.max(...spans)
  return ms >= HOUR
    ? `${(ms / HOUR).toFixed(1)} h`
    : ms >= MINUTE
      ? `${(ms / MINUTE).toFixed(1)} min`
      : `${(ms / 1000).toFixed(1)} s`
}
