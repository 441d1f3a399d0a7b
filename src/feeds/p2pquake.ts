// In: text of P2P地震情報: one message or a list, JSON API v2 or the older v1. Out: reports, refused and ignored rows.
// Must not take −200 or −1 for values, and never reads a time but as Japan Standard Time.
import { z } from 'zod'
import { JAPAN_OFFSET } from '../core/instant.ts'
import type { ParseFeed, QuakeKind } from '../core/quake-report.ts'
import { UnreadableFeed } from '../core/quake-report.ts'
import { isObject, leaf, readJson, refuseShape } from './json-text.ts'
import { readHumanAngle, readHumanDepth, readHumanTime } from './p2pquake-v1.ts'
import type { Refusal, RowOutcome } from './rows.ts'
import { cleanId, cleanPlace, cleanText, decimalText, finishRow, gatherRows, isAbsent } from './rows.ts'
import { readDepthKm, readLatitude, readLongitude, readMagnitude, readTime } from './rows.ts'
import { agencyCode, classifyTraffic, isSet } from './traffic.ts'

const Message = z.object({
  _id: leaf,
  id: leaf,
  time: leaf,
  test: leaf,
  isTraining: leaf,
  cancelled: leaf,
  issue: z.object({ time: leaf, type: leaf, source: leaf, correct: leaf }).nullish(),
  earthquake: z
    .object({
      time: leaf,
      hypocenter: z.object({ name: leaf, latitude: leaf, longitude: leaf, depth: leaf, magnitude: leaf }).nullish(),
    })
    .nullish(),
  comments: z.object({ freeFormComment: leaf }).nullish().catch(null),
})

/** Codes that are no determination (v2 specification). */
const OTHER_CODES: Readonly<Record<string, string>> = {
  '552': 'tsunami',
  '554': 'early-warning',
  '555': 'peer-traffic',
  '556': 'early-warning',
  '561': 'peer-traffic',
  '9611': 'peer-traffic',
}

/**
 * Parses https://api.p2pquake.net/v2/history and the websocket (feeds.md §1.9). A 551 has no id of its quake, only one of
 * the message, so sourceEventId is '' and the message id is the revision.
 * @throws UnreadableFeed size, empty, json, shape
 */
export const parseP2pquake: ParseFeed = (text) => {
  const payload = readJson(text)
  if (Array.isArray(payload)) return gatherRows(payload, translateMessage)
  if (isObject(payload) && ('code' in payload || 'earthquake' in payload || 'issue' in payload)) {
    return gatherRows([payload], translateMessage)
  }
  throw new UnreadableFeed('shape', 'the payload is no list and has no code, issue or earthquake')
}

function translateMessage(raw: unknown): RowOutcome {
  const aside = asideOf(raw)
  if (aside !== null) return { ignored: aside }
  const parsed = Message.safeParse(raw)
  if (!parsed.success) return { refused: refuseShape(parsed.error, raw) }
  const { issue, earthquake, comments, ...message } = parsed.data
  const hypocenter = earthquake?.hypocenter
  const lifecycle = isSet(message.cancelled) ? 'cancel' : 'report'
  const [latitude, longitude] = [readHumanAngle(hypocenter?.latitude), readHumanAngle(hypocenter?.longitude)]
  if (lifecycle === 'report' && isNowhere(latitude) && isNowhere(longitude)) return { ignored: 'no-hypocentre' }
  const faults: Refusal[] = []
  const issuedText = isAbsent(issue?.time) ? message.time : issue?.time
  const issuedAt = readTime([], 'issue.time', issuedText, JAPAN_OFFSET)
  const place = cleanPlace(hypocenter?.name)
  return finishRow(faults, {
    lifecycle,
    class: classifyTraffic([message.test, message.isTraining], [issue?.type, issue?.correct, issue?.source]),
    sourceEventId: '',
    aliases: [],
    revision: cleanId(message.id) || cleanId(message._id) || cleanId(issuedText),
    agency: readAgency(issue?.source),
    sourceCode: '',
    evaluation: 'unknown',
    kind: readKind(cleanText(issue?.type, 40), `${place} ${cleanText(comments?.freeFormComment, 2_000)}`),
    originTime: readHumanTime(faults, earthquake?.time, message.time),
    issuedAt,
    latitude: isNowhere(latitude) ? null : readLatitude(faults, 'hypocenter.latitude', latitude),
    longitude: isNowhere(longitude) ? null : readLongitude(faults, 'hypocenter.longitude', longitude),
    depthKm: readDepth(faults, hypocenter?.depth),
    magnitude: readMagnitude(faults, 'hypocenter.magnitude', hypocenter?.magnitude, {
      digits: 2,
      type: '',
      minusOne: true,
    }),
    place,
    idTime: null,
  })
}

/** Converter output has no code; the shape then says that it is a 551. */
function asideOf(raw: unknown): string | null {
  if (!isObject(raw) || isAbsent(raw.code)) return null
  const code = cleanText(raw.code, 20).toLowerCase()
  if (code === '551') return null
  return code === 'eew'
    ? 'early-warning'
    : Object.hasOwn(OTHER_CODES, code)
      ? (OTHER_CODES[code] ?? 'other-code')
      : 'other-code'
}

/** −200 stands for "not located yet" (v2 specification). */
function isNowhere(raw: unknown): boolean {
  const decimal = decimalText(raw)
  return isAbsent(raw) || (decimal !== null && Number(decimal) === -200)
}

function readDepth(faults: Refusal[], raw: unknown): number | null {
  const bare = readHumanDepth(raw)
  return decimalText(bare) !== null && Number(bare) === -1 ? null : readDepthKm(faults, 'hypocenter.depth', bare)
}

/** The messages are JMA's; a source in Latin letters is believed. */
function readAgency(raw: unknown): string {
  const name = cleanText(raw, 40)
  return /^[A-Za-z]{2,10}$/.test(name) ? agencyCode(name) : 'JMA'
}

/** A great eruption abroad travels as an earthquake of type Foreign; the comment alone says 噴火. */
function readKind(type: string, words: string): QuakeKind {
  return type === 'Foreign' && words.includes('噴火') ? 'volcanic' : 'earthquake'
}
