// In: a real installation, a duty officer, a lead and an observer with browsers. Out: proof that shifts are entered and seen on the
// board, that a note reaches the next shift and nobody else, and that an empty seat is said where people and programs look.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR } from '../../src/core/instant.ts'
import { writeField } from '../../src/web/desk/roster-view.ts'
import { openBureau, type Bureau } from './bureau.ts'
import { openThree, type Visitor } from './officers.ts'

let bureau: Bureau
let wang: Visitor
let li: Visitor
let guest: Visitor

beforeAll(async () => {
  bureau = await openBureau('roster')
  await bureau.start()
  ;({ wang, li, guest } = await openThree(bureau))
}, 120_000)
afterAll(() => bureau.close(), 60_000)

const enter = async (by: Visitor, name: string, from: number, to: number) => {
  const page = await by.get('/desk/roster')
  const who = new RegExp(`<option value="([^"]+)"[^>]*>${name}</option>`).exec(page.body)?.[1] ?? ''
  return by.post('/desk/roster', { who, begins: writeField(from), ends: writeField(to) })
}
const readDegraded = async (): Promise<string[]> => {
  const reply = await fetch(`http://127.0.0.1:${bureau.deskPort}/readyz`)
  return ((await reply.json()) as { degraded: string[] }).degraded.filter((line) => line.startsWith('roster'))
}

test('who is on duty stands on the board with the end of the shift; before the first shift is entered nobody is missing', async () => {
  expect(await readDegraded()).toEqual([])
  expect((await wang.get('/desk')).body).not.toContain('值班：')
  const now = bureau.now()
  expect(await enter(li, '王小明', now - HOUR, now + HOUR)).toMatchObject({ status: 303, to: '/desk/roster' })
  expect(await enter(li, '李处', now - HOUR, now + 9 * HOUR)).toMatchObject({ status: 303 })
  expect((await guest.get('/desk')).body).toMatch(/值班：王小明 至 [^，]*\d\d:\d\d，带班：李处 至 [^，<]*\d\d:\d\d</)
  expect((await guest.get('/desk/roster')).status).toBe(403)
  expect(await readDegraded()).toEqual([])
  const refused = await enter(li, '王小明', now, now + HOUR)
  expect(refused.status).toBe(409)
  expect(refused.body).toContain('此人在这段时间已经排班')
})

test('a note for the next shift is text, waits on the other’s board until it is read, and observers never see it', async () => {
  await wang.get('/desk/roster')
  expect(await wang.post('/desk/handovers', { words: '中卫台断网 <b>已报修</b>' })).toMatchObject({ status: 303 })
  const board = await li.get('/desk')
  expect(board.body).toContain('中卫台断网 &lt;b&gt;已报修&lt;/b&gt;')
  expect((await wang.get('/desk')).body).not.toContain('中卫台断网')
  expect((await guest.get('/desk')).body).not.toContain('中卫台断网')
  const path = /\/desk\/handovers\/[\w-]+\/read/.exec(board.body)?.[0] ?? ''
  expect(await li.post(path, { from: 'board' })).toMatchObject({ status: 303, to: '/desk' })
  expect((await li.get('/desk')).body).not.toContain('中卫台断网')
  expect((await wang.get('/desk/roster')).body).toMatch(/已读：李处 \d+月\d+日/)
})

test('an empty seat is said on the board, on the roster and by /readyz', async () => {
  const page = await li.get('/desk/roster')
  const path = /<td data-name="姓名">王小明<\/td>[^]*?(\/desk\/roster\/[\w-]+\/remove)/.exec(page.body)?.[1] ?? ''
  expect(await li.post(path)).toMatchObject({ status: 303 })
  expect((await guest.get('/desk')).body).toContain('当前无人值班，带班：李处')
  expect((await li.get('/desk/roster')).body).toContain('无人值班</li>')
  expect(await readDegraded()).toEqual(['roster: nobody is on duty now'])
})
