// In: nothing. Out: the shapes of the API's answers, as zod schemas: the types of what writes them and the OpenAPI document.
// Must not promise what a reader could not verify on the page.
import { z } from 'zod'
import { EVERY_KIND, VERDICTS } from '../../core/notice.ts'
import { DELIVERY_STATES } from '../../core/quake.ts'
import { ANSWER_STANDINGS } from '../../core/rumour/public-answer.ts'

const instant = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const perOutlet = z
  .record(z.string(), z.number())
  .meta({ description: 'milliseconds by outlet; an outlet with several legs counts its slowest' })
const demonstration = z
  .literal(true)
  .optional()
  .meta({ description: 'stands only in a demonstration, where nothing is real' })
const next = z.string().nullable().meta({
  description: 'what to ask for as `before`; null when nothing is left, else the next page may still be empty',
})
/** Further kinds may come: a reader passes over what it does not know. */
const kind = z.string().meta({ examples: [...EVERY_KIND] })

export const noticeSchema = z
  .strictObject({
    id: z.string(),
    code: z.string().meta({ description: 'of the short address /n/<code>' }),
    serial: z.string().meta({ description: 'one per lineage, 银震信〔2017〕12号' }),
    report: z.int().min(1).meta({ description: 'N of 第N报' }),
    kind,
    class: z.enum(['actual', 'drill', 'test']),
    lineage: z.string(),
    supersedes: z.string().nullable().meta({ description: 'id of the notice that this one replaces or withdraws' }),
    quake: z.string().nullable(),
    title: z.string(),
    text: z.string(),
    issuedAt: instant,
    state: z.enum(['current', 'superseded', 'withdrawn']),
    url: z.string(),
    clocks: z.strictObject({
      originToReceivedMs: z.number().nullable(),
      receivedToDecidedMs: z.number(),
      decidedToAcceptedMs: perOutlet,
      acceptedToSeenMs: perOutlet,
    }),
    deliveries: z.array(
      z.strictObject({
        outlet: z.string(),
        channel: z.string(),
        leg: z.string(),
        state: z.string().meta({ examples: [...DELIVERY_STATES] }),
        url: z.string().nullable(),
        reason: z.string(),
      }),
    ),
    demonstration,
  })
  .meta({ id: 'Notice', description: 'One notice as it was issued, and how far each channel has come with it' })
export type NoticeJson = z.infer<typeof noticeSchema>

export const noticeListSchema = z
  .strictObject({ notices: z.array(noticeSchema), next, demonstration })
  .meta({ id: 'NoticeList', description: 'Newest first; withdrawn ones stay, with their state' })
export type NoticeListJson = z.infer<typeof noticeListSchema>

export const quakeSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(['current', 'withdrawn']),
    values: z
      .strictObject({
        originTime: instant,
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        depthKm: z.number().nullable(),
        magnitude: z.number(),
        kind: z.string(),
        place: z.string(),
        evaluation: z.enum(['automatic', 'reviewed']),
        determinedBy: z.string().meta({ description: '中国地震台网正式测定 and the like' }),
      })
      .nullable()
      .meta({ description: 'as the newest standing notice states them; null once withdrawn' }),
    url: z.string(),
    notice: z
      .strictObject({ id: z.string(), code: z.string(), serial: z.string(), report: z.int().min(1), kind })
      .meta({ description: 'the newest' }),
    notices: z.array(z.string()).meta({ description: 'ids, oldest first' }),
    publishedAt: instant,
    updatedAt: instant,
    demonstration,
  })
  .meta({ id: 'Quake', description: 'A quake of which something is published' })
export type QuakeJson = z.infer<typeof quakeSchema>

export const quakeListSchema = z
  .strictObject({ quakes: z.array(quakeSchema), next, demonstration })
  .meta({ id: 'QuakeList', description: 'The latest first published first' })
export type QuakeListJson = z.infer<typeof quakeListSchema>

