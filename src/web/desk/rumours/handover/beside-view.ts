// In: what platforms did, who spread a claim, who asks for a reporter's contact. Out: the same as text, with what is theirs to do.
// Must not show a contact: it stands on one page, once.
import { mayDo } from '../../../../core/people/roles.ts'
import {
  ACTION_NAMES,
  ACTION_STATE_NAMES,
  ACTION_STATES,
  PLATFORM_ACTIONS,
  SPREADER_NAMES,
  SPREADER_ROLES,
} from '../../../../core/rumour/handover/platform.ts'
import { nameReporter } from '../../../../core/rumour/redact.ts'
import type { Session } from '../../../../people/sessions.ts'
import { AGREED_MS } from '../../../../rumour/handover/contacts.ts'
import { PLATFORMS } from '../../../../rumour/intake.ts'
import type { Instant } from '../../../../core/instant.ts'
import type { Spreader } from '../../../../rumour/handover/spreaders.ts'
import type { ContactRequest } from '../../../../store/rumours/handover/contacts.ts'
import type { PlatformRow } from '../../../../store/rumours/handover/platform.ts'
import { writeMoment } from '../../board/words.ts'

const choices = <T extends string>(values: readonly T[], names: Readonly<Record<T, string>>): object[] =>
  values.map((value) => ({ value, name: names[value] }))

export function viewPlatform(rows: readonly PlatformRow[], { roles }: Session, isOpen: boolean): object {
  return {
    adds: isOpen && mayDo(roles, 'log-platform'),
    platforms: PLATFORMS.map((name) => ({ name })),
    actions: choices(PLATFORM_ACTIONS, ACTION_NAMES),
    states: choices(ACTION_STATES, ACTION_STATE_NAMES),
    list: rows.toReversed().map((row) => ({
      platform: row.platform,
      // A path may hold an account: whoever does not deal with those sees where it is, no more.
      url:
        row.url === null || mayDo(roles, 'name-spreader') || roles.includes('lead')
          ? (row.url ?? '')
          : new URL(row.url).host,
      action: ACTION_NAMES[row.action],
      state: ACTION_STATE_NAMES[row.state],
      tone: row.state === 'done' ? 'ok' : row.state === 'refused' ? 'bad' : 'wait',
      receipt: row.receipt,
      words: row.words,
      by: `${row.organisationName} ${writeMoment(row.at)}`,
    })),
  }
}

/** @param all null where the reader sees none */
export function viewSpreaders(all: readonly Spreader[] | null, { roles }: Session, isOpen: boolean): object {
  return {
    shown: all !== null,
    adds: isOpen && mayDo(roles, 'name-spreader'),
    platforms: PLATFORMS.map((name) => ({ name })),
    roles: choices(SPREADER_ROLES, SPREADER_NAMES),
    list: (all ?? []).map((one) => ({
      platform: one.platform,
      role: SPREADER_NAMES[one.role],
      account: one.account === '' ? '（账号不详）' : one.account,
      url: one.url,
      by: `${one.organisation} ${writeMoment(one.at)}`,
      again: one.elsewhere === 0 ? '' : `另在 ${one.elsewhere} 件传言中出现`,
    })),
  }
}

export interface ContactPart {
  /** Sightings whose reporter can still be reached; none for whoever may not ask. */
  reachable: readonly { sightingId: string; ref: string; shown: string }[]
  requests: readonly ContactRequest[]
  session: Session
  now: Instant
  name: (account: string) => string
}

export function viewContacts({ reachable, requests, session, now, name }: ContactPart): object {
  const { roles, accountId } = session
  const isPolice = roles.includes('liaison-police')
  const asks = mayDo(roles, 'ask-contact')
  // The police see what they asked for themselves.
  const seen = requests.filter(({ askedBy }) => !isPolice || askedBy === accountId)
  return {
    shown: asks && (reachable.length > 0 || seen.length > 0),
    police: isPolice,
    reachable: reachable.map(({ sightingId, ref, shown }) => ({
      id: sightingId,
      name: `${isPolice ? sightingId : nameReporter(ref)}：${Array.from(shown).slice(0, 24).join('')}`,
    })),
    list: asks
      ? seen.map((one) => ({
          id: String(one.id),
          sighting: one.sightingId,
          reason: one.reason,
          formal: one.formal === null ? '' : `${one.formal.number}，${one.formal.basis}，${one.formal.officer}`,
          by: `${name(one.askedBy)} ${writeMoment(one.askedAt)}`.trim(),
          stand: writeStand(one, now),
          decides: mayDo(roles, 'decide-contact') && one.decided === null && one.askedBy !== accountId,
          opens:
            one.askedBy === accountId &&
            one.decided === 'agreed' &&
            one.openedAt === null &&
            one.decidedAt !== null &&
            now <= one.decidedAt + AGREED_MS,
        }))
      : [],
  }
}

function writeStand({ decided, decidedAt, openedAt }: ContactRequest, now: Instant): string {
  if (openedAt !== null) return `${writeMoment(openedAt)} 已查看`
  if (decided === null) return '待带班领导批准'
  if (decided === 'declined') return '未批准'
  return decidedAt !== null && now > decidedAt + AGREED_MS ? '批准已过期' : '已批准，尚未查看'
}
