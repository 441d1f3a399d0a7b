import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { parseJmaCoordinate } from '../../src/feeds/jma-coordinate.ts'
import { findTelegrams, parseJma } from '../../src/feeds/jma.ts'
import { fixture, itOnRecorded, recorded, vary } from './recorded.ts'

const TEXT = fixture('jma-hypocentre.xml')

const varied = (...pairs: [string, string][]): string => vary(TEXT, pairs, true)
const first = (text: string) => parseJma(text).reports[0]
const WITHOUT_BODY: [string, string] = [
  TEXT.slice(TEXT.indexOf('<Earthquake>'), TEXT.indexOf('</Body>')),
  '<Text>取り消します。</Text>',
]

describe("JMA's telegrams", () => {
  it('one telegram is one report, depth from metres, times with their offset', () => {
    expect(parseJma(TEXT)).toEqual({
      reports: [
        {
          row: 0,
          lifecycle: 'report',
          class: 'actual',
          sourceEventId: '20220501110020',
          aliases: [],
          revision: '2022-05-01T02:05:10.000Z 2',
          agency: 'JMA',
          sourceCode: '',
          evaluation: 'unknown',
          kind: 'earthquake',
          originTime: Date.UTC(2022, 4, 1, 2),
          issuedAt: Date.UTC(2022, 4, 1, 2, 5),
          latitude: 38.1,
          longitude: 142.3,
          depthKm: 50,
          magnitude: { value: 5.2, type: 'Mj' },
          place: '架空の沖',
          idTime: null,
        },
      ],
      refused: [],
      ignored: [],
    })
  })

  it.each(['訓練', '試験', '', 'unknown to us'])('status "%s" is test traffic', (status) => {
    expect(first(varied(['通常', status]))?.class).toBe('test')
  })

  it('a cancellation has no earthquake and names its event alone', () => {
    expect(parseJma(varied(['発表', '取消'], WITHOUT_BODY)).reports).toEqual([
      expect.objectContaining({
        lifecycle: 'cancel',
        sourceEventId: '20220501110020',
        originTime: null,
        latitude: null,
        longitude: null,
        magnitude: null,
      }),
    ])
  })

  it('a cancelled drill stays a drill', () => {
    expect(first(varied(['通常', '訓練'], ['発表', '取消'], WITHOUT_BODY))).toMatchObject({
      lifecycle: 'cancel',
      class: 'test',
    })
  })

  it('a cancellation without EventID names nothing and is refused', () => {
    const { refused } = parseJma(varied(['発表', '取消'], WITHOUT_BODY, ['20220501110020', '']))
    expect(refused).toEqual([expect.objectContaining({ rule: 'names-nothing' })])
  })

  it('a correction is a report of the same event with its own revision', () => {
    const corrected = first(varied(['発表', '訂正'], ['02:05:10Z', '02:09:00Z'], ['5.2', '5.4']))
    expect(corrected).toMatchObject({ lifecycle: 'report', sourceEventId: '20220501110020', magnitude: { value: 5.4 } })
    expect(corrected?.revision).not.toBe(first(TEXT)?.revision)
  })

  it.each([['発表'], ['取消']])('an early warning is left aside, also when it says %s', (infoType) => {
    const text = varied(
      ['震源・震度に関する情報', '緊急地震速報（警報）'],
      ['地震情報', '緊急地震速報'],
      ['発表', infoType],
    )
    expect(parseJma(text)).toEqual({ reports: [], refused: [], ignored: [{ row: 0, reason: 'early-warning' }] })
  })

  it('an early warning is known by its InfoKind when the title is harmless', () => {
    expect(parseJma(varied(['<InfoKind>地震情報', '<InfoKind>緊急地震速報'])).ignored).toEqual([
      { row: 0, reason: 'early-warning' },
    ])
  })

  it.each([
    ['震度速報', 'no-hypocentre'],
    ['津波警報・注意報・予報', 'tsunami'],
    ['南海トラフ地震臨時情報', 'other-product'],
    ['地震回数に関する情報', 'other-product'],
  ])('a telegram "%s" is left aside as %s', (title, reason) => {
    const text = varied(['震源・震度に関する情報', title], ['震源・震度情報', title], ['地震情報', title])
    expect(parseJma(text).ignored).toEqual([{ row: 0, reason }])
  })

  it('a telegram of earthquake information without an earthquake is left aside', () => {
    expect(parseJma(varied(WITHOUT_BODY))).toEqual({
      reports: [],
      refused: [],
      ignored: [{ row: 0, reason: 'no-hypocentre' }],
    })
  })

  it('an unknown hypocentre is left aside', () => {
    expect(parseJma(varied(['+38.1+142.3-50000/', ''])).ignored).toEqual([{ row: 0, reason: 'no-hypocentre' }])
  })

  it.each(['NaN', '', '不明'])('a magnitude "%s" is not known yet', (text) => {
    expect(first(varied(['>5.2<', `>${text}<`]))?.magnitude).toBeNull()
  })

  it('a moment magnitude stands where JMA gives no number of its own', () => {
    const beside = '</jmx_eb:Magnitude><jmx_eb:Magnitude type="Mw">8.4</jmx_eb:Magnitude>'
    expect(first(varied(['>5.2</jmx_eb:Magnitude>', `>NaN${beside}`]))?.magnitude).toEqual({ value: 8.4, type: 'Mw' })
    expect(first(varied(['>5.2</jmx_eb:Magnitude>', `>8.0${beside}`]))?.magnitude).toEqual({ value: 8, type: 'Mj' })
  })

  it('the spelling in degrees and minutes is the finer one and is not read as degrees', () => {
    const both =
      '+34.8+138.5-20000/</jmx_eb:Coordinate><jmx_eb:Coordinate type="震源位置（度分）">+3447.1+13829.9-23000/'
    expect(first(varied(['+38.1+142.3-50000/', both]))).toMatchObject({
      latitude: 34.785,
      longitude: 138.4983,
      depthKm: 23,
    })
  })

  it('a coordinate that is none is refused by name', () => {
    const { refused } = parseJma(varied(['+38.1+142.3-50000/', 'N38.1 E142.3']))
    expect(refused).toEqual([expect.objectContaining({ rule: 'coordinate-text' })])
  })

  it('a distant earthquake names whose determination it relays', () => {
    const far = varied(
      ['震源・震度に関する情報', '遠地地震に関する情報'],
      ['</Area></Hypocenter>', '</Area><Source>ＰＴＷＣ</Source></Hypocenter>'],
    )
    expect(first(far)).toMatchObject({ agency: 'PTWC', kind: 'earthquake' })
    expect(first(far.replace('ＰＴＷＣ', 'ＵＳＧＳ'))?.agency).toBe('US')
  })

  it('an eruption abroad comes as a distant earthquake and is told by its comment', () => {
    const far = varied(
      ['震源・震度に関する情報', '遠地地震に関する情報'],
      ['</Comments>', '<FreeFormComment>○○火山で大規模な噴火が発生しました。</FreeFormComment></Comments>'],
      ['>5.2<', '>NaN<'],
    )
    expect(first(far)).toMatchObject({ kind: 'volcanic', magnitude: null })
  })

  it.each(['<feed/>', '<Report/>', '<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control/></Report>', '{}'])(
    'what is no telegram is refused as a whole: %s',
    (text) => {
      expect(() => parseJma(text)).toThrow(UnreadableFeed)
    },
  )

  it('the index of telegrams is no determination but says where they are', () => {
    const index = `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><title>震源に関する情報</title><id>urn:1</id><link type="application/xml" href="https://example.invalid/1.xml"/></entry></feed>`
    expect(parseJma(index)).toEqual({ reports: [], refused: [], ignored: [{ row: 0, reason: 'telegram-index' }] })
    expect(findTelegrams(index)).toEqual([
      { id: 'urn:1', title: '震源に関する情報', url: 'https://example.invalid/1.xml' },
    ])
  })
})

