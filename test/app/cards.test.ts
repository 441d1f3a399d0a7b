// In: a bureau whose painter works, fails or hangs. Out: what becomes of its pictures, and that nothing else notices.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { startCards } from '../../src/app/start-cards.ts'
import { openPainter, type Painter } from '../../src/app/card-painter.ts'
import type { Cards } from '../../src/app/cards.ts'
import type { TrafficClass } from '../../src/core/quake-report.ts'
import { findPicture, listEtags, listPublicPages, savePages } from '../../src/store/pages.ts'
import { openPool } from '../../src/store/pool.ts'
import { rowShape } from '../../src/town/payloads.ts'
import { openWordings } from '../../src/web/public/wording.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { tellLineage, type ToldNotice } from '../web/lineage-rows.ts'
import { identity, templates } from '../web/sample-pages.ts'
import { readTown, startInstallation, until } from './installation.ts'

const LATER = Date.UTC(2026, 2, 4, 3)

let database: FreshDatabase
let pool: Pool
let cards: Cards
let alarms: string[]
let number = 0

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 3, () => undefined)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  alarms = []
})
afterEach(() => cards.stop())

async function open(painter?: Painter): Promise<Cards> {
  cards = await startCards(
    {
      db: pool,
      now: () => LATER,
      identity,
      wording: openWordings(templates).zh,
      alarm: async (kind, subject, message) => void alarms.push(`${kind} ${subject} ${message}`),
      clear: async () => undefined,
      log: { error: () => undefined },
    },
    painter,
  )
  return cards
}

/** A lineage with its pages, as the website's delivery leaves them. */
async function tell(notices: readonly ToldNotice[], lane: TrafficClass = 'actual'): Promise<void> {
  number += 1
  await tellLineage(pool, number, notices)
  const pages = notices.map(({ id }) => ({
    path: `${lane === 'drill' ? '/drill' : ''}/n/${id}`,
    contentType: 'text/html; charset=utf-8',
    status: 200,
    body: 'x',
  }))
  await savePages(pool, pages, LATER)
}

/** Another word of the lineage withdraws it; its page is not there yet. */
async function withdraw(id: string, by: string): Promise<void> {
  await pool.query(
    `insert into notice (id, code, class, lineage_id, report_no, kind, supersedes, title, text, variants, facts, evaluation,
       received_at, decided_at, issued_at, actor)
     select $2, $2, class, lineage_id, 2, 'withdrawal', id, '【撤回】', '撤回', '{}',
       facts || '{"origin": null, "kind": "withdrawal", "withdrawal": "duplicate"}', evaluation, received_at, decided_at, issued_at, actor
     from notice where id = $1`,
    [id, by],
  )
}

function sizeOf(png: Buffer | undefined): string {
  if (png?.subarray(1, 4).toString('latin1') !== 'PNG') throw new Error('no PNG')
  return `${png.readUInt32BE(16)}×${png.readUInt32BE(20)}`
}

const paint = async (id: string): Promise<void> => {
  cards.changed(id)
  await cards.settled()
}