const said = instant.nullable()
export const rebuttalSchema = z
  .strictObject({
    id: z.string().meta({ description: 'of the address /rumours/<id>, the same for ever' }),
    url: z.string(),
    state: z.enum(ANSWER_STANDINGS).meta({
      description:
        'checking: nothing is found yet; review: what was found is looked at again; merged: see `mergedInto`',
    }),
    verdict: z.enum([...VERDICTS, '待核']).meta({ description: '待核 while nothing stands found' }),
    claim: z
      .string()
      .nullable()
      .meta({ description: 'what was said, quoted to be answered; null while nothing stands found' }),
    title: z.string().nullable(),
    facts: z.array(z.string()).meta({ description: 'paragraphs' }),
    evidence: z.string().nullable(),
    line: z.string().nullable().meta({ description: 'the first line, while it stands' }),
    heardAt: instant.meta({ description: 'when the first report of it reached the bureau' }),
    saidAt: said.meta({ description: 'when it was said that it is being checked' }),
    answeredAt: said,
    correctedAt: said,
    withdrawnAt: said,
    mergedInto: z.string().nullable(),
    notices: z.array(
      z.strictObject({
        id: z.string(),
        code: z.string(),
        serial: z.string(),
        report: z.int().min(1),
        state: z.enum(['current', 'superseded', 'withdrawn']),
        issuedAt: instant,
        url: z.string(),
      }),
    ),
    demonstration,
  })
  .meta({ id: 'Rebuttal', description: 'A rumour that something was said about publicly, and what was found' })
export type RebuttalJson = z.infer<typeof rebuttalSchema>

export const rebuttalListSchema = z
  .strictObject({ rebuttals: z.array(rebuttalSchema), next, demonstration })
  .meta({ id: 'RebuttalList', description: 'The latest opened first; withdrawn ones stay, with their state' })
export type RebuttalListJson = z.infer<typeof rebuttalListSchema>

export const changeListSchema = z
  .strictObject({
    changes: z.array(
      z.strictObject({
        seq: z.int().meta({ description: 'place in the order of record' }),
        at: instant,
        code: z.string(),
        kind,
        serial: z.string(),
        report: z.int().min(1),
        quake: z.string().nullable(),
        paths: z.array(z.string()).meta({ description: 'what may be fetched anew' }),
      }),
    ),
    next: z
      .string()
      .meta({ description: 'what to ask for as `after`; it names the record as well, which a number does not' }),
    reset: z.boolean().meta({ description: 'too far behind: fetch everything anew' }),
    newest: z.string().nullable().meta({ description: 'code of the newest notice' }),
    stale: instant.nullable().meta({ description: 'since when the record could not be read' }),
    demonstration,
  })
  .meta({ id: 'ChangeList', description: 'What was shown since, in the order of record; the same as the stream /live' })

export const refusalSchema = z
  .strictObject({
    error: z.string().meta({ description: 'what is wrong and what to do' }),
    rule: z.string().meta({ description: 'the rule’s name, for programs' }),
    poll: z.string().optional().meta({ description: 'where to ask instead' }),
  })
  .meta({ id: 'Refusal' })
export type Refusal = z.infer<typeof refusalSchema>

export const sightingReceiptSchema = z
  .strictObject({
    receipt: z
      .string()
      .meta({ description: 'to be asked by; the same words of the same sender on the same day, the same' }),
    status: z.string().meta({ description: 'the page that takes it' }),
  })
  .meta({ id: 'SightingReceipt' })

const preferences = z.strictObject({
  districts: z.array(z.string()),
  minIntensity: z.number().nullable(),
  minMagnitude: z.number().nullable(),
  night: z.number().nullable(),
  digest: z.boolean(),
  rebuttals: z.boolean(),
})

export const subscribedSchema = z
  .strictObject({
    id: z.string(),
    unsubscribe: z.string().meta({ description: 'the key to this subscription: to read, to change, to delete it' }),
  })
  .meta({ id: 'Subscribed' })

export const changedSchema = z.strictObject({ id: z.string(), preferences }).meta({ id: 'ChangedSubscription' })

export const subscriptionExportSchema = z
  .strictObject({
    id: z.string(),
    endpoint: z.string(),
    pushService: z.string(),
    keys: z.strictObject({ p256dh: z.string(), auth: z.string() }),
    preferences,
    consent: z.strictObject({ version: z.string(), language: z.enum(['zh', 'en']), at: instant }),
    createdAt: instant,
    renewedAt: instant,
    lastReachedAt: instant.nullable(),
  })
  .meta({ id: 'Subscription', description: 'All that is kept of one subscriber' })
