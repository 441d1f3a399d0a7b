// In: a report from outside: the public's form and API, a follower of an account, another agency's system. Out: on record, with the
// same receipt for the same words of the same sender on the same day. Must not show by any answer that a sender is watched.
import { beijingParts, type Instant } from '../core/instant.ts'
import { isPublicAddress } from '../core/push/endpoint.ts'
import { readNetwork } from '../core/rumour/network.ts'
import { bareText, spellPlainly } from '../core/rumour/normalise.ts'
import type { Sighting } from '../store/rumours/sightings.ts'
import { refuse, type Refused } from './context.ts'
import type { Marks } from './marks.ts'
import { hashBytes, readTold, recordSighting, type Arrival, type RecordContext, type Told } from './record.ts'

/** Of one sender: far more than anybody has to tell on the worst of days. */
const MOST_A_DAY = 100
/** From so many on they wait for a person; it is undone with one act (rumours.md §9). */
const SHADOW_AT = 30

export interface OutsideContext extends RecordContext {
  marks: Marks
  /** The installation's clock; null where this process does not know it: the record then goes by the database's. */
  clock: (() => Instant) | null
  /** Real time, for limits. */
  now: () => Instant
}

/** Where a report came from; hashed before anything is kept. */
export interface From {
  /** What is known of whoever sends; null where nobody can be told from another: a proxy of our own, an agency's system. */
  sender: readonly string[] | null
  /** Within it the same words are one report. */
  source: readonly string[]
  /** What counts once, however many reports it brings; null: each counts. */
  network: readonly string[] | null
}

/** @param address of the connection, or what a proxy of our own says @param says what the browser says of itself */
export function fromWeb(address: string, says: string): From {
  const network = isPublicAddress(address.replace(/^::ffff:(?=\d+\.)/i, '')) ? readNetwork(address) : null
  if (network === null) return { sender: null, source: ['web', says], network: ['web'] }
  return {
    sender: ['web', network.wide, says],
    source: ['web', network.narrow, says],
    network: ['web', network.wide],
  }
}

/** A follower of an account on a platform: one person, whatever network. */
export function fromFollower(outlet: string, openid: string): From {
  const whole = ['follower', outlet, openid]
  return { sender: whole, source: whole, network: whole }
}

export const fromAgency = (id: string): From => ({ sender: null, source: ['agency', id], network: null })

export type Heard =
  | { ok: true; done: 'taken' | 'repeated'; receipt: string; sighting: Omit<Sighting, 'receivedAt'> }
  | Refused

/** What may go with it. */
export type With = Partial<Pick<Arrival, 'takenBy' | 'purpose' | 'consent' | 'picture'>>

/** Takes a report in. */
export async function hearFromOutside(
  context: OutsideContext,
  told: Told,
  from: From,
  more: With = {},
): Promise<Heard> {
  const { picture, ...rest } = more
  const at = context.clock?.() ?? null
  const read = readTold(told, at)
  if (!read.ok) return read
  const { text, url, contact } = read.told
  const { year, month, day } = beijingParts(at ?? context.now())
  const plain = bareText(spellPlainly(text))
  const links = text.match(/https?:\/\/[^\s，。]{1,400}/gu) ?? []
  const { marks } = context
  const receipt = marks.receipt([
    `${year}-${month}-${day}`,
    ...from.source,
    plain === '' ? text : plain,
    url ?? '',
    ...links,
    contact,
    picture ? hashBytes(picture.original) : '',
  ])
  const { done, sighting } = await recordSighting(context, read.told, {
    receivedAt: at,
    takenBy: 'public',
    purpose: '核实线索',
    consent: null,
    ...rest,
    receipt,
    ...(picture ? { picture } : {}),
    origin:
      from.network === null
        ? null
        : {
            sender: from.sender === null ? null : marks.mark('sender', from.sender),
            network: marks.mark('network', from.network),
            mostADay: MOST_A_DAY,
            shadowAt: SHADOW_AT,
          },
  })
  if (done === 'over') return refuse('quota', '今日提交次数已达上限，请明日再试，或直接致电本局')
  return { ok: true, done, receipt, sighting }
}
