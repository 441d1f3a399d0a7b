// In: small payloads of our own, each as a real service may send it one day. Out: proof that each is read as it is meant.
import { describe, expect, it } from 'vitest'
import type { ParsedFeed, QuakeReport } from '../../src/core/quake-report.ts'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import type { FeedFormat } from '../../src/feeds/index.ts'
import { FORMATS } from '../../src/feeds/index.ts'

type Said = Partial<Omit<QuakeReport, 'magnitude'>> & { m?: number | null }
type Line = [sentence: string, payload: unknown, expected: { said?: Said[]; ignored?: string[]; refused?: string[] }]

async function read(format: FeedFormat, payload: unknown): Promise<ParsedFeed> {
  return FORMATS[format](typeof payload === 'string' ? payload : JSON.stringify(payload))
}

function table(format: FeedFormat, lines: readonly Line[]): void {
  describe(`variations of ${format}`, () => {
    it.each(lines)('%s', async (_, payload, { said = [], ignored = [], refused = [] }) => {
      const parsed = await read(format, payload)
      expect(parsed.refused.map(({ rule }) => rule)).toEqual(refused)
      expect(parsed.ignored.map(({ reason }) => reason)).toEqual(ignored)
      expect(parsed.reports.map((report) => ({ ...report, m: report.magnitude?.value ?? null }))).toEqual(
        said.map((each) => expect.objectContaining(each)),
      )
    })
  })
}

const AT = Date.UTC(2031, 4, 6, 18, 9, 4)
const ceicRow = {
  CATA_ID: 'CC20310507020904.000',
  SAVE_TIME: '2031-05-07 02:20:00',
  O_TIME: '2031-05-07 02:09:04',
  EPI_LAT: '31.26',
  EPI_LON: '98.63',
  EPI_DEPTH: 22,
  AUTO_FLAG: 'M',
  M: '5.1',
  LOCATION_C: '四川甘孜州德格县',
  IS_DEL: '',
}
const ceic = (changes: object): unknown => ({ shuju: [{ ...ceicRow, ...changes }] })
const formal = { evaluation: 'reviewed', sourceCode: 'CC', agency: 'CENC', originTime: AT, m: 5.1 } as const
const plain = { ...formal, latitude: 31.26, longitude: 98.63, depthKm: 22 }

table('ceic', [
  ['a magnitude with its letter', ceic({ M: 'M5.1' }), { said: [plain] }],
  ['a magnitude with its word', ceic({ M: '5.1级' }), { said: [plain] }],
  ['full-width digits', ceic({ M: '５．１', EPI_LAT: '３１．２６' }), { said: [plain] }],
  ['degrees with their sign', ceic({ EPI_LAT: '31.26°', EPI_LON: '98.63°E' }), { said: [plain] }],
  ['a southern latitude', ceic({ EPI_LAT: '31.26°S' }), { said: [{ ...formal, latitude: -31.26 }] }],
  ['an eastern latitude is none', ceic({ EPI_LAT: '31.26°E' }), { refused: ['latitude-number'] }],
  ['a hemisphere beside a sign is doubtful', ceic({ EPI_LAT: '-31.26°S' }), { refused: ['latitude-number'] }],
  ['a depth in full-width digits', ceic({ EPI_DEPTH: '２２公里' }), { said: [plain] }],
  ['a date in Chinese', ceic({ O_TIME: '2031年05月07日02时09分04秒' }), { said: [plain] }],
  ['a date without a year is none', ceic({ O_TIME: '05月07日02时09分' }), { refused: ['origin-time-text'] }],
  [
    'a stage word behind the place weakens the row and leaves the place',
    ceic({ LOCATION_C: '四川甘孜州德格县（自动）' }),
    { said: [{ evaluation: 'automatic', sourceCode: 'AU', place: '四川甘孜州德格县' }] },
  ],
  [
    'a formal stage word only leaves the place',
    ceic({ LOCATION_C: '四川甘孜州德格县(正式测定)' }),
    { said: [{ ...formal, place: '四川甘孜州德格县' }] },
  ],
  [
    'a stage word cannot make an automatic row formal',
    ceic({ CATA_ID: 'AU20310507020904.000', LOCATION_C: '四川甘孜州德格县(正式)' }),
    { said: [{ evaluation: 'automatic', sourceCode: 'AU' }] },
  ],
  ['a deletion in letters', ceic({ IS_DEL: 'D' }), { said: [{ lifecycle: 'delete' }] }],
])

