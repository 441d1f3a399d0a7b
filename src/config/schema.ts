// In: nothing. Out: the shape of quakedesk.yaml, with the defaults of DESIGN §5 and §6.
// Must not know a channel's keys: each channel brings its own schema.
import { z } from 'zod'
import { attenuationSchema } from '../core/intensity/attenuation.ts'
import { parseZonedTime } from '../core/instant.ts'
import { NOTICE_KINDS } from '../core/notice.ts'
import { DEFAULT_GATES, type GateThresholds } from '../core/judgement/policy.ts'
import { span, watchShape } from './watch.ts'

const latitude = z.number().min(-90).max(90)
const longitude = z.number().min(-180).max(180)
const code = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{6}$/, 'must be a six-digit GB/T 2260 code'))
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, at most 40')
const name = z.string().trim().min(1).max(40)
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')

const place = z.strictObject({ name, code, latitude, longitude, siteTerm: z.number().min(-1).max(2).default(0) })

const AUTHORITIES = ['official-national', 'official-provincial', 'own', 'foreign', 'mirror', 'context'] as const
const FEED_FORMATS = [
  'ceic',
  'cenc-web',
  'wolfx',
  'fan',
  'usgs',
  'emsc',
  'emsc-ws',
  'geonet',
  'fdsn-text',
  'quakeml',
  'scml',
  'jma',
  'p2pquake',
  'rss',
  'cap',
] as const

export type FeedFormatName = (typeof FEED_FORMATS)[number]

/** "15s" or "2m" to milliseconds. */
const every = z
  .string()
  .regex(/^\d{1,5}[sm]$/, 'must be <n>s or <n>m')
  .transform((text) => Number(text.slice(0, -1)) * (text.endsWith('m') ? 60_000 : 1_000))
  .pipe(z.number().min(1_000, 'must be at least 1s').max(86_400_000))

const when = z.strictObject({
  minMagnitude: z.number().min(-2).max(10).optional(),
  maxDistanceKm: z.number().positive().max(20_038).optional(),
  minIntensity: z.number().min(0).max(12).optional(),
  region: z.enum(['domestic', 'abroad']).optional(),
  evaluation: z.enum(['automatic', 'reviewed']).optional(),
  kinds: z
    .array(
      z.enum([
        'earthquake',
        'collapse',
        'blast',
        'mining',
        'suspected-blast',
        'explosion',
        'induced',
        'landslide',
        'volcanic',
        'other',
      ]),
    )
    .optional(),
})

/** An instant with its zone; YAML may also have turned it into a Date. */
const instant = z.union([z.string(), z.date()]).transform((given, context) => {
  const at = given instanceof Date ? given.getTime() : parseZonedTime(given)
  if (at !== null && Number.isFinite(at)) return at
  context.addIssue({
    code: 'custom',
    message: 'must be an ISO 8601 instant with its zone, e.g. 2026-01-01T00:00:00+08:00',
  })
  return z.NEVER
})

const gateShape = Object.fromEntries(
  Object.keys(DEFAULT_GATES).map((key) => [key, z.number().min(0).optional()]),
) as Record<keyof GateThresholds, z.ZodOptional<z.ZodNumber>>

/** Standard Webhooks: whsec_ and the base64 of 24 to 64 bytes; found out at start, not when the first push comes in. */
const doorSecret = z.string().refine((text) => {
  const key = Buffer.from(text.slice(6), 'base64')
  const same = `whsec_${key.toString('base64')}`.replace(/={1,2}$/, '') === text.replace(/={1,2}$/, '')
  return same && key.length >= 24 && key.length <= 64
}, 'must be whsec_ and 24 to 64 random bytes in base64; npm run init writes one')

const httpUrl = z.url({ protocol: /^(https?|wss?)$/, error: 'must be a URL' })

const STREAMS = 'must be a whole number from 0 to 200000'

