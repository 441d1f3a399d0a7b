// In: nothing. Out: the lines of the table for JMA's telegrams and P2P's messages.
// Must not call a parser; see payload-table.ts.
import type { QuakeReport } from '../../src/core/quake-report.ts'
import { at, quake, type TableLine } from './payload-table.ts'

/** The quake of 17 February 2021 as three surfaces give it. */
function fukushima(more: Partial<QuakeReport>): QuakeReport {
  return quake(0, {
    agency: 'JMA',
    originTime: at('2021-02-17T23:06:00+09:00'),
    latitude: 37.6,
    longitude: 141.6,
    depthKm: 50,
    place: '福島県沖',
    ...more,
  })
}

const MJ = { value: 4.5, type: 'Mj' }
/** P2P names no scale. */
const BARE = { value: 4.5, type: '' }

export const JAPAN: TableLine[] = [
  {
    file: 'jma/20210217140808_VXSE51-scaleprompt.xml',
    says: 'the first telegram of a quake has no hypocentre',
    readings: [{ format: 'jma', ignored: [[0, 'no-hypocentre']] }],
  },
  {
    file: 'jma/20210217140847_VXSE52-hypocentre.xml',
    says: 'the second has one, −50000 m is 50 km',
    readings: [
      {
        format: 'jma',
        reports: [
          fukushima({
            sourceEventId: '20210217230627',
            revision: '2021-02-17T14:08:47.000Z',
            issuedAt: at('2021-02-17T23:08:00+09:00'),
            magnitude: MJ,
          }),
        ],
      },
    ],
  },
  {
    file: 'jma/20210217140958_VXSE53-detail.xml',
    says: 'the third is the same event, later, and its stations are no rows',
    readings: [
      {
        format: 'jma',
        reports: [
          fukushima({
            sourceEventId: '20210217230627',
            revision: '2021-02-17T14:09:58.000Z 1',
            issuedAt: at('2021-02-17T23:09:00+09:00'),
            magnitude: MJ,
          }),
        ],
      },
    ],
  },
  {
    file: 'jma/32-35_01_03_100806_VXSE53-drill.xml',
    says: '訓練 is class test',
    readings: [
      {
        format: 'jma',
        reports: [
          quake(0, {
            class: 'test',
            sourceEventId: '20091001134500',
            revision: '2009-10-01T04:50:01.000Z 1',
            agency: 'JMA',
            originTime: at('2009-10-01T13:45:00+09:00'),
            issuedAt: at('2009-10-01T13:50:00+09:00'),
            latitude: 34.8,
            longitude: 138.5,
            depthKm: 10,
            magnitude: { value: 5.9, type: 'Mj' },
            place: '駿河湾',
          }),
        ],
      },
    ],
  },
  {
    file: 'jma/32-35_06_02_100915_VXSE52.xml',
    says: '取消 without an Earthquake cancels by its event alone',
    readings: [
      {
        format: 'jma',
        reports: [
          quake(0, {
            lifecycle: 'cancel',
            sourceEventId: '20080614084350',
            revision: '2008-06-13T23:51:15.000Z',
            agency: 'JMA',
            issuedAt: at('2008-06-14T08:51:00+09:00'),
          }),
        ],
      },
    ],
  },
  {
    file: 'jma/32-35_03_02_240613_VXSE61.xml',
    says: '+3447.1+13829.9 is 34°47.1′N 138°29.9′E, 23 km: the finer of two spellings',
    readings: [
      {
        format: 'jma',
        reports: [
          quake(0, {
            sourceEventId: '20090811050711',
            revision: '2009-08-10T23:55:00.000Z',
            agency: 'JMA',
            originTime: at('2009-08-11T05:07:00+09:00'),
            issuedAt: at('2009-08-11T08:55:00+09:00'),
            latitude: 34.785,
            longitude: 138.4983,
            depthKm: 23,
            magnitude: { value: 6.5, type: 'Mj' },
            place: '駿河湾',
          }),
        ],
      },
    ],
  },
  {
    file: 'jma/37_04_02_110311_VXSE43.xml',
    says: 'a cancelled early warning cancels nothing',
    readings: [{ format: 'jma', ignored: [[0, 'early-warning']] }],
    never: true,
  },
  {
    file: 'p2pquake/v2-551-Destination-20210217140847.json',
    says: 'no id of the quake; the time of issue is the version',
    readings: [
      {
        format: 'p2pquake',
        reports: [
          fukushima({ revision: '2021/02/17 23:08:00', issuedAt: at('2021-02-17T23:08:00+09:00'), magnitude: BARE }),
        ],
      },
    ],
  },
  {
    file: 'p2pquake/v2-551-DetailScale-20210217140958.json',
    says: 'the same quake a minute later',
    readings: [
      {
        format: 'p2pquake',
        reports: [
          fukushima({ revision: '2021/02/17 23:09:00', issuedAt: at('2021-02-17T23:09:00+09:00'), magnitude: BARE }),
        ],
      },
    ],
  },
  {
    file: 'p2pquake/v2-551-ScalePrompt-20210217140807.json',
    says: '−200, −200, −1 and −1 are no quake',
    readings: [{ format: 'p2pquake', ignored: [[0, 'no-hypocentre']] }],
  },
  {
    file: 'p2pquake/v2-556-eew-20220811.json',
    says: 'an early warning says nothing, whatever the door',
    readings: [{ format: 'p2pquake', ignored: [[0, 'early-warning']] }],
    never: true,
  },
  {
    file: 'p2pquake/v1-human-readable-2014.json',
    says: 'a day that contradicts its own message is refused, "10km" and "N35.1" are read',
    readings: [
      {
        format: 'p2pquake',
        refused: [[0, 'origin-time-day']],
        reports: [
          quake(1, {
            revision: '2014/09/23 19:30:25.306',
            agency: 'JMA',
            originTime: at('2014-09-23T19:26:00+09:00'),
            issuedAt: at('2014-09-23T19:30:25.306+09:00'),
            latitude: 35.1,
            longitude: 132.6,
            depthKm: 10,
            magnitude: { value: 2.6, type: '' },
            place: '島根県西部',
          }),
        ],
      },
    ],
  },
]
