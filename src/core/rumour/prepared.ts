// In: an answer prepared in peacetime, its signatures, what a duty officer fills in. Out: whether it is in force, and the fields of the
// rebuttal that it becomes. Must not take free words: every blank has a rule, and what does not fit is said (rumours.md §4, risk 1).
import { beijingParts, DAY, parseWallTime, BEIJING_OFFSET, type Instant } from '../instant.ts'
import { findFaults, type DraftFields } from '../writing/fields.ts'
import type { ClaimKind } from './kind.ts'
import type { SignScope } from './signoff.ts'

export const SLOTS = ['place', 'day', 'magnitude'] as const
export type Slot = (typeof SLOTS)[number]

export const SLOT_NAMES: Readonly<Record<Slot, string>> = {
  place: '地点',
  day: '日期',
  magnitude: '震级',
}

/** What such an answer needs beside the bureau's and the cyberspace office's: the unit whose business it is. */
const UNIT_KINDS: readonly ClaimKind[] = ['closure', 'casualty', 'damage', 'supply']

/** Who signs a version: every agency, each person one scope. */
export function listPreparedScopes(kind: ClaimKind): SignScope[] {
  return ['facts', 'lead', 'cac-wording', 'police-mention', ...(UNIT_KINDS.includes(kind) ? (['unit'] as const) : [])]
}

/** How long a version may be in force before all look at it again. */
export const LIFE_DAYS = [90, 180, 365] as const

export interface PreparedVersion {
  version: number
  hash: string
  scopes: readonly SignScope[]
  madeBy: string
  offeredAt: Instant | null
  expiresAt: Instant | null
  declinedAt: Instant | null
  signatures: readonly { scope: SignScope; account: string; hash: string }[]
}

export type PreparedStanding = 'writing' | 'signing' | 'in-force' | 'declined' | 'replaced' | 'expired' | 'ended'

export const PREPARED_NAMES: Readonly<Record<PreparedStanding, string>> = {
  writing: '起草中',
  signing: '会签中',
  'in-force': '有效',
  declined: '已退回',
  replaced: '已由新版取代',
  expired: '已过期',
  ended: '已停用',
}

/** Scopes that nobody has signed under this very text. */
export function listUnsigned({ scopes, signatures, hash }: PreparedVersion): SignScope[] {
  return scopes.filter((scope) => !signatures.some((one) => one.scope === scope && one.hash === hash))
}

/** The version that may be used: the newest that all have signed, unless it expired. Null while there is none. */
export function findInForce<V extends PreparedVersion>(
  versions: readonly V[],
  isEnded: boolean,
  now: Instant,
): V | null {
  const signed = versions
    .filter((one) => one.offeredAt !== null && one.declinedAt === null && listUnsigned(one).length === 0)
    .toSorted((a, b) => b.version - a.version)
  const [newest] = signed
  return !isEnded && newest !== undefined && (newest.expiresAt ?? 0) > now ? newest : null
}

/** How one version stands among its sisters. */
export function judgeVersion(
  one: PreparedVersion,
  versions: readonly PreparedVersion[],
  isEnded: boolean,
  now: Instant,
): PreparedStanding {
  if (one.declinedAt !== null) return 'declined'
  if (isEnded) return 'ended'
  const isReplaced = versions.some(
    (other) =>
      other.version > one.version &&
      other.offeredAt !== null &&
      other.declinedAt === null &&
      listUnsigned(other).length === 0,
  )
  if (isReplaced) return 'replaced'
  if (one.offeredAt === null) return 'writing'
  if ((one.expiresAt ?? 0) <= now) return 'expired'
  return listUnsigned(one).length === 0 ? 'in-force' : 'signing'
}

const BLANK = /\{([^{}]*)\}/gu
/** What may have blanks: what is quoted and said, not how it was found. */
const WITH_BLANKS: readonly string[] = ['heading', 'summary', 'body', 'claim']

/** The blanks that a text has, in the order of SLOTS. */
export function listSlots(fields: DraftFields): Slot[] {
  const named = new Set(
    WITH_BLANKS.flatMap((name) => [...(fields[name] ?? '').matchAll(BLANK)].map(([, slot]) => slot)),
  )
  return SLOTS.filter((slot) => named.has(slot))
}

/** Stands in for each blank, so that a text can be judged before it is filled: as long as any that may be filled in. */
const LONGEST: Readonly<Record<Slot, string>> = {
  place: '积石山保安族东乡族撒拉族自治县',
  day: '12月31日',
  magnitude: '8.5',
}

/** Everything that keeps a prepared text from being offered: the faults of a rebuttal, and blanks that nobody can fill. */
export function findPreparedFaults(fields: DraftFields): string[] {
  const strange = Object.entries(fields).flatMap(([name, text]) =>
    [...text.matchAll(BLANK)].flatMap(([whole, slot = '']) =>
      SLOTS.some((one) => one === slot) && WITH_BLANKS.includes(name) ? [] : [whole],
    ),
  )
  if (strange.length > 0)
    return [
      `空白只能写作 ${SLOTS.map((slot) => `{${slot}}`).join('、')}，且只能在标题、摘要、事实和说法中：${strange[0]}`,
    ]
  return findFaults('rebuttal', fillBlanks(fields, LONGEST))
}

function fillBlanks(fields: DraftFields, slots: Readonly<Partial<Record<Slot, string>>>): DraftFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [
      name,
      text.replace(BLANK, (whole, slot: string) => slots[slot as Slot] ?? whole),
    ]),
  )
}

export interface SlotWorld {
  /** Names of places that may stand in a text: the bureau's, and counties of the national table. */
  isPlace: (name: string) => boolean
  now: Instant
}

export type Filled =
  | { ok: true; fields: DraftFields; slots: Partial<Record<Slot, string>> }
  | { ok: false; faults: string[] }

/** A day that lies further back is no news, and one to come is none that anybody may speak of. */
const FARTHEST_MS = 366 * DAY

/** Fills the blanks. @param given as typed, by blank */
export function fillPrepared(fields: DraftFields, given: Readonly<Record<string, string>>, world: SlotWorld): Filled {
  const slots: Partial<Record<Slot, string>> = {}
  const faults: string[] = []
  for (const slot of listSlots(fields)) {
    const read = READERS[slot]((given[slot] ?? '').trim(), world)
    if ('words' in read) slots[slot] = read.words
    else faults.push(read.fault)
  }
  if (faults.length > 0) return { ok: false, faults }
  const filled = fillBlanks(fields, slots)
  const wrong = findFaults('rebuttal', filled)
  return wrong.length > 0 ? { ok: false, faults: wrong } : { ok: true, fields: filled, slots }
}

type Read = { words: string } | { fault: string }
const READERS: Readonly<Record<Slot, (text: string, world: SlotWorld) => Read>> = {
  place: (text, { isPlace }) => (isPlace(text) ? { words: text } : { fault: '地点须是本局所辖或全国区县表中的名称' }),
  day: (text, { now }) => {
    const at = parseWallTime(`${text} 00:00`, BEIJING_OFFSET)
    if (at === null) return { fault: '日期写法不对，例如 2026-01-31' }
    if (at > now) return { fault: '日期不能晚于今天' }
    if (at < now - FARTHEST_MS) return { fault: '日期不能早于一年以前' }
    const { month, day } = beijingParts(at)
    return { words: `${month}月${day}日` }
  },
  magnitude: (text) =>
    /^\d\.\d$/.test(text) && Number(text) > 0 ? { words: text } : { fault: '震级须写作一位小数，例如 4.5' },
}
