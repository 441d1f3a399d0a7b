// In: a real installation, two officers with browsers, a determination too large to go out by itself. Out: proof that one of
// them decides, the other is told by whom, nothing is said twice, and every page shows what strangers wrote as text.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../crash/watch.ts'
import { openBureau, writeDetermination, type Bureau } from './bureau.ts'
import { openThree, openVisitor, type Visitor } from './officers.ts'

let bureau: Bureau
let wang: Visitor
let li: Visitor
let guest: Visitor
let count = 0

beforeAll(async () => {
  bureau = await openBureau('desk')
  await bureau.start()
  ;({ wang, li, guest } = await openThree(bureau))
}, 120_000)
afterAll(() => bureau.close(), 60_000)

/** An automatic determination of M 7.1: held for a person. @returns the hold's id */
async function hearGreat(place?: string): Promise<string> {
  count += 1
  // Ten minutes after the one before: another quake. Nobody is idle for so long that the desk shows them out.
  await bureau.pass(10 * 60_000)
  await bureau.untilMoved()
  const body = writeDetermination('AU', bureau.recent(), { magnitude: 7.1, ...(place !== undefined && { place }) })
  expect(await bureau.push(`desk-${count}`, body)).toBe(202)
  const db = await bureau.database()
  const { rows } = await db.query<{ id: string }>(
    `select id from hold where state = 'open' order by since desc limit 1`,
  )
  return rows[0]?.id ?? ''
}

const countPosts = async (): Promise<number> => (await bureau.town.ledger('weibo')).filter((e) => e.visible).length

