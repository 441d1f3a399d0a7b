// A drill, and a real quake in the middle of it: no drill byte reaches an actual outlet, and the real word is untouched.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runInstallationDrill } from '../../src/app/drill.ts'
import type { Config } from '../../src/config.ts'
import { openOutbound } from '../../src/publish/http.ts'
import { outletsOf, type Outlet } from '../../src/publish/outlets.ts'
import { DRILL_PATH } from '../../src/store/pages.ts'
import { withClient } from '../../src/store/postgres/start.ts'
import { rowShape } from '../../src/town/payloads.ts'
import { readTown, startInstallation, until, type Installation } from './installation.ts'

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

const OUTLETS = ['duty', 'partner', 'site', 'wechat-main', 'weibo-main']

let here: Installation

beforeAll(async () => {
  here = await startInstallation()
})
afterAll(() => here.close())

describe('a real quake in the middle of a drill', () => {
  test('goes out on its own outlets while a drill delivery still hangs, and neither lane holds a word of the other', async () => {
    // The drill's Weibo keeps the call open for seconds of real time: the drill is under way for so long.
    here.whenDrillBegins(() =>
      here.drillTown.stands.weibo.faults.add({
        api: 'statuses/share',
        kind: 'delay',
        ms: 6_000,
        times: 1,
        applied: false,
      }),
    )
    const drill = runInstallationDrill(here.app, here.config, 'alxa-2017', '王工')
    await until(async () => (await here.query(`select 1 from notice where class = 'drill'`)).length > 0)

    here.clock.skip(60_000)
    here.hear(HEARD)
    await here.poll('cenc')
    await until(() => readTown(here.town).some((text) => text.includes('4.3级左右') && text.includes('/n/')))
    expect(here.drillTown.stands.weibo.ledger(), 'the real word waited for the drill').toHaveLength(0)

    const answer = await drill
    expect(answer).toMatchObject({ ok: true, result: { scenario: 'alxa-2017', by: '王工', left: [] } })
    for (let turn = 0; turn < 5; turn += 1) {
      here.clock.skip(20_000)
      await here.app.settle()
    }

    const said = await here.query<{ class: string; kind: string; serial: string }>(
      `select n.class, n.kind, l.serial from notice n join lineage l on l.id = n.lineage_id order by n.class, n.report_no`,
    )
    expect(said).toEqual([
      { class: 'actual', kind: 'quick-report', serial: '银震信〔2026〕1号' },
      { class: 'drill', kind: 'quick-report', serial: '银震信演〔2017〕1号' },
      { class: 'drill', kind: 'formal-report', serial: '银震信演〔2017〕1号' },
    ])
    const states = await here.query<{ outlet_id: string; class: string; state: string }>(
      `select outlet_id, class, state from delivery where class = 'actual' order by outlet_id`,
    )
    expect(states).toEqual(OUTLETS.map((outlet_id) => ({ outlet_id, class: 'actual', state: 'accepted' })))

    const actual = readTown(here.town).filter((text) => !/次提醒|^alarm\n/.test(text))
    expect(actual).toHaveLength(4)
    expect(actual.filter((text) => /演练|阿拉善/.test(text))).toEqual([])
    const drilled = readTown(here.drillTown)
    expect(drilled).toHaveLength(8)
    expect(drilled.filter((text) => text.includes('永宁县'))).toEqual([])
    for (const text of drilled) expect(text.match(/【演练】/g)?.length ?? 0, text).toBeGreaterThanOrEqual(2)
  })

  test('is on the public pages alone: no page that the public process serves speaks of the drill', async () => {
    const pages = await here.query<{ path: string; body: Buffer }>('select path, body from page')
    const open = pages.filter((page) => !page.path.startsWith(DRILL_PATH))
    const hidden = pages.filter((page) => page.body.toString('utf8').includes('【演练】'))
    expect(hidden.length).toBeGreaterThan(0)
    expect(open.filter((page) => page.body.toString('utf8').includes('演练】')).map((page) => page.path)).toEqual([])
  })
})

