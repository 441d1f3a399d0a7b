// In: nothing. Out: the lines of the table for QuakeML, SCML, CAP, RSS, GDACS and GeoRSS.
// Must not call a parser; see payload-table.ts.
import type { QuakeReport } from '../../src/core/quake-report.ts'
import { at, quake, rows, type TableLine } from './payload-table.ts'

/** The RSSHub-shaped item in both encodings. */
const ALXA_ITEM = quake(0, {
  sourceEventId: 'CD20230419082211',
  agency: 'CENC',
  sourceCode: 'CD',
  evaluation: 'reviewed',
  originTime: at('2023-04-19T08:22:10+08:00'),
  idTime: at('2023-04-19T08:22:11+08:00'),
  latitude: 40.77,
  longitude: 105.44,
  depthKm: 10,
  magnitude: { value: 3.3, type: 'M' },
  place: '内蒙古阿拉善盟阿拉善左旗',
})

/** Two old samples write kilometres where the standard says metres; 29 m it is, then, and a gate's matter. */
function tohoku(more: Partial<QuakeReport>): QuakeReport {
  return quake(0, {
    sourceEventId: 'smi:ch.ethz.sed/event/historical/1165',
    aliases: ['1165'],
    originTime: at('2011-03-11T05:46:24.120Z'),
    latitude: 38.297,
    longitude: 142.373,
    depthKm: 0.029,
    ...more,
  })
}

function gdacs(
  row: number,
  id: string,
  episode: string,
  time: string,
  where: [number, number, number],
  place: string,
): QuakeReport {
  return quake(row, {
    sourceEventId: id,
    revision: `${episode}.1`,
    agency: 'GDACS',
    evaluation: 'automatic',
    originTime: at(time),
    latitude: where[0],
    longitude: where[1],
    depthKm: where[2],
    magnitude: { value: 5.5, type: 'M' },
    place,
  })
}

const COMCAT = 'quakeml:comcat.cr.usgs.gov/fdsnws/event/1/query?eventid='