const webRow = {
  uniEventId: 'CC1935857344000',
  oriTime: '2031-05-07 02:09:04',
  locName: '四川甘孜州德格县',
  epiLat: 31.26,
  epiLon: 98.63,
  focDepth: 22,
  magnitude: 5.099999904632568,
  eqType: 'CC',
  isDeleted: 0,
}
table('cenc-web', [
  ['rows beside the code', { code: 200, rows: [webRow] }, { said: [plain] }],
  ['rows in a page of records', { code: 0, data: { records: [webRow], total: 1 } }, { said: [plain] }],
  ['deleted in words', { code: 0, data: [{ ...webRow, isDeleted: '已删除' }] }, { said: [{ lifecycle: 'delete' }] }],
  [
    'an automatic word behind the place',
    { code: 0, data: [{ ...webRow, locName: '四川甘孜州德格县(自动测定)' }] },
    { said: [{ evaluation: 'automatic', sourceCode: 'AU', place: '四川甘孜州德格县' }] },
  ],
])

const fanRow = {
  eventId: 'CC.20310507020904.000_I',
  shockTime: '2031-05-07 02:09:04',
  latitude: 31.26,
  longitude: 98.63,
  depth: 22,
  magnitude: 5.1,
  placeName: '四川甘孜州德格县',
  infoTypeName: '[正式测定]',
}
const fan = (changes: object, source = 'cenc'): unknown => ({ type: 'update', source, Data: { ...fanRow, ...changes } })
table('fan', [
  ['the answer to "cenclist"', { type: 'cenclist_response', Data: [fanRow] }, { said: [plain] }],
  [
    'a list of another agency',
    { type: 'hkolist_response', Data: [fanRow, fanRow] },
    { ignored: ['other-source', 'other-source'] },
  ],
  ['a list of warnings', { type: 'jmalist_response', Data: [fanRow] }, { ignored: ['early-warning'] }],
  [
    'a provincial list',
    { type: 'yunnanlist_response', Data: [{ ...fanRow, eventId: '17' }] },
    { said: [{ sourceCode: 'YN', agency: 'YN', evaluation: 'reviewed' }] },
  ],
  ['an intensity list', { type: 'cencirlist_response', Data: [fanRow] }, { ignored: ['other-source'] }],
  ['an id without letters', fan({ eventId: 'CEIC.2031050701' }), { said: [plain] }],
  [
    'an automatic row with an id without letters',
    fan({ eventId: 'CENC-2031-0001', infoTypeName: '[自动测定]' }),
    { said: [{ evaluation: 'automatic', sourceCode: 'AU', agency: 'CENC' }] },
  ],
  [
    'a row that does not say how firm it is gets no code',
    fan({ eventId: '17', infoTypeName: '' }),
    { said: [{ evaluation: 'unknown', sourceCode: '', agency: '' }] },
  ],
])

const wolfxRow = {
  type: 'reviewed',
  time: '2031-05-07 02:09:04',
  placeName: '四川甘孜州德格县',
  magnitude: '5.1',
  depth: '22',
  latitude: '31.26',
  longitude: '98.63',
}
const japanese = {
  Title: '震源・震度情報',
  time: '2031/05/07 03:09',
  location: '某沖',
  magnitude: '6.1',
  shindo: '4',
  latitude: '37',
  longitude: '137',
}
table('wolfx', [
  ['the Japanese list over REST, which has no type', { No1: japanese, md5: 'x' }, { ignored: ['other-source'] }],
  ['a Japanese row by itself', [japanese], { ignored: ['other-source'] }],
  ['rows under "data"', { type: 'cenc_eqlist', data: { No1: wolfxRow } }, { said: [plain] }],
  ['the stage in Chinese', { No1: { ...wolfxRow, type: '[正式测定]' } }, { said: [plain] }],
  ['the automatic stage in Chinese', { No1: { ...wolfxRow, type: '自动测定' } }, { said: [{ sourceCode: 'AU' }] }],
])

const usgs = (properties: object, id = 'us7000zzzz'): object => ({
  type: 'Feature',
  id,
  properties: { mag: 5.1, time: AT, updated: AT, status: 'reviewed', net: 'us', code: '7000zzzz', ...properties },
  geometry: { type: 'Point', coordinates: [98.63, 31.26, 22] },
})
table('usgs', [
  [
    'the JSONP form',
    `eqfeed_callback(${JSON.stringify({ type: 'FeatureCollection', features: [usgs({})] })});`,
    { said: [{ sourceEventId: 'us7000zzzz', m: 5.1 }] },
  ],
  ['a scenario catalogue', usgs({}, 'bssc2031_se'), { said: [{ class: 'test' }] }],
  ['a version without magnitude', usgs({ mag: null }), { said: [{ m: null }] }],
  [
    'a deletion without place and time',
    { ...usgs({ status: 'deleted', time: null }), geometry: null },
    { said: [{ lifecycle: 'delete' }] },
  ],
  ...['ice quake', 'other event', 'sonic boom', 'acoustic noise', 'snow avalanche'].map((type): Line => [
    `type "${type}" is for a person`,
    usgs({ type }),
    { said: [{ kind: 'other' }] },
  ]),
])

