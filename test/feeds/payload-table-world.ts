// In: nothing. Out: the lines of the table for EMSC, FDSN text and GeoNet.
// Must not call a parser; see payload-table.ts.
import type { QuakeReport } from '../../src/core/quake-report.ts'
import { at, quake, type TableLine } from './payload-table.ts'

type Where = [latitude: number, longitude: number, depthKm: number]

function geonet(
  row: number,
  id: string,
  time: string,
  where: Where,
  magnitude: number,
  place: string,
  deleted = false,
): QuakeReport {
  return quake(row, {
    lifecycle: deleted ? 'delete' : 'report',
    sourceEventId: id,
    agency: 'WEL',
    evaluation: deleted ? 'unknown' : 'reviewed',
    originTime: at(time),
    latitude: where[0],
    longitude: where[1],
    depthKm: where[2],
    magnitude: { value: magnitude, type: '' },
    place,
  })
}

export const WORLD: TableLine[] = [
  {
    file: 'emsc/fdsn-json-20210502.json',
    says: 'z = −38 is 38 km deep',
    readings: [
      {
        format: 'emsc',
        reports: [
          quake(0, {
            sourceEventId: '20210502_0000100',
            revision: '2021-05-02T13:01:00.0Z',
            agency: 'GUC',
            originTime: at('2021-05-02T12:46:04Z'),
            issuedAt: at('2021-05-02T13:01:00Z'),
            latitude: -30.07,
            longitude: -71.53,
            depthKm: 38,
            magnitude: { value: 2.7, type: 'ml' },
            place: 'OFFSHORE COQUIMBO, CHILE',
          }),
        ],
      },
    ],
  },
  {
    file: 'emsc/ws-create-20260430_0000391-9daysLate.json',
    says: 'a "create" nine days after its quake, of an origin that is really NEIC’s',
    readings: [
      {
        format: 'emsc-ws',
        reports: [
          quake(0, {
            sourceEventId: '20260430_0000391',
            revision: '2026-05-09T10:09:52.946851Z',
            agency: 'US',
            originTime: at('2026-04-30T08:43:19.582Z'),
            issuedAt: at('2026-05-09T10:09:52.946Z'),
            latitude: 40.515,
            longitude: 142.8124,
            depthKm: 44.7,
            magnitude: { value: 4.5, type: 'mb' },
            place: 'NEAR EAST COAST OF HONSHU, JAPAN',
          }),
        ],
      },
    ],
  },
  {
    file: 'fdsn-text/events.txt',
    says: 'no zone is UTC; empty columns stay empty; the depth 0 of 1960 stays 0 for the gate',
    readings: [
      {
        format: 'fdsn-text',
        reports: [
          quake(0, {
            sourceEventId: '3337497',
            agency: 'ISC',
            originTime: at('2012-04-11T08:38:37Z'),
            latitude: 2.2376,
            longitude: 93.0144,
            depthKm: 26.3,
            magnitude: { value: 8.6, type: 'MW' },
            place: 'SUMATRA',
          }),
          quake(1, {
            sourceEventId: '2413',
            originTime: at('1960-05-22T19:11:14Z'),
            latitude: -38.17,
            longitude: -72.57,
            depthKm: 0,
            magnitude: { value: 8.5, type: '' },
          }),
        ],
      },
    ],
  },
  {
    file: 'geonet/quake-mmi4-100.json',
    says: 'seven rows of quality "deleted" take back, 81 report',
    readings: [
      {
        format: 'geonet',
        count: 88,
        tally: {
          lifecycle: { report: 81, delete: 7 },
          class: { actual: 88 },
          kind: { earthquake: 88 },
          evaluation: { reviewed: 81, unknown: 7 },
          agency: { WEL: 88 },
        },
        some: [
          geonet(
            0,
            '2019p545576',
            '2019-07-21T20:43:22.303Z',
            [-43.5547, 172.6222, 5],
            3.9,
            'Within 5 km of Christchurch',
          ),
          geonet(
            11,
            '2019p497615',
            '2019-07-04T02:49:36.281Z',
            [-37.6961, 178.2921, 15.313],
            3.03,
            '10 km south-west of Te Araroa',
            true,
          ),
          geonet(
            69,
            '2019p174778',
            '2019-03-06T16:01:56.270Z',
            [-37.8449, 178.2742, 5.469],
            2.99,
            '5 km north-west of Ruatoria',
            true,
          ),
          geonet(
            74,
            '2019p159004',
            '2019-02-28T19:55:40.786Z',
            [-38.0793, 178.2567, 0],
            5.02,
            '5 km north-west of Tokomaru Bay',
            true,
          ),
          geonet(
            87,
            '2019p088069',
            '2019-02-02T14:03:33.689Z',
            [-40.3711, 176.7297, 12.721],
            4.26,
            '10 km south-east of Porangahau',
          ),
        ],
      },
    ],
  },
]