describe('ISO 6709 as JMA writes it', () => {
  it.each([
    ['+37.6+141.6-50000/', '37.6', '141.6', '50'],
    ['+37.6+141.6+0/', '37.6', '141.6', ''],
    ['+37.6+141.6/', '37.6', '141.6', ''],
    ['-20.3-178.0-560000/', '-20.3', '-178.0', '560'],
    ['-6.1+95.9-10000/', '-6.1', '95.9', '10'],
    ['+3447.1+13829.9-23000/', '34.785', '138.498333', '23'],
    ['-3447.1-00029.9/', '-34.785', '-0.498333', ''],
    ['+344706+1382954/', '34.785', '138.498333', ''],
  ])('%s', (text, latitude, longitude, depthKm) => {
    const position = parseJmaCoordinate(text)
    expect(position?.depthKm).toBe(depthKm)
    expect(Number(position?.latitude)).toBeCloseTo(Number(latitude), 6)
    expect(Number(position?.longitude)).toBeCloseTo(Number(longitude), 6)
  })

  it.each([
    '',
    '+37.6',
    '+3460.1+13829.9/',
    '+3447.1+138.5/',
    '37.6 141.6',
    '+37.6+141.6-50km/',
    `+${'9'.repeat(500)}`,
  ])('"%s" is no position', (text) => {
    expect(parseJmaCoordinate(text)).toBeNull()
  })
})

describe("JMA's recorded telegrams", () => {
  itOnRecorded('three telegrams of one quake share their id; the first has no hypocentre', () => {
    expect(parseJma(recorded('jma/20210217140808_VXSE51-scaleprompt.xml')).ignored).toEqual([
      { row: 0, reason: 'no-hypocentre' },
    ])
    const later = ['20210217140847_VXSE52-hypocentre', '20210217140958_VXSE53-detail'].map((name) =>
      first(recorded(`jma/${name}.xml`)),
    )
    expect(later.map((report) => [report?.sourceEventId, report?.depthKm])).toEqual([
      ['20210217230627', 50],
      ['20210217230627', 50],
    ])
    expect(new Set(later.map((report) => report?.revision)).size).toBe(2)
  })

  itOnRecorded('the drill is test traffic', () => {
    expect(first(recorded('jma/32-35_01_03_100806_VXSE53-drill.xml'))?.class).toBe('test')
  })

  itOnRecorded('the cancelled hypocentre has no Earthquake element', () => {
    expect(first(recorded('jma/32-35_06_02_100915_VXSE52.xml'))).toMatchObject({
      lifecycle: 'cancel',
      sourceEventId: '20080614084350',
    })
  })

  itOnRecorded('the revised hypocentre is the one in minutes', () => {
    expect(first(recorded('jma/32-35_03_02_240613_VXSE61.xml'))).toMatchObject({ latitude: 34.785, depthKm: 23 })
  })

  itOnRecorded('the cancelled early warning is left aside', () => {
    expect(parseJma(recorded('jma/37_04_02_110311_VXSE43.xml')).ignored).toEqual([{ row: 0, reason: 'early-warning' }])
  })
})
