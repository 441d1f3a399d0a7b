// In: nothing. Out: the lines of the table for USGS: GeoJSON, and product messages that no door takes.
// Must not call a parser; see payload-table.ts.
import type { QuakeReport } from '../../src/core/quake-report.ts'
import { at, quake, type TableLine } from './payload-table.ts'

type Where = [latitude: number, longitude: number, depthKm: number]

/** A Feature of USGS: id, ids beside it, time, updated, [lat, lon, depth], magnitude with its type, place. */
function usgs(
  row: number,
  id: string,
  times: [time: number, updated: number],
  where: Where,
  magnitude: [number, string],
  place: string,
  more: Partial<QuakeReport> = {},
): QuakeReport {
  return quake(row, {
    sourceEventId: id,
    revision: String(times[1]),
    agency: (/^[a-z]+/.exec(id)?.[0] ?? '').slice(0, id.startsWith('iscgem') ? 6 : 2).toUpperCase(),
    evaluation: 'reviewed',
    originTime: times[0],
    issuedAt: times[1],
    latitude: where[0],
    longitude: where[1],
    depthKm: where[2],
    magnitude: { value: magnitude[0], type: magnitude[1] },
    place,
    ...more,
  })
}

export const USGS: TableLine[] = [
  {
    file: 'usgs-geojson/all_day-2018.json',
    says: 'a whole day: 188 quakes, depths above sea level, other ids of one quake',
    readings: [
      {
        format: 'usgs',
        count: 188,
        tally: {
          lifecycle: { report: 188 },
          class: { actual: 188 },
          kind: { earthquake: 188 },
          evaluation: { automatic: 145, reviewed: 43 },
          agency: { AK: 91, CI: 36, US: 30, HV: 11, PR: 9, NC: 8, NN: 2, UW: 1 },
        },
        some: [
          usgs(
            0,
            'ak20255160',
            [1537070431969, 1537070826993],
            [68.7636, -148.2799, 0.1],
            [2, 'ml'],
            '132km WNW of Arctic Village, Alaska',
            { evaluation: 'automatic' },
          ),
          usgs(
            3,
            'ci38061751',
            [1537069843000, 1537070066900],
            [33.3405, -116.2327, 0.45],
            [1.05, 'ml'],
            '16km NE of Borrego Springs, CA',
            { evaluation: 'automatic' },
          ),
          usgs(
            91,
            'ak20254893',
            [1537022091614, 1537022269106],
            [68.9136, -147.4769, 0.1],
            [1.6, 'ml'],
            '118km NW of Arctic Village, Alaska',
            { evaluation: 'automatic' },
          ),
          usgs(
            146,
            'us2000hf24',
            [1536998729280, 1537026265040],
            [26.6579, 129.5633, 10],
            [5.6, 'mww'],
            '158km E of Nago, Japan',
          ),
          usgs(
            187,
            'us2000hezn',
            [1536984877210, 1536986512040],
            [26.7201, 129.7009, 21.97],
            [4.9, 'mb'],
            '172km E of Nago, Japan',
          ),
        ],
      },
    ],
  },
  {
    file: 'usgs-geojson/detail-ci3144585-northridge.json',
    says: 'a detail is one report under every id that the quake has',
    readings: [
      {
        format: 'usgs',
        reports: [
          usgs(
            0,
            'ci3144585',
            [758809855390, 1597400716254],
            [34.213, -118.537, 18.202],
            [6.7, 'mw'],
            '1km NNW of Reseda, CA',
            {
              aliases: [
                'cinorthrid',
                'choy19940117123055',
                'gcmtc011794b',
                'usp00066k9',
                'iscgem189275',
                'gcmt19940117123055',
                'atlas19940117123055',
              ],
            },
          ),
        ],
      },
    ],
  },
  {
    file: 'usgs-geojson/detail-nc72852151-superseded-origins-only.json',
    says: 'fifteen versions in one detail: the standing one is the report',
    readings: [
      {
        format: 'usgs',
        reports: [
          usgs(
            0,
            'nc72852151',
            [1501286560910, 1507940385040],
            [40.7822, -125.1807, 26.54],
            [5.08, 'mw'],
            '80 km W of Indianola, California',
            {
              aliases: ['at00otts4f', 'us2000a2es'],
            },
          ),
        ],
      },
    ],
  },
  {
    file: 'usgs-geojson/query-1905-kangra-negative-epoch.json',
    says: '1905 is 1905',
    readings: [
      {
        format: 'usgs',
        reports: [
          usgs(
            0,
            'iscgem16957848',
            [at('1905-04-04T00:49:59Z'), 1594331670065],
            [32.636, 76.788, 20],
            [7.9, 'mw'],
            '23 km WNW of Kyelang, India',
            { evaluation: 'automatic' },
          ),
        ],
      },
    ],
  },
  {
    file: 'usgs-geojson/query-2019-ridgecrest-aftershock-minute.json',
    says: 'four quakes of one minute, two of them 1.07 s and 44 km apart, stay four',
    readings: [
      {
        format: 'usgs',
        reports: [
          usgs(
            0,
            'ci37221932',
            [1562386755480, 1583280500747],
            [35.785, -117.6175, 10.63],
            [4.29, 'mlr'],
            '19km NNE of Ridgecrest, CA',
          ),
          usgs(
            1,
            'ci38457855',
            [1562386794940, 1573842860909],
            [35.885, -117.717, 4.9],
            [3.83, 'mlr'],
            '18km ESE of Little Lake, CA',
            { aliases: ['us70004bv1'] },
          ),
          usgs(
            2,
            'ci38457863',
            [1562386796010, 1585982996468],
            [35.5808, -117.4042, 5.18],
            [4.01, 'mlr'],
            '20km S of Trona, CA',
          ),
          usgs(
            3,
            'ci38457871',
            [1562386895820, 1569508199040],
            [35.7787, -117.6122, 2.59],
            [4.17, 'mlr'],
            '18km NNE of Ridgecrest, CA',
            { aliases: ['us60005102'] },
          ),
        ],
      },
    ],
  },
  // USGS's product distribution has no format word: a bureau cannot subscribe to it without its Java client. What these
  // five messages tell stands in payload-stories.test.ts, in GeoJSON; here, no door may make a report of them.
  ...[
    'ci-origin-ci37645983-1494867948050',
    'ci-origin-ci37645983-1494874177010',
    'ci-origin-ci37645983-1494892985010',
    'ci-origin-ci37645991-1494868066040',
    'eqxml_delete',
  ].map((name): TableLine => ({
    file: `usgs-pdl/${name}.xml`,
    says: 'a product message has no door here',
    readings: [],
    never: true,
  })),
]