describe('a drill word that somebody tries to send to an actual outlet', () => {
  test('is refused by type: outlets of one lane are no outlets of the other, and test has none', () => {
    const all: Outlet[] = []
    const drills: Outlet<'drill'>[] = outletsOf('drill', all)
    // @ts-expect-error an actual outlet is no drill outlet
    const crossed: Outlet<'drill'>[] = outletsOf('actual', all)
    // @ts-expect-error nothing of class test has an outlet
    const tests: Outlet<'test'>[] = []
    expect([...drills, ...crossed, ...tests]).toEqual([])
  })

  const insert = `insert into delivery (id, notice_id, class, outlet_id, leg, priority, state, content, due_at, changed_at)
    select $1, n.id, $2::traffic_class, $3, 'by-hand', 2, 'queued', '{"text": "假的【演练】"}', now(), now()
    from notice n where n.class = 'drill' order by n.report_no desc limit 1`

  test('is refused by the database, written as the program itself, whichever class the row claims', async () => {
    await expect(here.query(insert, ['d-hand-1', 'drill', 'weibo-main'])).rejects.toThrow(/foreign key/)
    await expect(here.query(insert, ['d-hand-2', 'actual', 'weibo-main'])).rejects.toThrow(/foreign key/)
    await expect(here.query(`update delivery set class = 'actual' where class = 'drill'`)).rejects.toThrow(
      /foreign key|denied/,
    )
    await expect(here.query(`update outlet set class = 'actual' where id = 'drill-weibo-main'`)).rejects.toThrow(
      /foreign key|denied/,
    )
    await expect(here.query(`update notice set class = 'actual' where class = 'drill'`)).rejects.toThrow(
      /denied|append-only/,
    )
  })

  test('is not sent even when a forged outlet row lets the delivery in', async () => {
    const forged = `insert into outlet (id, class, channel, mode) values ('weibo-main', 'drill', 'weibo', 'live')`
    await expect(here.query(forged)).rejects.toThrow(/unique/)
    // The dispatcher must refuse by itself: the database is made to look away.
    await withClient(here.database.ownerConfig, (client) =>
      client.query('alter table outlet drop constraint outlet_id_key cascade'),
    )
    await here.query(forged)
    await here.query(insert, ['d-hand-3', 'drill', 'weibo-main'])
    const before = here.town.stands.weibo.calls().length
    here.app.clock.setDrill(() => Date.now())
    await until(async () => {
      await here.app.settle()
      const rows = await here.query<{ state: string }>(`select state from delivery where id = 'd-hand-3'`)
      return rows[0]?.state !== 'queued' && rows[0]?.state !== 'sending'
    })
    here.app.clock.setDrill(null)
    const rows = await here.query<{ state: string }>(`select state from delivery where id = 'd-hand-3'`)
    expect(rows).toEqual([{ state: 'failed' }])
    expect(here.town.stands.weibo.calls()).toHaveLength(before)
    expect(readTown(here.town).filter((text) => text.includes('演练'))).toEqual([])
  })

  test('finds no drill outlet beyond this machine: the drill is refused, and its client opens no other host', async () => {
    const outside: Config = {
      ...here.config,
      outlets: here.config.outlets.map((outlet) =>
        outlet.id === 'drill-partner'
          ? { ...outlet, config: { ...(outlet.config as object), url: 'https://192.0.2.1/hook' } }
          : outlet,
      ),
    }
    expect(await runInstallationDrill(here.app, outside, 'alxa-2017', '王工')).toEqual({
      ok: false,
      reason: expect.stringContaining('drill-partner') as string,
    })
    const lane = openOutbound({ loopbackOnly: true })
    const reply = await lane.http({
      method: 'POST',
      url: 'https://192.0.2.1/hook',
      body: '【演练】',
      deadlineMs: 1_000,
    })
    await lane.close()
    expect(reply).toMatchObject({ got: 'nothing', sent: false })
  })
})
