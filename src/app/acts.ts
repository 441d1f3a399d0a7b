// In: the installation's parts. Out: the table of what runs when (schedule.ts runs it).
// Must not do the work itself: each line calls one function of its room.
import type { Pool } from 'pg'
import { DAY, type Instant } from '../core/instant.ts'
import type { Policy } from '../core/judgement/policy.ts'
import { findStale, type SightedQuake, type SourceHealth } from '../feeds/freshness.ts'
import type { Ledger } from '../publish/ledger.ts'
import type { Act } from '../schedule.ts'
import { forgetSent, sendMessages } from '../rumour/agencies/messages.ts'
import { placeLeftOver, type MatchContext } from '../rumour/matching.ts'
import { watchQuestions } from '../rumour/questions.ts'
import { forgetOrigins } from '../rumour/senders.ts'
import { watchChecks } from '../rumour/checks/settle.ts'
import { forgetContacts, watchClaims } from '../rumour/watch.ts'
import { sweepDrill } from '../store/drills.ts'
import { forgetOld } from '../store/forget.ts'
import { tellDesks } from '../store/listen.ts'
import { forgetOriginals } from '../store/rumours/originals.ts'
import { forgetSessions } from '../store/people/sessions.ts'
import { readClock } from '../store/pool.ts'
import { forgetPush } from '../store/push-subscriptions.ts'
import type { ChannelWatch } from './channel-watch.ts'
import type { InstallationClock } from './clock.ts'
import { watchAuthorisations } from './authorisations.ts'
import { watchDeadlines, type DeadlineContext } from './deadlines.ts'
import { watchEvidence } from './evidence-watch.ts'
import { exportHead } from './journal-heads.ts'
import type { Partners } from './partners.ts'
import { watchPublicPages } from './rumours.ts'

export interface ActsContext {
  pool: Pool
  ledger: Ledger
  clock: InstallationClock
  dataFolder: string
  health: () => SourceHealth[]
  alarm: (kind: string, subject: string, message: string) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
  clearOthers: (kind: string, standing: readonly string[]) => Promise<void>
  /** Lets out drafts whose time has come, or hands them to a person. */
  releaseDue: () => Promise<void>
  /** The time limits of events, as configured. */
  deadlines: DeadlineContext['rules']
  rumours: MatchContext
  /** Writes down how far the installation's clock is ahead, where it has moved. */
  noteClock: () => Promise<void>
  partners: Partners
  /** What people must know of outlets: credentials that end, accounts without an entry. */
  channels: Pick<ChannelWatch, 'look' | 'inspect' | 'tidy'>
  /** As it stands now. */
  policy: () => Policy
  /** Builds the public lists anew. */
  refreshLists: () => Promise<void>
  log: { info: (fields: object, message: string) => void }
}

/** Quota windows are a day, doors remember ids for two: older rows of either are of no use to anyone. */
const KEEP_MS = 3 * DAY

/** What runs when. */
export function listActs(context: ActsContext): Act[] {
  const stale = new Set<string>()
  const lookAtPages = watchPublicPages(context.rumours)
  return [
    { name: 'freshness', cron: '*/5 * * * * *', run: () => alarmStale(context, stale) },
    { name: 'drafts', cron: '*/2 * * * * *', run: context.releaseDue },
    { name: 'database-clock', cron: '15 * * * * *', run: () => compareClocks(context, Date.now()) },
    { name: 'drill-left-over', cron: '30 * * * * *', run: () => sweepDrill(context.pool, context.clock.realNow()) },
    // Every hour, for a box that is off at midnight: the first of a day writes, the others find it done.
    { name: 'journal-head', cron: '0 5 * * * *', run: () => exportToday(context) },
    { name: 'deadlines', cron: '20 * * * * *', run: () => lookAtDeadlines(context) },
    { name: 'sightings', cron: '* * * * * *', run: () => placeSightings(context) },
    { name: 'questions', cron: '*/10 * * * * *', run: () => watchQuestions(context.rumours, context) },
    { name: 'rumour-checks', cron: '*/3 * * * * *', run: () => watchChecks(context.rumours) },
    { name: 'agencies', cron: '*/5 * * * * *', run: async () => void (await sendMessages(context.partners.agencies)) },
    { name: 'rumours', cron: '*/5 * * * * *', run: () => lookAtRumours(context, lookAtPages) },
    // A look at the box; each outlet is asked once a day, a refused one once an hour.
    { name: 'credentials', cron: '30 */10 * * * *', run: () => watchChannels(context) },
    { name: 'hand-alarms', cron: '*/10 * * * * *', run: context.channels.tidy },
    {
      name: 'authorisations',
      cron: '20 */10 * * * *',
      run: () => watchAuthorisations({ ...context, now: () => context.clock.now('actual') }),
    },
    // What the first page is about ends by the clock alone, a day after the last word.
    { name: 'lists', cron: '45 */10 * * * *', run: context.refreshLists },
    {
      name: 'forget-sessions',
      cron: '0 35 * * * *',
      run: () => forgetSessions(context.pool, context.clock.realNow() - DAY),
    },
    {
      name: 'evidence',
      cron: '0 50 2 * * *',
      run: () => watchEvidence({ ...context, handover: context.partners.handover }),
    },
    { name: 'forget-contacts', cron: '0 40 * * * *', run: async () => void (await forgetContacts(context.rumours)) },
    { name: 'forget-origins', cron: '0 45 * * * *', run: async () => void (await forgetOrigins(context.rumours)) },
    { name: 'forget-originals', cron: '0 30 3 * * *', run: () => forgetOver(context) },
    { name: 'forget-agencies', cron: '0 45 3 * * *', run: () => forgetSent(context.partners.agencies) },
    { name: 'forget', cron: '0 20 3 * * *', run: () => forget(context) },
    { name: 'forget-push', cron: '0 25 3 * * *', run: () => forgetSubscribers(context) },
  ]
}

