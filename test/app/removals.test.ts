// In: a real installation, a withdrawn notice, two officers. Out: proof that no post is taken down by one person alone, that it is
// taken down once, over a kill and a lost answer, and that a second person hears of a withdrawal at once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../crash/watch.ts'
import { openBureau, type Bureau } from './bureau.ts'
import { openFirst, openOfficer, type Visitor } from './officers.ts'

let bureau: Bureau
let wang: Visitor
let li: Visitor
let guest: Visitor
const LONG_MS = 100_000

beforeAll(async () => {
  bureau = await openBureau('removals')
  await bureau.start()
  const admin = await openFirst(bureau)
  wang = await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
  li = await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] })
  guest = await openOfficer(bureau, admin, { login: 'gast', name: '观察者', roles: ['observer'] })
}, 120_000)
afterAll(() => bureau.close(), 60_000)
beforeEach(async () => {
  await bureau.town.clearFaults()
  await bureau.pass(10 * 60_000)
  await bureau.untilMoved()
  for (const one of [wang, li, guest]) expect((await one.get('/desk')).status).toBe(200)
})

const ask = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await (await bureau.database()).query<T>(text, values)).rows

interface Told {
  notice: string
  weibo: string
  code: string
  progress: string
}

/** A quick report that went out. */
async function publish(): Promise<Told> {
  const serial = await bureau.hear('AU', bureau.recent())
  return until('it on Weibo', async () => {
    const [row] = await ask<{ notice: string; weibo: string; code: string; state: string }>(
      `select n.id as notice, n.code, d.id as weibo, d.state from delivery d join notice n on n.id = d.notice_id
       join lineage l on l.id = n.lineage_id where l.serial = $1 and d.outlet_id = 'weibo-main'`,
      [serial],
    )
    return row?.state === 'accepted' && { ...row, progress: `/desk/notices/${row.notice}/progress` }
  })
}

/** The same, withdrawn by Wang. */
async function publishAndWithdraw(): Promise<Told> {
  const told = await publish()
  await wang.get(`/desk/notices/${told.notice}/withdraw`)
  const done = await wang.post(`/desk/notices/${told.notice}/withdraw`, { reason: 'sent-in-error' })
  expect(done).toMatchObject({ status: 303, to: told.progress })
  return told
}

/** Wang asks for the Weibo post to be taken down. @returns the wish's page */
async function wish({ notice, weibo, progress }: Told): Promise<string> {
  await wang.get(progress)
  const asked = await wang.post(`/desk/notices/${notice}/removals`, { delivery: weibo, why: '配图有误' })
  expect(asked).toMatchObject({ status: 303, to: progress })
  const board = await li.get('/desk')
  expect(board.body).toContain('申请删除帖文')
  return /\/desk\/removals\/[\w-]+/.exec(board.body)?.[0] ?? ''
}

const stateOf = async (page: string): Promise<string> =>
  (await ask<{ state: string }>('select state from removal where id = $1', [page.split('/').at(-1)]))[0]?.state ??
  'none'
const isShown = async ({ code }: Told): Promise<boolean> =>
  (await bureau.town.ledger('weibo')).some((e) => e.visible && e.text.includes(`/n/${code}`))
const countCalls = async (): Promise<number> =>
  (await bureau.town.calls('weibo')).filter(({ api }) => api === 'statuses/destroy').length
const untilState = (page: string, state: string): Promise<true | null> =>
  until(`${page} ${state}`, async () => (await stateOf(page)) === state || null, LONG_MS)