const emsc = (properties: object, z: number | null = -22): object => ({
  type: 'Feature',
  id: '20310506_0000123',
  geometry: { type: 'Point', coordinates: [98.63, 31.26, z] },
  properties: {
    unid: '20310506_0000123',
    time: '2031-05-06T18:09:04.0Z',
    lat: 31.26,
    lon: 98.63,
    depth: 22,
    mag: 5.1,
    evtype: 'ke',
    ...properties,
  },
})
table('emsc', [
  ["a machine's row", { features: [emsc({ auto: true })] }, { said: [{ evaluation: 'automatic' }] }],
  ["an analyst's row", { features: [emsc({ auto: false })] }, { said: [{ evaluation: 'reviewed' }] }],
  ['one copy rounded', { features: [emsc({ depth: 22.4 })] }, { said: [{ depthKm: 22.4 }] }],
  ['two different depths', { features: [emsc({ depth: 35 })] }, { refused: ['depth-sign'] }],
])
table('emsc-ws', [
  [
    'a SockJS frame',
    `a[${JSON.stringify(JSON.stringify({ action: 'update', data: emsc({}) }))}]`,
    { said: [{ m: 5.1 }] },
  ],
  ['a SockJS farewell', 'c[3000,"Go away!"]', { ignored: ['heartbeat'] }],
  ['a broken message in a frame', 'a["{"]', { refused: ['shape'] }],
])
table('geonet', [
  [
    'a depth in the point alone',
    {
      features: [
        {
          type: 'Feature',
          geometry: { type: 'Point', coordinates: [173, -42, 15] },
          properties: { publicID: 'x', time: '2031-05-06T18:09:04Z', magnitude: 4, quality: 'best' },
        },
      ],
    },
    { said: [{ depthKm: 15, evaluation: 'reviewed' }] },
  ],
])

const HEAD =
  '#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName'
const line = (author: string, contributor = 'SED'): string =>
  `${HEAD}\nx1|2031-05-06T18:09:04.5|31.26|98.63|22|${author}||${contributor}|x1|ML|5.1|--|Somewhere`
table('fdsn-text', [
  [
    'a header of eight columns',
    '#EventID|Time|Latitude|Longitude|Depth/km|Magnitude|MagnitudeType|EventType\nx1|2031-05-06T18:09:04|31.26|98.63|22|5.1|mb|quarry blast',
    { said: [{ m: 5.1, depthKm: 22, kind: 'blast' }] },
  ],
  ['a row shorter than its header needs', `${HEAD}\nx1|2031-05-06T18:09:04|31.26`, { refused: ['columns'] }],
  [
    'a depth column with its unit in brackets',
    line('us').replace('Depth/km', 'Depth (km)'),
    { said: [{ depthKm: 22 }] },
  ],
  ['an observatory of INGV', line('SURVEY-INGV-OV#SiSmi', ''), { said: [{ agency: 'INGV' }] }],
  ['a computer as author', line('scevent@sc25a'), { said: [{ agency: 'SED' }] }],
  ['a list of contributors as author', line('at,us,pt', 'NEIC'), { said: [{ agency: 'US' }] }],
])

describe('a list of a Python program', () => {
  const rows = (depth: string, place = '四川甘孜州德格县'): string =>
    `{"code":0,"data":[${JSON.stringify({ ...webRow, locName: place }).replace('"focDepth":22', `"focDepth":${depth}`)},${JSON.stringify(webRow)}]}`

  it.each(['NaN', 'Infinity', '-Infinity', ' NaN '])(
    '%s stands for a missing value and takes no row along',
    async (word) => {
      const { reports } = await read('cenc-web', rows(word))
      expect(reports.map(({ depthKm }) => depthKm)).toEqual([null, 22])
    },
  )

  it('a word in a text stays as it is, also behind an escaped quote', async () => {
    const { reports } = await read('cenc-web', rows('NaN', '"\\, NaN, [Infinity]'))
    expect(reports[0]?.place).toBe('"\\, NaN, [Infinity]')
  })

  it.each(['{"data":[NaN,"', '[NaN', '{"a":NaN,}', `[NaN,${'"\\"'.repeat(50_000)}`])(
    'a broken one is refused: %#',
    async (text) => {
      await expect(read('cenc-web', text)).rejects.toThrow(UnreadableFeed)
    },
  )
})

describe('a page that is no list of events', () => {
  it.each([
    ['fdsn-text', '<html>\n<body>a|b|c</body></html>'],
    ['fdsn-text', 'Error 400: Bad Request\n\nUsage|x'],
    ['fdsn-text', '#EventID|Time|Place\nx|y|z'],
    ['usgs', 'Error 409: Conflict'],
  ] as const)('%s refuses it whole: %s', async (format, text) => {
    await expect(read(format, text)).rejects.toThrow(UnreadableFeed)
  })
})
