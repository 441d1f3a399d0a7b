// In: a claim. Out: everything that its package for the police says, without a word about who reported it.
// Must not open an original or a contact: what is shown was redacted when it came in (core/rumour/redact.ts).
import type { Instant } from '../../core/instant.ts'
import type { CheckOutcome } from '../../core/rumour/checks/finding.ts'
import { STATE_NAMES } from '../../core/rumour/claim-states.ts'
import type { CustodyEntry } from '../../core/rumour/handover/custody.ts'
import type { EvidenceRecord } from '../../core/rumour/handover/evidence.ts'
import { listHandoverLaws } from '../../core/rumour/law-refs.ts'
import type { PackageContent } from '../../core/rumour/handover/package.ts'
import { ACTION_NAMES, ACTION_STATE_NAMES, SPREADER_NAMES } from '../../core/rumour/handover/platform.ts'
import { summariseSpread } from '../../core/rumour/handover/spread.ts'
import { redactPersons } from '../../core/rumour/redact.ts'
import { listNoticesOf } from '../../store/drafts.ts'
import { findNotice } from '../../store/notices.ts'
import { nameAccounts } from '../../store/people/accounts.ts'
import type { Queryable } from '../../store/pool.ts'
import { listChecks } from '../../store/rumours/beside.ts'
import type { ClaimRecord } from '../../store/rumours/claims.ts'
import { listPlatformRows } from '../../store/rumours/handover/platform.ts'
import type { LinkedSighting } from '../../store/rumours/links.ts'
import { listStanding } from '../rebuttal.ts'
import type { HandoverContext } from './context.ts'
import { readSpreaders } from './spreaders.ts'

const OUTCOME_WORDS: Readonly<Record<CheckOutcome, string>> = {
  supports: '支持传言',
  contradicts: '与传言不符',
  'no-data': '无数据',
}

/** What a package is about beside what the record says. */
export interface PackageFrame {
  id: string
  number: number
  reason: string
  builtBy: string
  builtAt: Instant
}

/** What goes into it, looked at before. */
export interface Gathered {
  sightings: readonly LinkedSighting[]
  items: readonly { record: EvidenceRecord; bytes: Uint8Array }[]
  custody: readonly { claim: string; entries: CustodyEntry[] }[]
}

export async function gatherContent(
  client: Queryable,
  context: HandoverContext,
  claim: ClaimRecord,
  frame: PackageFrame,
  { sightings, items: evidence, custody }: Gathered,
): Promise<PackageContent> {
  const [checks, rows] = [await listChecks(client, claim.id), await listPlatformRows(client, claim.id)]
  const notices = []
  for (const id of await listNoticesOf(client, claim.id)) notices.push(await findNotice(client, id))
  const actors = custody.flatMap(({ entries }) => entries.map(({ actor }) => actor))
  const accounts = [...actors, ...evidence.map(({ record }) => record.collectedBy)]
  const names = await nameAccounts(client, [...new Set([...accounts, frame.builtBy])])
  const name = (account: string): string => names.get(account) ?? account
  const told = sightings.toReversed()
  return {
    ...frame,
    class: claim.class,
    builtBy: name(frame.builtBy),
    bureau: context.bureau.name,
    reason: redactPersons(frame.reason),
    claim: {
      id: claim.id,
      title: claim.title,
      kind: claim.kind,
      risk: claim.risk,
      state: STATE_NAMES[claim.state],
      openedAt: claim.openedAt,
      publishedAt: claim.publishedAt,
    },
    checks: listStanding(checks).map(({ source, outcome, words, used, at }) => ({
      source: redactPersons(source),
      outcome: OUTCOME_WORDS[outcome],
      words: redactPersons(words),
      rows: used.map(({ says }) => redactPersons(says)),
      at,
    })),
    answers: notices
      .filter((one) => one !== undefined)
      .map(({ serial, title, text, code, issuedAt }) => ({
        serial,
        title,
        text,
        url: `${context.bureau.publicUrl}/n/${code}`,
        at: issuedAt,
      }))
      .toReversed(),
    sightings: told.map((one) => ({
      id: one.id,
      route: one.route,
      text: one.shown,
      stance: one.stance,
      platform: one.platform,
      region: one.region,
      url: one.url,
      seenAt: one.seenAt,
      receivedAt: one.receivedAt,
      originalSha256: one.rawSha256,
    })),
    spread: summariseSpread(told),
    spreaders: (await readSpreaders(client, context, claim.id, { organisation: null, now: context.now() })).map(
      ({ platform, account, url, role, at }) => ({ platform, account, url, role: SPREADER_NAMES[role], at }),
    ),
    platformActions: rows.map(({ platform, url, action, state, receipt, words, at }) => ({
      platform,
      url: url ?? '',
      action: ACTION_NAMES[action],
      state: ACTION_STATE_NAMES[state],
      receipt,
      words: redactPersons(words),
      at,
    })),
    law: listHandoverLaws(told[0]?.receivedAt ?? claim.openedAt),
    evidence: evidence.map(({ record, bytes }) => ({ record, bytes, collector: name(record.collectedBy) })),
    custody: [...custody],
    people: Object.fromEntries([...new Set(accounts)].toSorted().map((account) => [account, name(account)])),
  }
}
