// In: official forecasts as staff enter, agree to and end them. Out: the register, each row by two persons, one of whom leads.
// Must not hold what no document says: issuer, document, area and time are asked for, and the register is empty until somebody enters.
import { HOUR, type Instant } from '../../core/instant.ts'
import {
  findForecastFault,
  readArea,
  readForecastState,
  type ForecastKind,
} from '../../core/rumour/checks/official-forecast.ts'
import type { Span } from '../../core/rumour/figures.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { findAccount } from '../../store/people/accounts.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { hastenChecks } from '../../store/rumours/checks.ts'
import {
  addForecast,
  askForecastEnd,
  decideForecast,
  endForecast,
  listForecastsInForce,
  lockForecast,
} from '../../store/rumours/forecasts.ts'
import { refuse, tidy, type Person, type Refused, type RumourContext } from '../context.ts'

/** As typed; times are null where they are no time. */
export interface GivenForecast {
  kind: ForecastKind
  issuer: string
  document: string
  url: string
  publishedAt: Instant | null
  area: string
  from: Instant | null
  until: Instant | null
  /** '' where the document names none. */
  low: string
  high: string
  words: string
}

export type Entered = { ok: true; id: string } | Refused

const isLead = ({ roles }: Pick<Person, 'roles'>): boolean => roles.includes('lead')

/** Puts one on record; it counts from when a second person has agreed. */
export function enterForecast(context: RumourContext, given: GivenForecast, person: Person): Promise<Entered> {
  return withTransaction(context.pool, async (client): Promise<Entered> => {
    const at = context.now()
    const [issuer, document] = [tidy(given.issuer, 40), tidy(given.document, 120)]
    const [words, areaName] = [tidy(given.words, 600), tidy(given.area, 200)]
    const { publishedAt, from, until, kind } = given
    if (issuer.length < 2 || document.length < 2 || words === '')
      return refuse('empty', '请填写发布机关、文件名称和文号、预报原文')
    if (publishedAt === null || from === null || until === null) return refuse('time', '请填写发布时间和预报时段')
    if (publishedAt > at + HOUR) return refuse('future', '发布时间不能晚于现在')
    const url = tidy(given.url, 500)
    if (url !== '' && !(/^https?:\/\//i.test(url) && URL.canParse(url)))
      return refuse('url', '网址须以 http:// 或 https:// 开头')
    const area = readArea(areaName)
    if (!area.ok) return refuse('area', `地区“${area.name}”不是省、市、县的规范全称或有重名，请写全称，多个用顿号分开`)
    const magnitude = readMagnitude(given.low, given.high)
    if (magnitude === undefined) return refuse('magnitude', '震级须是 0 到 9.9 的数，先低后高，没有写明的都留空')
    const one = { kind, issuer, document, publishedAt, areaName, area: area.codes, from, until, magnitude }
    const fault = findForecastFault(one, await listForecastsInForce(client, at))
    if (fault !== null) return refuse('law', fault)
    const id = `of-${context.random().slice(0, 16)}`
    await addForecast(client, {
      ...one,
      id,
      url: url === '' ? null : url,
      words,
      enteredBy: person.account,
      enteredAt: at,
    })
    await note(client, at, person.account, 'forecast.entered', id)
    return { ok: true, id }
  })
}

/** null: the document names none; undefined: what was typed is none. */
function readMagnitude(low: string, high: string): Span | null | undefined {
  const [from, to] = [tidy(low, 4), tidy(high, 4)]
  if (from === '' && to === '') return null
  const isFigure = (text: string): boolean => /^\d(?:\.\d)?$/.test(text)
  const last = to === '' ? from : to
  return isFigure(from) && isFigure(last) && Number(from) <= Number(last) ? [Number(from), Number(last)] : undefined
}

async function note(client: Queryable, at: Instant, actor: string, act: string, subject: string): Promise<void> {
  await appendJournal(client, at, { actor, act, subject })
  await tellDesks(client)
}

/** Of the two who put a row on record, or take it off, one leads. */
async function hasLead(client: Queryable, first: string, second: Person): Promise<boolean> {
  return isLead(second) || isLead({ roles: (await findAccount(client, first))?.roles ?? [] })
}

const NO_LEAD = '两人中须有一名带班领导'

/** A second person has read the document, too, or has not found it so. */
export function decideOnForecast(
  context: RumourContext,
  id: string,
  agrees: boolean,
  person: Person,
): Promise<Entered> {
  return withTransaction(context.pool, async (client): Promise<Entered> => {
    const one = await lockForecast(client, id)
    if (!one || one.decided !== null) return refuse('unknown', '这条登记已有人处理')
    if (one.enteredBy === person.account) return refuse('second-person', '须由另一人对照原文确认')
    if (agrees && !(await hasLead(client, one.enteredBy, person))) return refuse('lead', NO_LEAD)
    const at = context.now()
    await decideForecast(client, id, agrees ? 'agreed' : 'declined', person.account, at)
    await note(client, at, person.account, agrees ? 'forecast.agreed' : 'forecast.declined', id)
    if (agrees) await hastenChecks(client, at, ['predict'])
    return { ok: true, id }
  })
}

/** The authority has cancelled it (art. 16): asked by one, ended by another. @param why '' takes the question back */
export function askForecastToEnd(context: RumourContext, id: string, why: string, person: Person): Promise<Entered> {
  return withTransaction(context.pool, async (client): Promise<Entered> => {
    const one = await lockForecast(client, id)
    const at = context.now()
    if (!one || readForecastState(one, at) !== 'in-force') return refuse('unknown', '这条预报不在效')
    const words = tidy(why, 200)
    if (one.endAskedBy === null && words === '') return refuse('why', '请写明撤销的依据')
    if (one.endAskedBy !== null && words !== '') return refuse('twice', '已有人提出撤销，等待第二人确认')
    await askForecastEnd(client, id, words === '' ? null : { by: person.account, why: words, at })
    await note(client, at, person.account, words === '' ? 'forecast.end-declined' : 'forecast.end-asked', id)
    return { ok: true, id }
  })
}

export function agreeToEnd(context: RumourContext, id: string, person: Person): Promise<Entered> {
  return withTransaction(context.pool, async (client): Promise<Entered> => {
    const one = await lockForecast(client, id)
    const at = context.now()
    if (!one || one.endAskedBy === null || readForecastState(one, at) !== 'in-force')
      return refuse('unknown', '没有要撤销的登记')
    if (one.endAskedBy === person.account) return refuse('second-person', '须由另一人确认撤销')
    if (!(await hasLead(client, one.endAskedBy, person))) return refuse('lead', NO_LEAD)
    await endForecast(client, id, person.account, at)
    await note(client, at, person.account, 'forecast.ended', id)
    await hastenChecks(client, at, ['predict'])
    return { ok: true, id }
  })
}
