// In: rows of a scenario. Out: payloads as the sources write them, in their own formats, written from the reference.
// Must not be used by a parser's tests as proof: those read recorded payloads.
import { z } from 'zod'
import { BEIJING_OFFSET, formatBeijing, formatUtc, parseZonedTime, type Instant } from '../core/instant.ts'

/** An ISO 8601 instant with its zone. */
export const instant = z.string().transform((text, context) => {
  const at = parseZonedTime(text)
  if (at !== null) return at
  context.addIssue({ code: 'custom', message: `${text} is no ISO 8601 instant with its zone` })
  return z.NEVER
})

export const rowShape = z.strictObject({
  /** Source code: AU, CC, CD, a province's letters; network letters for foreign formats. */
  code: z.string().default('CC'),
  /** Upstream id; follows from code and time when left out. */
  id: z.string().optional(),
  time: instant,
  latitude: z.number(),
  longitude: z.number(),
  depth: z.number().nullable().default(10),
  magnitude: z.number().nullable(),
  magnitudeType: z.string().default('M'),
  place: z.string(),
  deleted: z.boolean().default(false),
  /** Foreign formats: the type word. */
  type: z.string().default('earthquake'),
  /** Foreign formats: automatic, reviewed, deleted. */
  status: z.string().default('automatic'),
  updated: instant.optional(),
  /** Milliseconds added to the printed time: a source whose zone slipped. */
  slipMs: z.number().default(0),
  /** The source's own mark of training traffic. */
  training: z.boolean().default(false),
})

export type ScenarioRow = z.infer<typeof rowShape>

const two = (n: number): string => String(n).padStart(2, '0')

/** 20170603181103 in Beijing time. */
function compact(at: Instant): string {
  return formatBeijing(at).replace(/\D/g, '')
}

function shown(row: ScenarioRow): Instant {
  return row.time + row.slipMs
}

const WRITERS: Readonly<Record<string, (rows: readonly ScenarioRow[]) => { body: string; contentType: string }>> = {
  'cenc-web': (rows) => json({ message: '', code: 0, data: rows.map(writeCencWeb) }),
  ceic: (rows) => ({
    body: `(${JSON.stringify({ shuju: rows.map(writeCeic), jieguo: '最近48小时地震信息', num: rows.length })})`,
    contentType: 'text/html; charset=utf-8',
  }),
  fan: (rows) => json({ Data: rows[0] ? writeFan(rows[0]) : null, md5: String(rows.length) }),
  wolfx: (rows) =>
    json({
      type: 'cenc_eqlist',
      md5: rows.map((r) => r.time).join('-'),
      ...Object.fromEntries(rows.map((row, index) => [`No${index + 1}`, writeWolfx(row)])),
    }),
  usgs: (rows) =>
    json({
      type: 'FeatureCollection',
      metadata: {
        generated: rows.reduce((newest, row) => Math.max(newest, row.updated ?? row.time), 0),
        count: rows.length,
      },
      features: rows.map(writeUsgs),
    }),
  emsc: (rows) =>
    json({ type: 'FeatureCollection', metadata: { totalCount: rows.length }, features: rows.map(writeEmsc) }),
  'fdsn-text': (rows) => ({
    body: `#EventID | Time | Latitude | Longitude | Depth/km | Author | Catalog | Contributor | ContributorID | MagType | Magnitude | MagAuthor | EventLocationName\n${rows.map(writeFdsn).join('\n')}\n`,
    contentType: 'text/plain; charset=utf-8',
  }),
}

/** Writes rows as a list of that format. @throws when this town cannot write it: give the step a body instead */
export function writePayload(format: string, rows: readonly ScenarioRow[]): { body: string; contentType: string } {
  const write = WRITERS[format]
  if (!write) throw new Error(`the town cannot write ${format}; give the step a body`)
  return write(rows)
}

function json(value: unknown): { body: string; contentType: string } {
  return { body: JSON.stringify(value), contentType: 'application/json; charset=utf-8' }
}

function writeCencWeb(row: ScenarioRow): object {
  return {
    id: Number(compact(row.time)),
    uniEventId: row.id ?? `${row.code}${row.time}`,
    oriTime: formatBeijing(shown(row)),
    locName: row.place,
    epiLon: row.longitude,
    epiLat: row.latitude,
    focDepth: row.depth,
    magType: '',
    magnitude: row.magnitude,
    eqType: row.code,
    gmtCreate: formatBeijing(row.updated ?? row.time + 120_000),
    gmtUpdate: null,
    isDeleted: row.deleted ? 1 : 0,
    ...(row.training ? { isTraining: 1 } : {}),
    locationRange: 1,
  }
}

