// In: nothing. Out: the lines of the table for CENC's own lists, their relays, and early warnings.
// Must not call a parser; see payload-table.ts.
import type { QuakeReport } from '../../src/core/quake-report.ts'
import { at, quake, type TableLine } from './payload-table.ts'

/** A row of CEIC's list: NEW_DID is its CATA_ID without the hundredths. */
function listed(
  row: number,
  id: string,
  times: { origin: string; spelled: string; saved: string; synced: string },
  where: [latitude: number, longitude: number, depthKm: number, place: string],
  magnitude: number,
): QuakeReport {
  const [latitude, longitude, depthKm, place] = where
  return quake(row, {
    sourceEventId: `${id}.00`,
    aliases: [id],
    revision: times.synced,
    agency: 'CENC',
    sourceCode: id.slice(0, 2),
    evaluation: 'reviewed',
    originTime: at(`${times.origin}+08:00`),
    issuedAt: at(`${times.saved}+08:00`),
    idTime: at(`${times.spelled}+08:00`),
    latitude,
    longitude,
    depthKm,
    magnitude: { value: magnitude, type: 'M' },
    place,
  })
}

/** Day, then clock of O_TIME, of the id, of SAVE_TIME and of SYNC_TIME. */
function clock(day: string, origin: string, spelled: string, saved: string, synced: string) {
  return {
    origin: `${day}T${origin}`,
    spelled: `${day}T${spelled}`,
    saved: `${day}T${saved}`,
    synced: `${day} ${synced}`,
  }
}

const DECEMBER: QuakeReport[] = [
  listed(
    0,
    'CC20191212100824',
    clock('2019-12-12', '10:08:23', '10:08:24', '10:12:35', '10:17:41'),
    [33.06, 121.37, 10, '江苏盐城市东台市海域'],
    3.5,
  ),
  listed(
    1,
    'CD20191212084919',
    clock('2019-12-12', '08:49:18', '08:49:19', '08:55:03', '09:00:09'),
    [36.94, 78.78, 10, '新疆和田地区皮山县'],
    4,
  ),
  listed(
    2,
    'CD20191211173056',
    clock('2019-12-11', '17:30:56', '17:30:56', '17:33:38', '17:38:38'),
    [42.55, 83.04, 10, '新疆阿克苏地区库车县'],
    3.6,
  ),
  listed(
    3,
    'CD20191211091356',
    clock('2019-12-11', '09:13:56', '09:13:56', '09:18:48', '09:23:44'),
    [39.97, 77.99, 16, '新疆喀什地区巴楚县'],
    3.8,
  ),
  listed(
    4,
    'CC20191211055829',
    clock('2019-12-11', '05:58:28', '05:58:29', '06:22:14', '06:27:10'),
    [35.35, 26.4, 60, '希腊克里特岛'],
    5.3,
  ),
  listed(
    5,
    'CD20191211041208',
    clock('2019-12-11', '04:12:07', '04:12:08', '04:20:27', '04:25:22'),
    [42.97, 84.41, 17, '新疆巴音郭楞州和静县'],
    3.3,
  ),
  // The id spells second 60: the minute that follows 01:04.
  listed(
    6,
    'CC20191211010460',
    clock('2019-12-11', '01:04:59', '01:05:00', '01:27:25', '01:32:19'),
    [30.71, 141.8, 10, '日本本州东南海域'],
    5.9,
  ),
  listed(
    7,
    'CD20191211000252',
    clock('2019-12-11', '00:02:52', '00:02:52', '00:08:08', '00:13:01'),
    [24.89, 99.17, 8, '云南保山市施甸县'],
    3.4,
  ),
  listed(
    8,
    'CD20191210222800',
    clock('2019-12-10', '22:28:00', '22:28:00', '22:33:51', '22:38:44'),
    [40.3, 116.37, 18, '北京昌平区'],
    2,
  ),
  listed(
    9,
    'CC20191210164041',
    clock('2019-12-10', '16:40:40', '16:40:41', '17:11:02', '17:15:52'),
    [-20.82, 168.65, 30, '洛亚蒂群岛附近海域'],
    5.6,
  ),
]