export const XML: TableLine[] = [
  {
    file: 'quakeml/obspy-preferred.xml',
    says: 'the preferred origin and magnitude are the second ones, a year later',
    readings: [
      {
        format: 'quakeml',
        reports: [
          quake(0, {
            sourceEventId: 'smi:www.iris.edu/ws/event/query?eventId=3279407',
            aliases: ['3279407'],
            originTime: at('2012-12-12T05:46:24.120Z'),
            latitude: 38.297,
            longitude: 142.373,
            depthKm: 0.029,
            magnitude: { value: 2, type: 'MW' },
            place: 'NEAR EAST COAST OF HONSHU, JAPAN',
          }),
        ],
      },
    ],
  },
  {
    file: 'quakeml/obspy-usgs_event.xml',
    says: 'two quarry blasts under the ids of their networks',
    readings: [
      {
        format: 'quakeml',
        reports: [
          quake(0, {
            kind: 'blast',
            sourceEventId: 'ci37285320',
            aliases: [`${COMCAT}ci37285320&amp;format=quakeml`],
            revision: '2014-11-06T22:02:47.340Z',
            agency: 'CI',
            evaluation: 'reviewed',
            originTime: at('2014-11-06T00:24:42.240Z'),
            issuedAt: at('2014-11-06T22:02:47.340Z'),
            latitude: 35.0477,
            longitude: -117.6623,
            depthKm: 0.01,
            magnitude: { value: 1.54, type: 'ml' },
          }),
          quake(1, {
            kind: 'blast',
            sourceEventId: 'uw60916552',
            aliases: [`${COMCAT}uw60916552&amp;format=quakeml`],
            revision: '2014-11-20T14:01:28.031Z',
            agency: 'UW',
            evaluation: 'reviewed',
            originTime: at('2014-11-14T21:07:48.200Z'),
            issuedAt: at('2014-11-20T14:01:28.031Z'),
            latitude: 42.138,
            longitude: -120.2807,
            depthKm: 0,
            magnitude: { value: 1.6, type: 'Md' },
          }),
        ],
      },
    ],
  },
  {
    file: 'quakeml/obspy-quakeml_1.2_origin.xml',
    says: 'an origin without a magnitude waits for one; author is no agency',
    readings: [{ format: 'quakeml', reports: [tohoku({ evaluation: 'reviewed', place: 'Kalamazoo' })] }],
  },
  {
    file: 'quakeml/obspy-invalid_enum.xml',
    says: 'an illegal word in a field that we do not need costs nothing',
    readings: [{ format: 'quakeml', reports: [tohoku({})] }],
  },
  {
    file: 'scml/geonet-2024p344188_0.13.xml',
    says: 'kilometres, the summary magnitude M, and an agency that is a test system',
    readings: [
      {
        format: 'scml',
        reports: [
          quake(0, {
            class: 'test',
            kind: 'other',
            sourceEventId: '2024p344188',
            revision: '2024-05-07T22:58:22.379Z',
            agency: 'WEL',
            evaluation: 'automatic',
            originTime: at('2024-05-07T08:24:09.853Z'),
            issuedAt: at('2024-05-07T22:58:22.379Z'),
            latitude: -38.6206,
            longitude: 176.2129,
            depthKm: 5.116,
            magnitude: { value: 1.41, type: 'M' },
            place: 'Taupo',
          }),
        ],
      },
    ],
  },
  {
    file: 'cap/geonet-2015p822263.xml',
    says: 'epicentre from the circle, magnitude from the parameter, no depth out of a headline',
    readings: [
      {
        format: 'cap',
        reports: [
          quake(0, {
            sourceEventId: '2015p822263',
            aliases: ['2015p822263.1446357128542910'],
            revision: '2015-11-01T05:52:08.000Z',
            agency: 'WEL',
            originTime: at('2015-11-01T18:42:11+13:00'),
            issuedAt: at('2015-11-01T18:52:08+13:00'),
            latitude: -39.4,
            longitude: 175.95,
            magnitude: { value: 5.4, type: '' },
            place: '30 km NE of Taihape, 45 km E of Ohakune, 45 km S of Turangi,',
          }),
        ],
      },
    ],
  },
  ...['utf8', 'gb2312'].map((charset): TableLine => ({
    file: `rss/CONSTRUCTED-rsshub-shape-${charset}.xml`,
    says: `place and time come out of ${charset} bytes`,
    readings: [{ format: 'rss', reports: [ALXA_ITEM] }],
  })),
  {
    file: 'rss/CONSTRUCTED-entity-bomb.xml',
    says: 'a document type is refused before anything is expanded',
    readings: (['rss', 'cap', 'jma', 'quakeml', 'scml'] as const).map((format) => ({
      format,
      unreadable: 'xml-doctype',
    })),
    never: true,
  },
  {
    file: 'rss/uolNoticias-iso8859-1.rss',
    says: 'fifteen pieces of news are no quakes',
    readings: [
      { format: 'rss', contentType: 'application/rss+xml; charset=ISO-8859-1', ignored: rows(0, 14, 'not-a-quake') },
    ],
    never: true,
  },
  {
    file: 'gdacs/gdacs-rss-full.xml',
    says: 'two earthquakes among cyclones and droughts, behind a byte order mark',
    readings: [
      {
        format: 'rss',
        reports: [
          gdacs(1, 'EQ1199929', '1287798', '2019-12-28T15:36:35Z', [-44.5653, 37.087, 10], 'South Africa'),
          gdacs(
            3,
            'EQ1199647',
            '1287433',
            '2019-12-26T02:21:35Z',
            [-22.0846, 173.1524, 59.95],
            'Southeast Of Loyalty Islands',
          ),
        ],
        ignored: [[0, 'not-a-quake'], [2, 'not-a-quake'], ...rows(4, 15, 'not-a-quake')],
      },
    ],
  },
  {
    file: 'georss/xml_parser_complex_1.xml',
    says: 'points without a magnitude in the title are no quakes',
    readings: [{ format: 'rss', ignored: rows(0, 5, 'not-a-quake') }],
    never: true,
  },
]