export const configShape = z.strictObject({
  bureau: z.strictObject({
    name,
    shortName: name,
    publicUrl: z
      .url({ protocol: /^https?$/, error: 'must be the public address, https://…' })
      .regex(/^[^?#]*$/, 'must end before ? and #: /n/<code> is put behind it')
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    serialPrefix: z.string().trim().min(1).max(12),
    indexPrefix: z.string().trim().min(1).max(40).default(''),
    department: z.string().trim().min(1).max(40).default(''),
    home: place,
    watch: z.array(place).max(200).default([]),
    attenuation: attenuationSchema,
    contact: z
      .strictObject({
        phone: z.string().trim().min(1).max(60).default(''),
        email: z.email('must be an e-mail address').max(100).or(z.literal('')).default(''),
        address: z.string().trim().min(1).max(100).default(''),
      })
      .prefault({}),
  }),
  feeds: z
    .array(
      z.strictObject({
        id,
        format: z.enum(FEED_FORMATS),
        url: httpUrl,
        every: every.prefault('30s'),
        authority: z.enum(AUTHORITIES),
        /** For sources that ask for one (FAN Studio). */
        appId: z.string().max(200).optional(),
        key: z.string().max(400).optional(),
        /** List to fetch when the socket cannot be asked for its history. */
        snapshotUrl: httpUrl.optional(),
      }),
    )
    .max(100)
    .default([]),
  inbound: z
    .array(z.strictObject({ id, format: z.enum(FEED_FORMATS), authority: z.enum(AUTHORITIES), secret: doorSecret }))
    .max(100)
    .default([]),
  gates: z.strictObject(gateShape).default({} as never),
  rules: z
    .array(
      z.strictObject({
        name,
        when: when.default({}),
        notice: z.enum(NOTICE_KINDS).optional(),
        outlets: z.array(z.string().min(1)).default(['*']),
        mode: z.enum(['auto', 'veto', 'hold', 'record']).default('auto'),
        vetoSeconds: z.number().int().min(1).max(3_600).default(60),
      }),
    )
    .max(100)
    .optional(),
  authorisations: z
    .array(
      z.strictObject({
        id,
        template: z.enum(NOTICE_KINDS),
        sources: z.array(id).min(1),
        when: when.default({}),
        signedBy: name,
        signedAt: instant,
        expiresAt: instant,
        sha256: hash.optional(),
        publicationLevel: z.string().trim().max(40).default('一级'),
        secrecyReview: z.string().trim().max(200).default('已审查，不涉密'),
      }),
    )
    .max(100)
    .default([]),
  /** The bureau's signature under templates/pages/guide.yaml; without it these texts stay hidden. */
  guide: z.strictObject({ signedBy: name, signedAt: instant, sha256: hash }).optional(),
  /** Other agencies' systems: POST /api/v1/agencies/<id>/sightings on DESK_PORT, Standard Webhooks signature. */
  agencies: z
    .array(
      z.strictObject({
        id,
        name,
        secret: doorSecret,
        /** Id of an organisation of the desk: its people see what its system brought. */
        organisation: id.optional(),
      }),
    )
    .max(100)
    .default([]),
  /** Where browsers reach the desk, and what seals second factors where several machines share a database. */
  desk: z
    .strictObject({
      url: z
        .string()
        .regex(/^https?:\/\/[^\s/?#]+$/, 'must be https://host without a path')
        .optional(),
      key: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
        .optional(),
    })
    .optional(),
  /** Whom an alarm wakes, step by step, until somebody acknowledges it. */
  watch: watchShape.optional(),
  /** Time limits of an event; without: those of 国办发〔2016〕61号. */
  deadlines: z
    .array(
      z.strictObject({
        id,
        name: z.string().trim().min(1).max(20),
        within: span.pipe(
          z
            .number()
            .min(60_000, 'must be at least 1m')
            .max(720 * 3_600_000, 'must be at most 720h'),
        ),
        when: when.optional(),
        met: z.enum(['notice', 'person']).default('person'),
      }),
    )
    .max(10)
    .refine((rows) => new Set(rows.map((row) => row.id)).size === rows.length, 'must not name an id twice')
    .optional(),
  /** How long sealed originals and pictures of reports are kept once their claim rests; what went to the police stays. */
  rumours: z
    .strictObject({
      keepDismissedDays: z.number().int().min(30).max(36_500).default(90),
      keepPublishedDays: z.number().int().min(365).max(36_500).default(1_095),
    })
    .prefault({}),
  announcements: z
    .array(
      z.strictObject({
        title: z.string().trim().min(1).max(80),
        text: z.string().trim().min(1).max(5_000),
        signedBy: name,
        publishedAt: instant,
      }),
    )
    .max(50)
    .default([]),
  /** Streams of /live that the public process keeps open, in all and from one public address; more are told to poll. */
  live: z
    .strictObject({
      streams: z.int(STREAMS).min(0, STREAMS).max(200_000, STREAMS).default(12_000),
      streamsPerAddress: z.int(STREAMS).min(0, STREAMS).max(200_000, STREAMS).default(1_000),
    })
    .prefault({}),
  outlets: z
    .array(
      z.looseObject({
        id,
        channel: z.string().min(1),
        class: z.enum(['actual', 'drill']).default('actual'),
        mode: z.enum(['live', 'rehearsal']).default('live'),
      }),
    )
    .max(100)
    .default([]),
})

export type ConfigFile = z.infer<typeof configShape>