export const CHINA: TableLine[] = [
  {
    file: 'cenc/ceic-speedsearch-num2-2019-12.jsonp',
    says: 'ten formal rows, six ids one second late, one id with second 60',
    readings: [{ format: 'ceic', reports: DECEMBER }],
  },
  {
    file: 'cenc/ceic-speedsearch-alxa-2023-04-19.json',
    says: 'the id spells one second more than O_TIME, and CD is a provincial result adopted by CENC',
    readings: [
      {
        format: 'ceic',
        reports: [
          listed(
            0,
            'CD20230419082211',
            clock('2023-04-19', '08:22:10', '08:22:11', '08:28:46', '08:28:46'),
            [40.77, 105.44, 10, '内蒙古阿拉善盟阿拉善左旗'],
            3.3,
          ),
        ],
      },
    ],
  },
  {
    file: 'cenc/cenc-web-catalogs-2026-03.json',
    says: '7.599999904632568 is M 7.6 and −175.199997 is 175.2°W; gmtCreate is Beijing time',
    readings: [
      {
        format: 'cenc-web',
        reports: [
          quake(0, {
            sourceEventId: 'CC1774327070000',
            revision: '2026-03-24 13:02:24',
            agency: 'CENC',
            sourceCode: 'CC',
            evaluation: 'reviewed',
            originTime: at('2026-03-24T12:37:50+08:00'),
            issuedAt: at('2026-03-24T13:02:24+08:00'),
            idTime: 1_774_327_070_000,
            latitude: -18.7,
            longitude: -175.2,
            depthKm: 250,
            magnitude: { value: 7.6, type: 'M' },
            place: '汤加群岛',
          }),
        ],
      },
    ],
  },
  {
    file: 'cenc/fan-cenc-20251004.json',
    says: 'a formal row created eight and a half hours after the shock',
    readings: [
      {
        format: 'fan',
        reports: [
          quake(0, {
            sourceEventId: 'CC.20251004000748.000_I',
            aliases: ['CC.20251004000748.000'],
            revision: 'e244cab43590126c54d7f6daee126a03',
            agency: 'CENC',
            sourceCode: 'CC',
            evaluation: 'reviewed',
            originTime: at('2025-10-04T00:07:48+08:00'),
            issuedAt: at('2025-10-04T08:37:21+08:00'),
            idTime: at('2025-10-04T00:07:48+08:00'),
            latitude: 51.8,
            longitude: 159.5,
            depthKm: 30,
            magnitude: { value: 6.1, type: 'M' },
            place: '堪察加东岸附近海域',
          }),
        ],
      },
    ],
  },
  {
    file: 'cenc/fan-cenc-ir-20260402.json',
    says: 'an intensity product is no determination',
    readings: [{ format: 'fan', ignored: [[0, 'intensity-product']] }],
  },
  {
    file: 'cenc/wolfx-cenc_eqlist.json',
    says: 'the type of the row, not that of the message, makes it formal; a place called 测试 is no test',
    readings: [
      {
        format: 'wolfx',
        reports: [
          quake(0, {
            agency: 'CENC',
            sourceCode: 'CC',
            evaluation: 'reviewed',
            originTime: at('2026-08-09T12:34:56+08:00'),
            latitude: 30.1,
            longitude: 120.2,
            depthKm: 10,
            magnitude: { value: 5.2, type: 'M' },
            place: '四川测试地区',
          }),
        ],
      },
    ],
  },
  ...['fan-cea-202505111609.0001', 'fan-cea-pr-202509120550.0001', 'fan-jma-20251214232654'].map((name): TableLine => ({
    file: `eew/${name}.json`,
    says: 'an early warning says nothing, whatever the door',
    readings: [{ format: 'fan', ignored: [[0, 'early-warning']] }],
    never: true,
  })),
  ...['wolfx-jma_eew', 'wolfx-jma_eqlist'].map((name): TableLine => ({
    file: `eew/${name}.json`,
    says: 'a Japanese stream of a warning relay says nothing, whatever the door',
    readings: [{ format: 'wolfx', ignored: [[0, 'early-warning']] }],
    never: true,
  })),
]
