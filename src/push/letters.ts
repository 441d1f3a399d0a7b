// In: a broadcast as it stands on record. Out: the letter that all of its subscribers get, and what is asked of their choices.
// Must not decide who gets it (core/push/wants.ts) nor seal it.
import { estimateAt, type Shaking } from '../core/intensity/estimate.ts'
import type { AttenuationModel } from '../core/intensity/attenuation.ts'
import { formatUtc, SECOND, type Instant } from '../core/instant.ts'
import type { WatchedPlace } from '../core/judgement/policy.ts'
import { distanceKm } from '../core/places/distance.ts'
import { shorten, writePush, type PushMessage } from '../core/push/message.ts'
import { isNight, type PushWord } from '../core/push/wants.ts'
import type { Broadcast } from '../store/push-broadcasts.ts'
import type { Letter } from './lane.ts'

/** Seconds a service may keep a word for a device that is off (channels.md §3.1: 900 to 3,600 for a quake). */
const SHORTEST_TTL = 900
const LONGEST_TTL = 3_600
/** Kinds about shaking itself; a digest or a word that nothing happened need not light up a screen. */
const URGENT: ReadonlySet<string> = new Set(['quick-report', 'formal-report', 'revision', 'correction', 'withdrawal'])

/** @returns null when it is too long even without its body: a person hears of it */
export function writeLetter(broadcast: Broadcast, now: Instant): Letter | null {
  const { content, topic } = broadcast
  const kind = broadcast.kind ?? 'digest'
  const message: PushMessage = {
    v: 1,
    kind,
    title: content['title'] ?? '',
    body: content['body'] ?? '',
    url: content['url'] ?? '',
    tag: topic,
    drill: broadcast.class === 'drill',
    withdrawn: kind === 'withdrawal',
    // Rumours run at night, and whoever is awake and asked for it should read it; nobody is woken by it.
    ...(kind === 'rebuttal' && isNight(broadcast.issuedAt) ? { quiet: true as const } : {}),
    serial: broadcast.facts?.serial ?? '',
    report: broadcast.facts?.report ?? 0,
    at: formatUtc(broadcast.issuedAt),
  }
  const short = writePush(shorten(message))
  if (short === null) return null
  const left = Math.floor((broadcast.expiresAt - now) / SECOND)
  return {
    id: broadcast.id,
    text: Buffer.from(writePush(message) ?? short),
    short: Buffer.from(short),
    topic,
    urgency: broadcast.class === 'actual' && URGENT.has(kind) ? 'high' : 'normal',
    ttl: Math.min(LONGEST_TTL, Math.max(SHORTEST_TTL, left)),
    priority: broadcast.priority,
  }
}

/**
 * What the choices are compared with. The model stands for a blast or a collapse too: it is asked whom to wake, nothing of
 * it is printed, and near a shallow source it rather says too little.
 */
export function askWord(
  broadcast: Pick<Broadcast, 'kind' | 'facts'>,
  places: readonly WatchedPlace[],
  attenuation: AttenuationModel,
  mainMagnitude: number | null,
): PushWord {
  const origin = broadcast.facts?.origin ?? null
  const shaking: Shaking | null = origin
  return {
    kind: broadcast.kind ?? 'quick-report',
    magnitude: origin?.magnitude ?? null,
    mainMagnitude,
    estimates: shaking
      ? places.map((place) => ({
          code: place.code,
          km: distanceKm(shaking, place),
          degree: estimateAt(attenuation, shaking, place)?.larger ?? null,
        }))
      : [],
  }
}