async function lookAtRumours({ rumours }: ActsContext, lookAtPages: () => Promise<void>): Promise<void> {
  await watchClaims(rumours)
  await lookAtPages()
}

/** More than come in within a second; what is left waits for the next, and so does what would take longer than that. */
const MOST_PLACED = 500
const PLACING_MS = 850

async function placeSightings({ rumours, noteClock }: ActsContext): Promise<void> {
  await noteClock()
  // One hint for all of them: a flood must not keep every desk fetching.
  if ((await placeLeftOver(rumours, MOST_PLACED, PLACING_MS)) > 0) await tellDesks(rumours.pool)
}

/** In small parts: nobody waits for it. */
const MOST_FORGOTTEN = 200

async function forgetOver({ pool, clock, partners }: ActsContext): Promise<void> {
  const given = { ...partners.keep, most: MOST_FORGOTTEN }
  while ((await forgetOriginals(pool, clock.now('actual'), given)) === MOST_FORGOTTEN);
}

async function watchChannels({ channels }: ActsContext): Promise<void> {
  await channels.look()
  await channels.inspect()
}

function forget({ pool, clock }: ActsContext): Promise<void> {
  const now = clock.now('actual')
  return forgetOld(pool, now - KEEP_MS, now)
}

/** The subscribe page promises two years (templates/pages/push.*.yaml); a word can be taken back for some weeks. */
function forgetSubscribers({ pool, clock }: ActsContext): Promise<void> {
  const now = clock.realNow()
  return forgetPush(pool, now - 730 * DAY, now - 90 * DAY)
}

/** Silent or frozen sources alarm once and are cleared when they speak again: silence looks like "no quake" otherwise. */
async function alarmStale(context: ActsContext, stale: Set<string>): Promise<void> {
  const found = findStale(context.health(), listSighted(context), context.clock.realNow())
  const names = new Set(found.map((one) => `${one.state} ${one.source}`))
  for (const one of found.filter((each) => !stale.has(`${each.state} ${each.source}`))) {
    const seconds = Math.round(one.sinceMs / 1000)
    const what = one.state === 'silent' ? '没有应答' : '内容没有变化，而其他来源已有新地震'
    await context.alarm(one.state, one.source, `来源 ${one.source} 已 ${seconds} 秒${what}`)
  }
  for (const name of [...stale].filter((each) => !names.has(each))) {
    const [state = '', source = ''] = name.split(' ')
    await context.clear(state, source)
  }
  stale.clear()
  for (const name of names) stale.add(name)
}

/** Quakes of the last day that some source brought; the measure for a frozen one. */
function listSighted({ ledger, clock }: ActsContext): SightedQuake[] {
  const now = clock.now('actual')
  const ahead = clock.offset()
  return [...ledger.picture().quakes.values()]
    .filter((quake) => quake.class === 'actual' && now - quake.createdAt < DAY && quake.reports.length > 0)
    .map((quake) => ({
      sources: [...new Set(quake.reports.map((r) => r.source))],
      firstSeenAt: quake.createdAt - ahead,
      originTime: (quake.reports[0]?.originTime ?? quake.createdAt) - ahead,
      magnitude: Math.max(...quake.reports.map((r) => r.magnitude?.value ?? 0)),
    }))
}

/** Further apart than this, what falls due on one node falls due on another at another time. */
const APART_MS = 10_000

/**
 * Nodes share no clock but the database's: leases run by it, due times, vetoes and expiries by each node's own. One that
 * is off would let a veto fall early or a quick report expire, so a person is told.
 */
export async function compareClocks(
  { pool, alarm, clear }: Pick<ActsContext, 'pool' | 'alarm' | 'clear'>,
  /** The machine's own clock, never a scenario's. */
  now: Instant,
): Promise<void> {
  const apart = now - (await readClock(pool))
  if (Math.abs(apart) <= APART_MS) return clear('clock', 'database')
  const seconds = Math.round(Math.abs(apart) / 1000)
  await alarm(
    'clock',
    'database',
    `本机时钟比数据库${apart > 0 ? '快' : '慢'} ${seconds} 秒：到期、否决时限和失效会算错，请校时`,
  )
}

/** The chain's head leaves the database once a day, into a file and into the log: a rewritten chain fits neither (DESIGN L5). */
async function exportToday({ pool, dataFolder, clock, log }: ActsContext): Promise<void> {
  const head = await exportHead(pool, dataFolder, clock.realNow())
  if (head) log.info(head, 'head of the journal')
}

function lookAtDeadlines(context: ActsContext): Promise<void> {
  const { ledger, clock, policy, deadlines } = context
  return watchDeadlines({
    ...context,
    policy: policy(),
    rules: deadlines,
    quakes: () => ledger.picture().quakes.values(),
    now: () => clock.now('actual'),
  })
}