function writeCeic(row: ScenarioRow): object {
  const id = row.id ?? `${row.code}${compact(row.time)}`
  return {
    id: String(Math.floor(row.time / 1000) % 1_000_000),
    CATA_ID: `${id}.00`,
    SAVE_TIME: formatBeijing(row.updated ?? row.time + 300_000),
    O_TIME: formatBeijing(shown(row)),
    EPI_LAT: row.latitude.toFixed(2),
    EPI_LON: row.longitude.toFixed(2),
    EPI_DEPTH: row.depth,
    AUTO_FLAG: row.code === 'AU' ? 'A' : 'M',
    EQ_TYPE: 'M',
    O_TIME_FRA: '0',
    M: row.magnitude === null ? '0' : row.magnitude.toFixed(1),
    M_MS: '0',
    LOCATION_C: row.place,
    IS_DEL: row.deleted ? '1' : '',
    ...(row.training ? { isTraining: '1' } : {}),
    SYNC_TIME: formatBeijing((row.updated ?? row.time + 300_000) + 300_000),
    NEW_DID: id,
  }
}

function writeFan(row: ScenarioRow): object {
  const automatic = row.code === 'AU'
  return {
    id: Math.floor(row.time / 1000) % 100_000,
    eventId: row.id ?? `${row.code}.${compact(row.time)}.000_${automatic ? 'A' : 'I'}`,
    autoFlag: automatic ? 'A' : 'I',
    shockTime: formatBeijing(shown(row)),
    longitude: row.longitude,
    latitude: row.latitude,
    placeName: row.place,
    magnitude: row.magnitude,
    createTime: formatBeijing(row.updated ?? row.time + 120_000),
    depth: row.depth,
    earthtype: 4,
    infoTypeName: automatic ? '[自动测定]' : '[正式测定]',
    ...(row.deleted ? { isDeleted: true } : {}),
    ...(row.training ? { isTraining: true } : {}),
  }
}

function writeWolfx(row: ScenarioRow): object {
  return {
    type: row.code === 'AU' ? 'automatic' : 'reviewed',
    time: formatBeijing(shown(row)),
    location: row.place,
    placeName: row.place,
    magnitude: String(row.magnitude ?? ''),
    depth: String(row.depth ?? ''),
    latitude: String(row.latitude),
    longitude: String(row.longitude),
    intensity: '',
    ...(row.training ? { isTraining: true } : {}),
  }
}

function foreignId(row: ScenarioRow): string {
  const date = new Date(row.time + BEIJING_OFFSET)
  return (
    row.id ??
    `${row.code.toLowerCase()}${date.getUTCFullYear()}${two(date.getUTCMonth() + 1)}${(row.time / 1000).toString(36)}`
  )
}

function writeUsgs(row: ScenarioRow): object {
  const id = foreignId(row)
  return {
    type: 'Feature',
    id,
    properties: {
      mag: row.magnitude,
      place: row.place,
      time: shown(row),
      updated: row.updated ?? row.time + 600_000,
      status: row.deleted ? 'deleted' : row.status,
      net: row.code.toLowerCase(),
      code: id.slice(2),
      ids: `,${id},`,
      sources: `,${row.code.toLowerCase()},`,
      types: ',origin,',
      magType: row.magnitudeType === 'M' ? 'mww' : row.magnitudeType,
      type: row.type,
    },
    geometry: { type: 'Point', coordinates: [row.longitude, row.latitude, row.depth] },
  }
}

function writeEmsc(row: ScenarioRow): object {
  const id = foreignId(row)
  return {
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: [row.longitude, row.latitude, row.depth === null ? null : -row.depth] },
    properties: {
      source_id: id,
      source_catalog: 'EMSC-RTS',
      lastupdate: formatUtc(row.updated ?? row.time + 600_000),
      time: formatUtc(shown(row)),
      flynn_region: row.place,
      lat: row.latitude,
      lon: row.longitude,
      depth: row.depth,
      evtype: 'ke',
      auth: row.code,
      mag: row.magnitude,
      magtype: row.magnitudeType.toLowerCase(),
      unid: id,
    },
  }
}

function writeFdsn(row: ScenarioRow): string {
  const at = formatUtc(shown(row)).replace('Z', '')
  return [
    foreignId(row),
    at,
    row.latitude,
    row.longitude,
    row.depth ?? '',
    row.code,
    '',
    row.code,
    '',
    row.magnitudeType,
    row.magnitude ?? '',
    row.code,
    row.place,
  ].join('|')
}
