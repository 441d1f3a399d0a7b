// In: the README's example, spoilt one key or value at a time. Out: a sentence for the person who has to mend it.
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channels } from '../../channels/index.ts'
import { BadConfig, loadConfig, loadConfigFile } from '../../src/config.ts'
import { reachHost } from '../../src/config/address.ts'
import { LIVE_LIMITS } from '../../src/web/live/stream.ts'
import { loadExample } from '../support/example-config.ts'

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
const EXAMPLE = (/^```yaml\n([\s\S]*?)^```/m.exec(README)?.[1] ?? '').replace(/ +#.*$/gm, '')
/** The made-up secrets of support/example-config.ts, whatever key they stand under. */
const SECRET = /whsec_\w|example-app-secret|SECexample|access_token=|2\.00Example|exampletoken|abcdefghijklmnop/

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakedesk-faults-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function faultsOf(load: () => unknown): readonly string[] {
  try {
    load()
  } catch (error) {
    if (error instanceof BadConfig) return error.faults
    throw error
  }
  return []
}

/** The example with its first outlet and door only, and one thing wrong. */
const SMALL = `bureau: { name: 兰山市应急管理局, shortName: 兰山应急, publicUrl: https://yj.lanshan.example, serialPrefix: 兰震信, home: { name: 合肥市, code: '340100', latitude: 31.82, longitude: 117.23 }, attenuation: east }
inbound: [{ id: push, format: cenc-web, authority: official-national, secret: whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= }]
outlets: [{ id: site, channel: website }]
`
const faultsOfSmall = (change: (yaml: string) => string, env: Record<string, string> = {}): readonly string[] => {
  expect(change(SMALL) !== SMALL || Object.keys(env).length > 0).toBe(true)
  return faultsOf(() => loadConfig(change(SMALL), folder, env, channels, false))
}

describe('every key of the example, misspelt', () => {
  const keys = [...EXAMPLE.matchAll(/(?<![\w'-])([a-zA-Z]+):(?=\s)/g)].map((match) => ({
    key: match[1] ?? '',
    at: match.index,
  }))

  test('is named with the nearest key, and no secret is printed', () => {
    expect(keys.length).toBeGreaterThan(100)
    for (const { key, at } of keys) {
      const slip = key.length > 3 ? key.slice(0, 2) + key.slice(3) : `${key}x`
      const faults = faultsOf(() => loadExample(EXAMPLE.slice(0, at) + slip + EXAMPLE.slice(at + key.length)))
      // A File twin is named by the key that it stands for.
      const bare = (name: string): string => name.replace(/File$/, '')
      const named = faults.find((fault) => fault.includes(bare(slip)))
      expect(named, `${key} written ${slip}: ${faults.join(' | ')}`).toBeDefined()
      // A map by notice kind has no list of keys to choose from; the next line says which are missing.
      if (key !== 'default') expect(named).toContain(bare(key))
      expect(faults.filter((fault) => SECRET.test(fault))).toEqual([])
    }
  })
})

describe('a value that would fail only at night', () => {
  test.each<[string, (yaml: string) => string, RegExp]>([
    [
      'a door secret of the wrong form',
      (y) => y.replace(/whsec_[^ ]+/, 'sesame'),
      /inbound\.0\.secret = \(secret\): must be whsec_/,
    ],
    ['a door secret too short to be safe', (y) => y.replace(/whsec_[^ ]+/, 'whsec_AQEB'), /24 to 64 random bytes/],
    [
      'a public address with a query',
      (y) => y.replace('lanshan.example', 'lanshan.example/?from=post'),
      /publicUrl.*before \? and #/,
    ],
    [
      'latitude and longitude swapped',
      (y) => y.replace('latitude: 31.82', 'latitude: 117.23'),
      /home\.latitude = 117\.23/,
    ],
    [
      'a secret file that is a folder',
      (y) => y.replace(/secret: [^ ]+/, 'secretFile: .'),
      /secretFile = "\.": the file cannot be read \(EISDIR\)/,
    ],
  ])('%s is a fault at start', (_what, spoil, sentence) => {
    expect(faultsOfSmall(spoil).join('\n')).toMatch(sentence)
  })

  test('an empty secret file is a fault by its path', () => {
    writeFileSync(join(folder, 'empty'), '\n')
    expect(faultsOfSmall((y) => y.replace(/secret: [^ ]+/, 'secretFile: empty'))[0]).toBe(
      'inbound.0.secretFile = "empty": the file is empty',
    )
  })

  test('a second outlet where there can be one only is a fault by name, one for drills beside it is none', () => {
    const cap = (id: string, more = '') => `  - { id: ${id}, channel: cap, sender: dzj.lanshan.example${more} }`
    const outlets = [cap('cap'), cap('cap-drill', ', class: drill'), cap('cap-too')].join('\n')
    const faults = faultsOfSmall((yaml) => yaml.replace(/^outlets:.*$/m, (line) => `${line.split('[')[0]}\n${outlets}`))
    expect(faults).toEqual(['outlets (cap-too): cap has cap already, and one outlet of each class at the most'])
  })

  test('a number of streams that is none is a fault by name, a misspelt one is named with the nearest key', () => {
    const faultsOfLive = (live: string): readonly string[] => faultsOfSmall((yaml) => `${yaml}live: { ${live} }\n`)
    expect(faultsOfLive('streams: -1, streamsPerAddress: 1.5')).toEqual([
      'live.streams = -1: must be a whole number from 0 to 200000',
      'live.streamsPerAddress = 1.5: must be a whole number from 0 to 200000',
    ])
    expect(faultsOfLive('stream: 5')).toEqual(['live.stream = 5: no such key; did you mean streams?'])
    const { live } = loadConfig(SMALL, folder, {}, channels, false)
    expect([live.streams, live.streamsPerAddress]).toEqual([LIVE_LIMITS.most, LIVE_LIMITS.mostPerAddress])
  })

  test('two ports that are one, or none, are faults by name', () => {
    expect(faultsOfSmall((y) => y, { PORT: '9000', DESK_PORT: '9000' })).toEqual([
      'DESK_PORT = 9000: must be another port than PORT',
    ])
    expect(faultsOfSmall((y) => y, { PORT: '65535' })).toEqual([
      'DESK_PORT: PORT + 1 = 65536 is no port; set DESK_PORT',
    ])
  })

  test('a folder in the place of the file is no riddle', () => {
    mkdirSync(join(folder, 'there.yaml'))
    expect(faultsOf(() => loadConfigFile(join(folder, 'there.yaml'), {}, channels))[0]).toMatch(
      /QUAKEDESK_CONFIG = .*there\.yaml: a YAML file that this user may read is expected \(EISDIR\)/,
    )
  })

  test('an empty variable is no variable', () => {
    const config = loadConfig(SMALL, folder, { HOST: '', QUAKEDESK_DATA: '', PORT: '' }, channels, false)
    expect(config).toMatchObject({ host: '0.0.0.0', port: 8080, deskPort: 8081 })
    expect(config.dataFolder.endsWith('/data')).toBe(true)
  })
})

test.each([
  [undefined, '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['192.0.2.7', '192.0.2.7'],
  ['fd00::1', '[fd00::1]'],
])('who listens on %s is reached from this machine at %s', (listening, reached) => {
  expect(reachHost(listening)).toBe(reached)
})
