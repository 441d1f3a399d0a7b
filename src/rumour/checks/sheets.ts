// In: notices of quakes as they are issued, lines of official sources. Out: fact sheets, version by version; texts that cite what is no
// longer said, flagged. Must not change a version, nor let a line foretell: sheets are quoted (地震预报管理条例 art. 14).
import { createHash } from 'node:crypto'
import { DAY, type Instant } from '../../core/instant.ts'
import { findForbidden } from '../../core/rendering/word-guard.ts'
import {
  MOST_LINES,
  readCitation,
  readSheetFacts,
  spellSheet,
  writeCitation,
  type SheetBody,
  type SheetNotice,
} from '../../core/rumour/fact-sheet.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import { listLatestFindings } from '../../store/rumours/checks.ts'
import {
  addSheet,
  addSheetVersion,
  findSheetFor,
  findSheetVersion,
  listQuakesWithoutSheet,
  listSheetVersions,
  listStatingNotices,
  lockSheet,
  type SheetVersion,
  type StatingNotice,
} from '../../store/rumours/fact-sheets.ts'
import { listCiting } from '../../store/rumours/flags.ts'
import { isGuest, refuse, tidy, type Person, type Refused, type RumourContext } from '../context.ts'
import { gatherAround } from './around.ts'
import { raiseFlag } from './raise.ts'

/** Older quakes have no sheet unless something new is said of them. */
const RECENT_MS = 30 * DAY
const AT_ONCE = 50
/** A text about no quake in particular rests on one of the last days, if on any. */
const CITED_MS = 3 * DAY

/** Makes a version wherever the newest notice is on no sheet. Within a transaction of the caller's. @returns how many */
export async function makeSheets(client: Queryable, context: RumourContext): Promise<number> {
  const at = context.now()
  const quakes = await listQuakesWithoutSheet(client, at - RECENT_MS, AT_ONCE)
  let made = 0
  for (const quakeId of quakes) {
    await lockSheet(client, quakeId)
    const [newest, ...older] = await listStatingNotices(client, quakeId)
    const [known] = await listSheetVersions(client, quakeId)
    if (!newest || known?.noticeId === newest.id) continue
    const history = [newest, ...older].map(toSheetNotice).toSorted((a, b) => a.issuedAt - b.issuedAt)
    const ordered = [...history.filter(({ id }) => id !== newest.id), toSheetNotice(newest)]
    const around = await gatherAround(client, quakeId, newest.facts.origin, at)
    const facts = readSheetFacts(quakeId, newest, ordered, { around, phone: context.phone })
    if (!facts) continue
    const sheetId = known?.sheetId ?? `fs-${context.random().slice(0, 12)}`
    if (!known) await addSheet(client, sheetId, quakeId, at)
    const body: SheetBody = { facts, lines: known?.body.lines ?? [] }
    const version = await addVersion(client, { sheetId, known, body, noticeId: newest.id, by: 'system', at })
    if (known) await flagCiting(client, context, { sheetId, quakeId, version }, at)
    made += 1
  }
  return made
}

const toSheetNotice = ({ id, serial, report, kind, code, issuedAt, facts }: StatingNotice): SheetNotice => ({
  id,
  serial,
  report,
  kind,
  code,
  issuedAt,
  magnitude: facts.origin?.magnitude ?? null,
})

async function addVersion(
  client: Queryable,
  given: {
    sheetId: string
    known: SheetVersion | undefined
    body: SheetBody
    noticeId: string
    by: string
    at: Instant
    why?: 'line'
  },
): Promise<number> {
  const { sheetId, known, body, noticeId, by, at } = given
  const version = (known?.version ?? 0) + 1
  const why = given.why ?? (known ? 'notice' : 'opened')
  const hash = hashSheet(sheetId, version, body)
  await addSheetVersion(client, { sheetId, version, noticeId, body, hash, why, madeBy: by, madeAt: at })
  await appendJournal(client, at, {
    actor: by,
    act: 'sheet.version',
    subject: sheetId,
    detail: { version, hash, notice: noticeId, why },
  })
  await tellDesks(client)
  return version
}

