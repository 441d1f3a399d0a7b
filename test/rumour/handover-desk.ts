// In: nothing. Out: a rumour desk that hands over, and steps by which a claim gets there.
// Must not reach past src/rumour and src/store; what a page shows is tested elsewhere.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { openCover } from '../../src/core/rumour/handover/cover.ts'
import type { Person } from '../../src/rumour/context.ts'
import type { HandoverContext } from '../../src/rumour/handover/context.ts'
import { collectEvidence, type Collected } from '../../src/rumour/handover/evidence.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { openByteSealing, openMarking } from '../../src/store/byte-sealing.ts'
import { addGrant } from '../../src/store/rumours/beside.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

export interface HandoverDesk extends RumourDesk {
  handover: HandoverContext
  /** A claim that is being checked; its own words every time. */
  begin(text?: string, contact?: string): Promise<{ claim: string; sighting: string }>
  /** Gives an organisation sight of a case. */
  share(claim: string, organisation: string, level?: 'summary' | 'case'): Promise<void>
  /** Keeps an item; throws when it is refused. @returns its id */
  keep(claim: string, more?: Partial<Collected>, by?: Person): Promise<string>
}

const SIGNS = '甲乙丙丁戊己庚辛壬癸'
const template = (name: string): string =>
  readFileSync(new URL(`../../templates/handover/${name}`, import.meta.url), 'utf8')

export async function openHandoverDesk(given?: Parameters<typeof openRumourDesk>[0]): Promise<HandoverDesk> {
  const desk = await openRumourDesk(given)
  const secret = randomBytes(32)
  const handover: HandoverContext = {
    ...desk.context,
    vault: openByteSealing(secret, 'handover'),
    mark: openMarking(secret, 'spreader'),
    cover: openCover({ html: template('cover.html.liquid'), text: template('cover.text.liquid') }),
    bureau: { name: '试验地震局', publicUrl: 'https://quake.example' },
  }
  let count = 0
  const { wang } = desk.people
  return {
    ...desk,
    handover,
    begin: async (text, contact = '') => {
      count += 1
      const name = `${SIGNS[count % 10]}${SIGNS[Math.floor(count / 10) % 10]}`
      const told = await desk.tell(text ?? `听说${name}庄有${count + 11}人受伤了大家小心`, wang, { contact })
      for (const event of ['take', 'check'] as const) {
        const seen = (await findClaim(desk.pool, told.claim))?.version ?? 0
        const moved = await stepClaim(desk.context, told.claim, { event, seen }, wang)
        if (!moved.ok) throw new Error(moved.reason)
      }
      return told
    },
    share: (claim, organisation, level = 'case') =>
      addGrant(desk.pool, claim, {
        organisation,
        level,
        reason: '协查',
        by: 'p-wang',
        at: desk.context.now(),
        expiresAt: null,
      }),
    keep: async (claim, more = {}, by = wang) => {
      count += 1
      const given: Collected = {
        kind: 'file',
        bytes: Buffer.from(`截图 ${count}`),
        title: `截图${count}`,
        shows: 'nobody',
        method: '截图',
        tool: '',
        collectedAt: null,
        sourceUrl: '',
        derivedFrom: null,
        ...more,
      }
      const kept = await collectEvidence(handover, claim, given, by)
      if (!kept.ok) throw new Error(kept.reason)
      return kept.item.id
    },
  }
}