describe('the desk', () => {
  test('what waits for a person stands on the board with its reason and two buttons; two acts publish it', async () => {
    const hold = await hearGreat()
    const board = await wang.get('/desk')
    expect(board.body).toContain('7.1 级')
    expect(board.body).toContain('强度复核')
    expect(board.body).toContain(`action="/desk/holds/${hold}/dismiss"`)
    const before = await countPosts()
    const asked = await wang.get(`/desk/holds/${hold}`)
    expect(asked.body).toContain('已核实，立即发布')
    const [, where = ''] = /发布到：([^<]+)。/.exec(asked.body) ?? []
    const [, words = ''] = /class="text">([^<]+)</.exec(asked.body) ?? []
    const done = await wang.post(`/desk/holds/${hold}/publish`)
    expect(done).toMatchObject({ status: 303 })
    await until('the word on Weibo', async () => (await countPosts()) === before + 1)
    const quake = await wang.get(done.to)
    expect(quake.body).toContain('现行有效')
    expect(quake.body).toContain('王小明')
    const db = await bureau.database()
    const said = await db.query<{ text: string; outlets: string[] }>(
      `select n.text, array_agg(distinct d.outlet_id order by d.outlet_id) as outlets from notice n join delivery d on d.notice_id = n.id
       where n.issued_at = (select max(issued_at) from notice where class = 'actual') group by n.id, n.text`,
    )
    // What the officer read before pressing is what went out, and where.
    expect(said.rows).toEqual([
      { text: words, outlets: [...where.matchAll(/（([^）]+)）/g)].map(([, id = '']) => id).toSorted() },
    ])
    const { rows } = await db.query<{ actor: string }>(
      `select actor from journal where subject = $1 and act = 'hold.released'`,
      [hold],
    )
    expect(rows).toEqual([{ actor: expect.stringMatching(/^p-/) as string }])
  })

  test('two officers press at the same moment: one decides, the other is told who did, and one word goes out', async () => {
    for (let race = 0; race < 10; race += 1) {
      const hold = await hearGreat()
      await Promise.all([wang.get(`/desk/holds/${hold}`), li.get(`/desk/holds/${hold}`)])
      const answers = await Promise.all([
        wang.post(`/desk/holds/${hold}/publish`),
        li.post(`/desk/holds/${hold}/${race % 2 ? 'publish' : 'dismiss'}`),
      ])
      const lost = answers.filter(({ status }) => status === 409)
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
      expect(lost[0]?.body).toMatch(/(王小明|李处) 于 .* (已核实发布|已决定不发布)/)
      const db = await bureau.database()
      const { rows } = await db.query<{ n: number }>(
        `select count(*)::int as n from notice n join hold h on h.quake_id = n.quake_id where h.id = $1`,
        [hold],
      )
      expect(rows[0]?.n).toBe(answers[0]?.status === 303 || race % 2 ? 1 : 0)
    }
  }, 120_000)

  test('a withdrawal takes two acts, shows each channel, and is refused a second time by name', async () => {
    const hold = await hearGreat()
    await wang.get(`/desk/holds/${hold}`)
    const done = await wang.post(`/desk/holds/${hold}/publish`)
    const quake = await wang.get(done.to)
    const path = /\/desk\/notices\/[\w-]+\/withdraw\?reason=sent-in-error/.exec(quake.body)?.[0] ?? ''
    const asked = await wang.get(path)
    expect(asked.body).toMatch(/确认撤回（\d 个渠道）/)
    const address = path.split('?')[0] ?? ''
    const withdrawn = await wang.post(address, { reason: 'sent-in-error' })
    expect(withdrawn).toMatchObject({ status: 303, to: address.replace('/withdraw', '/progress') })
    const progress = await li.get(withdrawn.to)
    expect(progress.body).toContain('撤回')
    expect(progress.body).toContain('微博')
    const again = await li.post(address, { reason: 'sent-in-error' })
    expect(again.status).toBe(409)
    expect(again.body).toMatch(/王小明 已于 .* 撤回/)
  })

  test('a time limit that a person begins runs on the quake’s page and on the board until somebody notes how it was met', async () => {
    const hold = await hearGreat()
    await wang.get(`/desk/holds/${hold}`)
    const quake = (await wang.post(`/desk/holds/${hold}/publish`)).to
    expect((await wang.get(quake)).body).toContain('48 小时内回应社会关切</b>：未起算')
    expect(await wang.post(`${quake}/deadlines/response`, { mark: 'begun' })).toMatchObject({ status: 303, to: quake })
    expect((await li.get('/desk')).body).toMatch(/48 小时内回应社会关切，还有 4[78] 小时/)
    await li.get(quake)
    expect((await guest.post(`${quake}/deadlines/response`, { mark: 'met', words: '无' })).status).toBe(403)
    expect((await li.post(`${quake}/deadlines/response`, { mark: 'met', words: '<b>已答记者问</b>' })).status).toBe(303)
    const after = await wang.get(quake)
    expect(after.body).toContain('&lt;b&gt;已答记者问&lt;/b&gt;（李处）')
    const again = await wang.post(`${quake}/deadlines/response`, { mark: 'waived', words: '不适用' })
    expect([again.status, again.body.includes('已由他人记录')]).toEqual([409, true])
    expect((await li.get('/desk')).body).not.toContain('48 小时内回应社会关切')
  })

  test('a place with markup in it is text on every page of the desk', async () => {
    const hold = await hearGreat('<img src=x onerror=alert(1)>"阿拉善左旗')
    const db = await bureau.database()
    const { rows } = await db.query<{ quake: string }>('select quake_id as quake from hold where id = $1', [hold])
    for (const path of ['/desk', '/desk/parts/board', `/desk/holds/${hold}`, `/desk/quakes/${rows[0]?.quake}`]) {
      const { status, body } = await wang.get(path)
      expect([path, status]).toEqual([path, 200])
      expect(body).not.toContain('<img')
    }
    await wang.post(`/desk/holds/${hold}/dismiss`, { why: '<script>alert(1)</script>' })
    expect((await li.get(`/desk/holds/${hold}`)).body).toContain('&lt;script&gt;')
  })

  test('who is not signed in, or signed out, sees a sign-in page and nothing else', async () => {
    const stranger = openVisitor(bureau)
    expect(await stranger.get('/desk')).toMatchObject({ status: 303, to: '/desk/sign-in' })
    expect(await stranger.get('/desk/quakes/q-1')).toMatchObject({
      status: 303,
      to: '/desk/sign-in?to=%2Fdesk%2Fquakes%2Fq-1',
    })
    expect((await guest.get('/desk')).status).toBe(200)
    expect((await guest.post('/desk/switches', { outlet: '*', on: '1' })).status).toBe(403)
    expect((await guest.post('/desk/sign-out')).to).toBe('/desk/sign-in')
    expect((await guest.get('/desk')).status).toBe(303)
  })
})
