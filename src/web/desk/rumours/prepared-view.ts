// In: answers prepared in peacetime, who looks. Out: the list, one answer with its versions, and the form by which it is used.
// Must not judge: core/rumour/prepared.ts does; what is shown is which buttons make sense.
import type { Instant } from '../../../core/instant.ts'
import { chooseSigner } from '../../../core/rumour/claim-actor.ts'
import {
  findInForce,
  judgeVersion,
  LIFE_DAYS,
  listSlots,
  listUnsigned,
  PREPARED_NAMES,
  SLOT_NAMES,
  type PreparedStanding,
} from '../../../core/rumour/prepared.ts'
import { SCOPE_NAMES } from '../../../core/rumour/signoff.ts'
import { writeWords, type DraftFields } from '../../../core/writing/fields.ts'
import type { Session } from '../../../people/sessions.ts'
import { isGuest } from '../../../rumour/context.ts'
import { listSeen } from '../../../rumour/prepared.ts'
import type { PreparedRecord, PreparedUse, VersionRecord } from '../../../store/rumours/prepared.ts'
import { viewFields } from '../drafts/view.ts'
import { writeHour } from '../roster-view.ts'
import { CLAIM_KIND_NAMES } from './words.ts'

const TONES: Readonly<Record<PreparedStanding, string>> = {
  writing: 'soft',
  signing: 'wait',
  'in-force': 'ok',
  declined: 'bad',
  replaced: 'soft',
  expired: 'bad',
  ended: 'soft',
}

const DAY_MS = 86_400_000
/** So long before it expires its readers are told. */
const SOON_DAYS = 30

export function viewPreparedLine(record: PreparedRecord, session: Session, now: Instant): object {
  const seen = listSeen(record, session)
  const [newest] = seen
  const standing = newest && judgeVersion(newest, record.versions, record.endedAt !== null, now)
  const force = findInForce(record.versions, record.endedAt !== null, now)
  const left = force?.expiresAt == null ? null : Math.floor((force.expiresAt - now) / DAY_MS)
  return {
    id: record.id,
    name: record.name,
    kind: CLAIM_KIND_NAMES[record.kind],
    standing: standing === undefined ? '' : `第 ${newest?.version ?? 0} 版 ${PREPARED_NAMES[standing]}`,
    tone: standing === undefined ? 'soft' : TONES[standing],
    force:
      force === null ? '现在没有可用的版本' : `第 ${force.version} 版可用，至 ${writeHour(force.expiresAt ?? now)}`,
    soon: left !== null && left < SOON_DAYS ? `还有 ${left} 天过期，请重新会签` : '',
    mine:
      standing === 'signing' &&
      newest !== undefined &&
      !newest.signatures.some(({ account }) => account === session.accountId) &&
      listUnsigned(newest).some((scope) => chooseSigner(session.roles, scope) !== null),
  }
}

export interface PreparedPage {
  record: PreparedRecord
  uses: readonly PreparedUse[]
  session: Session
  now: Instant
  name: (account: string) => string
  /** What was typed and refused; left out: the newest version's text. */
  typed?: DraftFields
}

export function viewPrepared({ record, uses, session, now, name, typed }: PreparedPage): object {
  const guest = isGuest(session)
  const isEnded = record.endedAt !== null
  const seen = listSeen(record, session)
  const [newest] = seen
  return {
    id: record.id,
    name: record.name,
    kind: CLAIM_KIND_NAMES[record.kind],
    ended: isEnded ? `${writeHour(record.endedAt ?? now)} 停用：${record.endedWhy ?? ''}` : '',
    seen: String(record.versions[0]?.version ?? 0),
    staff: !guest,
    writes: !guest && !isEnded,
    ends: !isEnded && session.roles.includes('lead'),
    fields: guest || isEnded ? [] : viewFields('rebuttal', typed ?? newest?.fields ?? {}),
    versions: seen.map((version) => viewVersion(version, record, version === newest, session, now, name)),
    uses: guest
      ? []
      : uses.map((use) => ({
          claim: use.claimId,
          title: use.title,
          version: String(use.version),
          slots: Object.values(use.slots).join('、'),
          by: `${name(use.by)} ${writeHour(use.at)}`,
        })),
  }
}

function viewVersion(
  version: VersionRecord,
  record: PreparedRecord,
  isNewest: boolean,
  session: Session,
  now: Instant,
  name: (account: string) => string,
): object {
  const guest = isGuest(session)
  const standing = judgeVersion(version, record.versions, record.endedAt !== null, now)
  const hasSigned = version.signatures.some(({ account }) => account === session.accountId)
  const signs = isNewest && standing === 'signing'
  return {
    version: String(version.version),
    standing: PREPARED_NAMES[standing],
    tone: TONES[standing],
    hash: version.hash,
    shortHash: version.hash.slice(0, 12),
    made: guest ? writeHour(version.madeAt) : `${name(version.madeBy)} ${writeHour(version.madeAt)}`,
    until: version.expiresAt === null ? '' : writeHour(version.expiresAt),
    ...viewText(version.fields),
    signed: version.signatures.map((one) => ({
      scope: SCOPE_NAMES[one.scope],
      by: guest ? writeHour(one.at) : `${name(one.account)} ${writeHour(one.at)}`,
    })),
    missing: listUnsigned(version).map((scope) => ({
      scope,
      name: SCOPE_NAMES[scope],
      signs:
        signs &&
        !hasSigned &&
        chooseSigner(session.roles, scope) !== null &&
        !(scope === 'facts' && version.madeBy === session.accountId),
    })),
    declined: version.declinedWhy ?? '',
    declines: signs && version.scopes.some((scope) => chooseSigner(session.roles, scope) !== null),
    offers: isNewest && standing === 'writing' && !guest ? LIFE_DAYS.map(String) : [],
  }
}

/** With its blanks as they stand. */
function viewText(fields: DraftFields): { heading: string; summary: string; paragraphs: { line: string }[] } {
  const { heading, summary, paragraphs } = writeWords(fields)
  return { heading, summary, paragraphs: paragraphs.map((line) => ({ line })) }
}

export interface UsePage {
  claim: { id: string; title: string; version: number }
  record: PreparedRecord
  version: VersionRecord
  typed: Readonly<Record<string, string>>
  /** The text as it would go out; null before the blanks were filled. */
  filled: DraftFields | null
}

export function viewUse({ claim, record, version, typed, filled }: UsePage): object {
  return {
    claim: { id: claim.id, title: claim.title, version: String(claim.version) },
    answer: record.id,
    name: record.name,
    version: String(version.version),
    text: viewText(filled ?? version.fields),
    filled: filled !== null,
    slots: listSlots(version.fields).map((slot) => ({
      slot,
      name: SLOT_NAMES[slot],
      type: slot === 'day' ? 'date' : 'text',
      value: typed[slot] ?? '',
    })),
  }
}