describe('a withdrawal', () => {
  test('tells a second person at once; whoever began it is not that person', async () => {
    const told = await publishAndWithdraw()
    const [alarm] = await ask<{ id: string; message: string }>(
      `select id, message from alarm where kind = 'withdrawal' and subject = $1 and cleared_at is null`,
      [told.notice],
    )
    expect(alarm?.message).toMatch(/^安震信〔\d+〕\d+号 第1报 由值班人员撤回.*请另一人查看进度$/)
    const own = await wang.get('/desk')
    expect(own.body).toContain('须由另一人确认')
    await wang.post(`/desk/alarms/${alarm?.id}/acknowledge`)
    const still = 'select acknowledged_by from alarm where id = $1 and cleared_at is null'
    expect(await ask(still, [alarm?.id])).toEqual([{ acknowledged_by: null }])
    expect((await li.get('/desk')).body).toContain(`href="${told.progress}"`)
    expect(await li.post(`/desk/alarms/${alarm?.id}/acknowledge`)).toMatchObject({ status: 303 })
    expect(await ask(still, [alarm?.id])).toEqual([])
  })

  test('is confirmed on a page that says it is for the public, who reads each channel, and what is done there', async () => {
    const told = await publish()
    const { body } = await wang.get(`/desk/notices/${told.notice}/withdraw?reason=sent-in-error`)
    expect(body).toContain('实况：撤回公告立即对公众发布')
    for (const plan of ['原公告页保留并标明“已撤回”', '另发一条撤回微博；原微博保留', '逐人发送撤回通知', '微博粉丝'])
      expect(body).toContain(plan)
    expect(body).not.toContain('lane-drill')
  })
})