/** What a version says, in one number that nobody can meet by another text. */
export const hashSheet = (sheetId: string, version: number, body: SheetBody): string =>
  createHash('sha256')
    .update(spellSheet(sheetId, version, body))
    .digest('hex')

/** Texts that rest on what the quake's notices said before. */
async function flagCiting(
  client: Queryable,
  context: RumourContext,
  { sheetId, quakeId, version }: { sheetId: string; quakeId: string; version: number },
  at: Instant,
): Promise<void> {
  for (const { claimId, questionId, name, citation } of await listCiting(client, sheetId)) {
    const cited = readCitation(citation)
    if (cited === null || cited.version >= version) continue
    const words = `所引事实单 ${writeCitation(cited)}之后，这次地震又有新的公告，现为第${version}版。`
    const about = { claimId, noticeId: null, questionId, quakeId, sheetVersion: version }
    await raiseFlag(client, context, { ...about, reason: 'sheet-changed', words, name }, at)
  }
}

/** Why a text may not be sent round as it cites, in Chinese; null where it may. */
export async function findCitationFault(client: Queryable, citation: string): Promise<string | null> {
  if (citation.trim() === '') return null
  const cited = readCitation(citation)
  const version = cited && (await findSheetVersion(client, cited.sheet, cited.version))
  if (!version) return '没有所引的事实单，请按“fs-编号 第几版”填写或留空'
  const newest = await findSheetVersion(client, version.sheetId, null)
  // A line that was added since makes nothing untrue that stood there before.
  if (!newest || newest.noticeId === version.noticeId) return null
  return `所引事实单已有第${newest.version}版，请核对后改引新版`
}

/** The sheet of the quake that a claim's checks found, else of the last days. */
export async function suggestSheet(client: Queryable, claimId: string, now: Instant): Promise<SheetVersion | null> {
  const rows = (await listLatestFindings(client, claimId)).flatMap((finding) => finding.rows)
  const idsOf = (table: string): string[] => rows.filter((row) => row.table === table).map(({ id }) => id)
  return findSheetFor(client, idsOf('quake'), idsOf('report'), now - CITED_MS)
}

/** The sheet on which an answer to a question may rest: of the claim that it goes with, else of the last days. */
export const suggestForQuestion = (
  client: Queryable,
  claimId: string | null,
  now: Instant,
): Promise<SheetVersion | null> =>
  claimId === null ? findSheetFor(client, [], [], now - CITED_MS) : suggestSheet(client, claimId, now)

/** Puts what an official source has said on a quake's sheet, as a version of its own. @param given seen: the version on the page */
export function addLine(
  context: RumourContext,
  quakeId: string,
  given: { seen: number; at: Instant | null; source: string; words: string },
  person: Person,
): Promise<{ ok: true; version: number } | Refused> {
  return withTransaction(context.pool, async (client): Promise<{ ok: true; version: number } | Refused> => {
    if (isGuest(person)) return refuse('not-yours', '您的角色不能补充事实单')
    await lockSheet(client, quakeId)
    const [known] = await listSheetVersions(client, quakeId)
    if (!known) return refuse('unknown', '这次地震还没有事实单')
    if (known.version !== given.seen) return refuse('changed', '事实单刚刚有了新版，请核对后再补充')
    const [source, words] = [tidy(given.source, 40), tidy(given.words, 300)]
    if (source === '' || words === '') return refuse('empty', '请写明发布单位和内容')
    const now = context.now()
    const { at } = given
    if (at === null || at > now || at < now - RECENT_MS)
      return refuse('time', '发布时间须在最近 30 天之内，且不晚于现在')
    const [forbidden] = findForbidden(`${source}：${words}`)
    if (forbidden) return refuse('words', `内容不能进入事实单（预测、定责或空缺）：“${forbidden.match}”`)
    const { facts, lines } = known.body
    if (lines.length >= MOST_LINES) return refuse('many', `一份事实单最多补充 ${MOST_LINES} 条`)
    const body = { facts, lines: [...lines, { at, source, words, by: person.account, addedAt: now }] }
    const { sheetId, noticeId } = known
    const made = { sheetId, known, body, noticeId, by: person.account, at: now, why: 'line' as const }
    return { ok: true, version: await addVersion(client, made) }
  })
}