describe('pictures of notices', () => {
  test('are painted once the page is there: for links and for covers', async () => {
    await open()
    await tell([{ id: 'first2345' }])
    await paint('first2345')
    const picture = await findPicture(pool, '/n/first2345.png')
    expect(picture).toMatchObject({ contentType: 'image/png', status: 200, gzip: null })
    expect(sizeOf(picture?.body)).toBe('1200×630')
    expect(sizeOf((await findPicture(pool, '/n/first2345-cover.png'))?.body)).toBe('900×383')
    expect(alarms).toEqual([])
  })

  test('are not among the copies that a public process holds', async () => {
    await open()
    await tell([{ id: 'copies234' }])
    await paint('copies234')
    expect([...(await listEtags(pool)).keys()].filter((path) => path.endsWith('.png'))).toEqual([])
    expect(await listPublicPages(pool, ['/n/copies234.png'])).toEqual([])
  })

  test('are not made of a notice that the website does not carry', async () => {
    await open()
    number += 1
    await tellLineage(pool, number, [{ id: 'unseen234' }])
    await paint('unseen234')
    expect(await findPicture(pool, '/n/unseen234.png')).toBeUndefined()
  })

  test('are made anew when their notice is withdrawn, by the word that withdraws it', async () => {
    await open()
    await tell([{ id: 'taken2345' }])
    await paint('taken2345')
    const before = await findPicture(pool, '/n/taken2345.png')
    await withdraw('taken2345', 'back23456')
    await paint('back23456')
    const after = await findPicture(pool, '/n/taken2345.png')
    expect(after?.etag).not.toBe(before?.etag)
    // The withdrawal itself has no page yet: it has no picture.
    expect(await findPicture(pool, '/n/back23456.png')).toBeUndefined()
  })

  test('of a notice that is withdrawn while they are painted are made anew, also where another node said it', async () => {
    await tell([{ id: 'midst2345' }])
    const real = openPainter({ fontFiles: [], family: 'none' })
    const said: boolean[] = []
    await open({
      paint: async (svg) => {
        if (said.length === 0) await withdraw('midst2345', 'other2345')
        said.push(svg.includes('【已撤回】'))
        return real.paint(svg)
      },
      stop: () => real.stop(),
    })
    await paint('midst2345')
    expect(said).toEqual([false, false, true, true])
  })

  test('of drills stand under the drill’s path, where the public process never looks', async () => {
    await open()
    await tell([{ id: 'drill2345', class: 'drill' }], 'drill')
    await paint('drill2345')
    expect(await findPicture(pool, '/n/drill2345.png')).toBeUndefined()
    expect(await findPicture(pool, '/drill/n/drill2345.png')).toBeUndefined()
    const { rows } = await pool.query<{ path: string }>(
      `select path from page where path like '%drill2345%.png' order by path`,
    )
    expect(rows.map((row) => row.path)).toEqual(['/drill/n/drill2345-cover.png', '/drill/n/drill2345.png'])
  })

  test('a name that the font lacks alarms, and the card without it leads to the notice', async () => {
    await open()
    await tell([{ id: 'rare23456', title: '安徽𠮷县发生4.7级地震' }])
    await paint('rare23456')
    expect(sizeOf((await findPicture(pool, '/n/rare23456.png'))?.body)).toBe('1200×630')
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toMatch(/^card rare23456 .*字库没有“𠮷”，已改用不含标题和地名的图/)
  })

  test('that a stop left out are found at the next start; what is there is left alone', async () => {
    await open()
    await tell([{ id: 'there2345' }])
    await paint('there2345')
    await tell([{ id: 'left23456' }])
    const asked: string[] = []
    await cards.stop()
    const real = openPainter({ fontFiles: [], family: 'none' })
    await open({
      paint: (svg) => {
        asked.push(/n\/(\w+)</.exec(svg)?.[1] ?? '')
        return real.paint(svg)
      },
      stop: () => real.stop(),
    })
    cards.catchUp()
    await cards.settled()
    expect(asked).toContain('left23456')
    expect(asked).not.toContain('there2345')
    expect(await findPicture(pool, '/n/left23456.png')).toBeDefined()
  })

  test('a painter that fails again and again is a person’s to know, and keeps nothing', async () => {
    await open({ paint: async () => ({ ok: false, reason: 'no picture within 2000 ms' }), stop: async () => undefined })
    await tell([{ id: 'fails2345' }])
    await paint('fails2345')
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toContain('未能出图（/n/fails2345.png）：no picture within 2000 ms')
    expect(await findPicture(pool, '/n/fails2345.png')).toBeUndefined()
  }, 30_000)

  test('a stop does not wait for a painter that hangs', async () => {
    let asked = 0
    await open({ paint: () => ((asked += 1), new Promise(() => undefined)), stop: async () => undefined })
    await tell([{ id: 'hangs2345' }])
    cards.changed('hangs2345')
    await until(() => asked > 0)
    await cards.stop()
    expect(await findPicture(pool, '/n/hangs2345.png')).toBeUndefined()
  })
})

/** Felt in the bureau's city, a moment after the clock that installation.ts starts at. */
const REAL = rowShape.parse({
  code: 'AU',
  time: '2026-03-04T10:00:10+08:00',
  latitude: 38.3,
  longitude: 106.2,
  magnitude: 4.3,
  place: '宁夏银川市永宁县',
})
const HEARD = { at: 0, feed: 'cenc', rows: [REAL], add: false, down: false, dateOffSeconds: 0, forged: false }

describe('a picture that never comes', () => {
  test.each([
    [
      'hangs',
      (asked: () => void): Painter => ({
        paint: () => (asked(), new Promise(() => undefined)),
        stop: async () => undefined,
      }),
    ],
    [
      'throws',
      (asked: () => void): Painter => ({
        paint: () => {
          asked()
          throw new Error('out of paint')
        },
        stop: async () => undefined,
      }),
    ],
  ])(
    'delays no channel: the painter %s, every delivery is accepted',
    async (_how, make) => {
      cards = await startCards(
        {
          db: pool,
          now: () => 0,
          identity,
          wording: openWordings(templates).zh,
          alarm: async () => undefined,
          clear: async () => undefined,
          log: { error: () => undefined },
        },
        null,
      )
      let asked = 0
      const here = await startInstallation(
        undefined,
        make(() => (asked += 1)),
      )
      try {
        here.clock.skip(60_000)
        here.hear(HEARD)
        await here.poll('cenc')
        await until(() => readTown(here.town).some((text) => text.includes('4.3级左右') && text.includes('/n/')))
        await until(() => asked > 0)
        // With the picture under way, or lost, the formal report goes out as well.
        here.clock.skip(60_000)
        here.hear({ ...HEARD, rows: [{ ...REAL, code: 'CC' }] })
        await here.poll('cenc')
        await until(() => readTown(here.town).some((text) => text.includes('正式测定') && text.includes('/n/')))
        for (let turn = 0; turn < 5; turn += 1) {
          here.clock.skip(20_000)
          await here.app.settle()
        }
        const open = await here.query<{ outlet_id: string; state: string }>(
          `select d.outlet_id, d.state from delivery d join notice n on n.id = d.notice_id where n.kind = 'formal-report' and d.state <> 'accepted'`,
        )
        expect(open).toEqual([])
        expect(await here.query(`select 1 from page where path like '%.png'`)).toEqual([])
      } finally {
        await here.close()
      }
    },
    60_000,
  )
})