describe('taking a post down', () => {
  test('needs the word withdrawn first, a reason, and two people; then it is gone, and the record says by whom', async () => {
    const told = await publish()
    await wang.get('/desk')
    const early = await wang.post(`/desk/notices/${told.notice}/removals`, { delivery: told.weibo, why: '误发' })
    expect([early.status, early.body]).toEqual([409, expect.stringContaining('只能删除已撤回公告') as string])
    await wang.get(`/desk/notices/${told.notice}/withdraw`)
    await wang.post(`/desk/notices/${told.notice}/withdraw`, { reason: 'sent-in-error' })
    expect((await wang.post(`/desk/notices/${told.notice}/removals`, { delivery: told.weibo, why: ' ' })).status).toBe(
      409,
    )

    const page = await wish(told)
    const calls = await countCalls()
    const own = await wang.get(page)
    expect(own.body).toContain('收回申请')
    expect(own.body).not.toContain('立即删除')
    const alone = await wang.post(`${page}/confirm`)
    expect([alone.status, alone.body]).toEqual([409, expect.stringContaining('须由另一人同意') as string])
    expect((await guest.post(`${page}/confirm`)).status).toBe(403)
    const byTyping = await bureau.command('confirm-removal', { removal: page.split('/').at(-1), as: '李处' })
    expect(byTyping.body).toMatchObject({ ok: false, reason: expect.stringContaining('登录') as string })
    expect([await stateOf(page), await countCalls(), await isShown(told)]).toEqual(['asked', calls, true])

    expect((await li.get(page)).body).toContain('实况：公众将不再看到这条帖文')
    expect(await li.post(`${page}/confirm`)).toMatchObject({ status: 303, to: told.progress })
    await untilState(page, 'removed')
    expect([await countCalls(), await isShown(told)]).toEqual([calls + 1, false])
    const progress = await li.get(told.progress)
    expect(progress.body).toContain('帖文已删除，李处')
    expect(progress.body).toMatch(/王小明 [^<]* 申请：配图有误/)
    const acts = await ask<{ act: string; actor: string }>(
      `select act, actor from journal where subject = $1 and act like 'removal.%' order by id`,
      [told.weibo],
    )
    expect(acts.map(({ act }) => act)).toEqual(['removal.asked', 'removal.confirmed', 'removal.removed'])
    expect(new Set(acts.map(({ actor }) => actor)).size).toBe(3)
    const api = await until('the page without its address', async () => {
      const reply = await bureau.page(`/api/v1/notices/${told.notice}`)
      const { deliveries } = JSON.parse(reply?.body ?? '{}') as { deliveries: { outlet: string; url: string | null }[] }
      return deliveries.find(({ outlet }) => outlet === 'weibo-main')?.url === null && deliveries
    })
    expect(api.length).toBeGreaterThan(3)
    const again = await wang.post(`/desk/notices/${told.notice}/removals`, { delivery: told.weibo, why: '再删' })
    expect(again.status).toBe(409)
  }, 200_000)

  test('is asked for once, decided once: the slower of two hears by whom', async () => {
    const told = await publishAndWithdraw()
    const [calls] = [await countCalls(), await li.get(told.progress), await wang.get(told.progress)]
    const given = { delivery: told.weibo, why: '配图有误' }
    const wishes = await Promise.all([wang, li].map((one) => one.post(`/desk/notices/${told.notice}/removals`, given)))
    expect(wishes.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
    const page = /\/desk\/removals\/[\w-]+/.exec((await li.get('/desk')).body)?.[0] ?? ''
    const asker = wishes[0]?.status === 303 ? wang : li
    const other = asker === wang ? li : wang
    await other.get(page)
    const answers = await Promise.all([other.post(`${page}/confirm`), asker.post(`${page}/decline`)])
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
    expect(answers.find(({ status }) => status === 409)?.body).toMatch(/(王小明|李处) \d+月/)
    const won = answers[0]?.status === 303
    await untilState(page, won ? 'removed' : 'declined')
    expect([await countCalls(), await isShown(told)]).toEqual([(calls ?? 0) + (won ? 1 : 0), !won])
  }, 200_000)

  test('is asked of the platform again after a lost answer, and by the next start after a kill; once gone it stays so', async () => {
    const told = await publishAndWithdraw()
    const page = await wish(told)
    // It takes effect, and the answer is lost: the platform is asked again and says that there is no such post.
    await bureau.town.script('weibo', [{ api: 'statuses/destroy', kind: 'close-after', times: 1 }])
    await li.get(page)
    await li.post(`${page}/confirm`)
    await until(
      'a first try',
      async () =>
        (await ask('select from removal where tries > 0 and state = $1', ['confirmed'])).length > 0 ||
        (await stateOf(page)) === 'removed',
    )
    await bureau.kill('program')
    await bureau.start()
    // Half a minute later: who was asking is known to be gone.
    await ask(`update removal set lease_until = now() where state = 'confirmed'`)
    await bureau.pass(60_000)
    await untilState(page, 'removed')
    expect(await isShown(told)).toBe(false)
    const ends = await ask(`select from journal where subject = $1 and act = 'removal.removed'`, [told.weibo])
    expect(ends).toHaveLength(1)
  }, 300_000)

  test('that a platform refuses ends as such, and a person is told what to do', async () => {
    const told = await publishAndWithdraw()
    const page = await wish(told)
    await bureau.town.script('weibo', [{ api: 'statuses/destroy', kind: 'error', code: 20109 }])
    await li.get(page)
    await li.post(`${page}/confirm`)
    await untilState(page, 'failed')
    const board = await until('the alarm', async () => {
      const { body } = await wang.get('/desk')
      return body.includes('的帖文未能删除，请人工处理') && body
    })
    expect(board).not.toContain('申请删除帖文')
    expect(await isShown(told)).toBe(true)
    // Somebody deletes it on the platform and says so: the record, the alarm and the public page know it.
    const early = (await wang.get(told.progress)).body
    expect((await wang.get(page)).body).toContain('已在平台人工删除')
    expect(early).toContain('未能删除')
    expect(await wang.post(`${page}/by-hand`)).toMatchObject({ status: 303, to: told.progress })
    expect(await stateOf(page)).toBe('removed')
    expect((await wang.get(page)).body).not.toContain('已在平台人工删除')
    expect((await wang.get('/desk')).body).not.toContain('的帖文未能删除，请人工处理')
    expect(await wang.post(`${page}/by-hand`)).toMatchObject({
      status: 409,
      body: expect.stringContaining('只有未能删除的帖文') as string,
    })
    expect(await ask(`select from journal where subject = $1 and act = 'removal.by-hand'`, [told.weibo])).toHaveLength(
      1,
    )
  }, 200_000)
})

test('the program’s own role cannot write that one person did both', async () => {
  const told = await publishAndWithdraw()
  const page = await wish(told)
  const both = `update removal set state = 'confirmed', decided_by = asked_by, due_at = now() where id = $1`
  await expect(ask(both, [page.split('/').at(-1)])).rejects.toThrow(/removal_check/)
  expect(await isShown(told)).toBe(true)
})
