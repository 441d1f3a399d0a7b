// In: the tables of src/core/data. Out: county-level units with their points and their line of authority.
// Must not guess a coordinate: a unit without a licensed point stands in GAPS, known by name only.
import { z } from 'zod'
import aliasRows from '../data/county-aliases.json' with { type: 'json' }
import countyRows from '../data/counties.json' with { type: 'json' }
import gapRows from '../data/county-gaps.json' with { type: 'json' }
import prefectureRows from '../data/prefectures.json' with { type: 'json' }
import provinceRows from '../data/provinces.json' with { type: 'json' }
import type { Point } from './distance.ts'
import { shortenName } from './short-name.ts'

/** Where a point comes from: a label point, the same of the unit's predecessor, the seat's town, or the bureau's YAML. */
type CoordSource = 'label-point' | 'predecessor' | 'geonames' | 'bureau'

export interface Province {
  /** Two-digit GB/T 2260 code. */
  code: string
  name: string
  /** 宁夏, 内蒙古: how a place text opens. */
  short: string
}

export interface Prefecture {
  /** Four-digit GB/T 2260 code. */
  code: string
  name: string
  /** 阿坝州, 银川市. */
  short: string
}

/** A county-level unit. Degrees; one point, in practice the seat. */
export interface County extends Point {
  /** Six-digit GB/T 2260 code; `71-…` in 台湾省, for which GB has none. */
  code: string
  name: string
  province: Province
  /** Null in municipalities, 台湾, 香港, 澳门 and for units that the province governs directly. */
  prefecture: Prefecture | null
  coordSource: CoordSource
  /** Former names, and others the bureau added. */
  aliases: readonly string[]
}

/** A unit known by name that has no point; it may be printed, but no distance to it is ever told. */
export interface CountyGap {
  code: string
  name: string
  reason: string
}

export const PROVINCES: readonly Province[] = provinceRows.map(([code = '', name = '', short = '']) => ({
  code,
  name,
  short,
}))
export const PREFECTURES: readonly Prefecture[] = prefectureRows.map(([code = '', name = '']) => ({
  code,
  name,
  short: shortenName(name),
}))
export const GAPS: readonly CountyGap[] = gapRows.map(([code = '', name = '', reason = '']) => ({ code, name, reason }))

const provinceByCode = new Map(PROVINCES.map((province) => [province.code, province]))
const prefectureByCode = new Map(PREFECTURES.map((prefecture) => [prefecture.code, prefecture]))

/** Province of a county code; throws for a code outside the 34, since no text could be made of it. */
export function findProvince(code: string): Province {
  const province = provinceByCode.get(code.slice(0, 2))
  if (!province) throw new Error(`no province-level unit has the code ${code.slice(0, 2)} (of ${code})`)
  return province
}

/** Prefecture of a county code, or null where the province governs directly. */
export function findPrefecture(code: string): Prefecture | null {
  return prefectureByCode.get(code.slice(0, 4)) ?? null
}

const SOURCES: Record<string, CoordSource> = { c: 'label-point', p: 'predecessor', g: 'geonames' }

function buildNationalCounties(): County[] {
  const formerNames = Map.groupBy(aliasRows, ([, code = '']) => code)
  return (countyRows as [string, string, number, number, string][]).map(
    ([code, name, latitude, longitude, source]) => ({
      code,
      name,
      latitude,
      longitude,
      province: findProvince(code),
      prefecture: findPrefecture(code),
      coordSource: SOURCES[source] ?? 'label-point',
      aliases: (formerNames.get(code) ?? []).map(([alias = '']) => alias),
    }),
  )
}

/** All county-level units of the shipped table, by code. */
export const NATIONAL_COUNTIES: readonly County[] = buildNationalCounties()

/** A row of the bureau's YAML that adds a place or replaces one of the same code. */
export const countyRowSchema = z.strictObject({
  code: z.string().regex(/^\d{6}$/, 'six digits of GB/T 2260'),
  name: z.string().regex(/^\p{Script=Han}{2,15}$/u, 'two to fifteen Chinese characters'),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  aliases: z
    .array(z.string().regex(/^\p{Script=Han}{2,15}$/u))
    .max(10)
    .default([]),
})

export type CountyRow = z.input<typeof countyRowSchema>

/**
 * The shipped counties with a bureau's own rows laid over them: a known code is replaced (its former names stay),
 * an unknown one is added under the province and prefecture that its code names. Throws on a row the schema refuses.
 */
export function layOver(rows: readonly CountyRow[], base: readonly County[] = NATIONAL_COUNTIES): County[] {
  const merged = new Map(base.map((county) => [county.code, county]))
  for (const row of rows) {
    const { code, name, latitude, longitude, aliases } = countyRowSchema.parse(row)
    const before = merged.get(code)
    const formerNames = before ? [...before.aliases, ...(before.name === name ? [] : [before.name])] : []
    merged.set(code, {
      code,
      name,
      latitude,
      longitude,
      province: findProvince(code),
      prefecture: findPrefecture(code),
      coordSource: 'bureau',
      aliases: [...new Set([...formerNames, ...aliases])],
    })
  }
  return [...merged.values()]
}
