// In: a real installation, staff of the bureau, liaisons of three organisations. Out: proof that a report told to the desk becomes a
// claim that each of them sees as far as it was shared with them, acts on as the table says, and nobody finds by its address.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { press, step } from './answerers.ts'
import { startInstallation, type Installation } from './installation.ts'
import { openSeat } from './seats.ts'
import type { Page, Visitor } from './officers.ts'

let here: Installation
let wang: Visitor
let chen: Visitor
let li: Visitor
let sun: Visitor
let qian: Visitor
let guest: Visitor

beforeAll(async () => {
  here = await startInstallation()
  wang = await openSeat(here, { login: 'wang', name: '王小明', role: 'duty' })
  chen = await openSeat(here, { login: 'chen', name: '陈二', role: 'duty' })
  li = await openSeat(here, { login: 'li', name: '李处', role: 'lead' })
  sun = await openSeat(here, {
    login: 'sun',
    name: '孙网',
    role: 'liaison-cac',
    unit: { id: 'wangxin', name: '试验网信办', kind: 'cac' },
  })
  qian = await openSeat(here, {
    login: 'qian',
    name: '钱警',
    role: 'liaison-police',
    unit: { id: 'gongan', name: '试验公安局', kind: 'police' },
  })
  guest = await openSeat(here, { login: 'guest', name: '观察者', role: 'observer' })
}, 120_000)
afterAll(() => here.close(), 60_000)

async function tell(
  by: Visitor,
  text: string,
  more: Record<string, string> = {},
): Promise<{ page: Page; claim: string }> {
  await by.get('/desk/rumours/new')
  const page = await by.post('/desk/rumours', { route: 'phone', text, ...more })
  return { page, claim: /\/desk\/rumours\/c-[0-9a-f]+/.exec(page.body)?.[0] ?? '' }
}
describe('the rumour desk', () => {
  test('what is told by telephone stands in the queue with its risk, its clock and without who was named', async () => {
    const text = '我叫张三丰，电话13800138000，<b>固原</b>明天要发生7级大地震，大家赶紧转发'
    const { page, claim } = await tell(wang, text, { contact: '13900139000' })
    expect(page.body).toMatch(/<span class="copy">[A-Z2-9]{4}(-[A-Z2-9]{4}){3}</)
    const queue = (await chen.get('/desk/rumours')).body
    expect(queue).toContain('风险 4')
    expect(queue).toMatch(/认领 还有 \d/)
    const shown = (await chen.get(claim)).body
    expect(shown).toContain('&lt;b&gt;固原&lt;/b&gt;明天要发生7级大地震')
    expect(shown).toContain('举报人 #')
    for (const secret of ['张三丰', '13800138000', '13900139000']) expect(queue + shown).not.toContain(secret)
    expect((await tell(wang, '')).page).toMatchObject({ status: 409 })
  })

  test('what was not shared is not there: not in the queue, not by its address, not for any act, in the same words as nothing', async () => {
    const { claim } = await tell(wang, '听说西宁周日有6级地震，转给家人')
    const id = claim.split('/').at(-1) ?? ''
    for (const by of [sun, qian]) {
      expect((await by.get('/desk/rumours')).body).not.toContain('西宁')
      expect((await by.get('/desk/parts/rumours')).body).not.toContain(id)
      const [hidden, none] = [await by.get(claim), await by.get('/desk/rumours/c-none')]
      expect([hidden.status, none.status]).toEqual([404, 404])
      expect(hidden.body).toBe(none.body)
      expect((await step(by, claim, 'take')).status).toBe(404)
      expect((await press(by, claim, 'notes', { words: '备注' })).status).toBe(404)
      for (const act of ['checks', 'risk', 'proposals', 'suggestions/c-none', 'grants'])
        expect([act, (await press(by, claim, act)).status]).toEqual([act, 403])
    }
    expect((await guest.get('/desk/rumours')).body).not.toContain('西宁')
  })

  test('what was shared as a summary shows no report; as a case, all but other claims and inner notes; taken back, nothing', async () => {
    const { claim } = await tell(wang, '刚听说天池子水库裂缝了，下游的人赶紧跑')
    await tell(wang, '刚听说黑龙口水库裂缝了，下游的人赶紧跑')
    expect((await press(wang, claim, 'notes', { words: '内部情况', private: 'yes' })).status).toBe(303)
    expect((await press(wang, claim, 'notes', { words: '请水务部门协助' })).status).toBe(303)
    const give = { organisation: 'wangxin', hours: '24', reason: '通报情况' }
    expect((await press(wang, claim, 'grants', { ...give, level: 'summary' })).status).toBe(303)
    const summary = (await sun.get(claim)).body
    expect(summary).toContain('贵单位可见摘要')
    for (const hidden of ['下游的人赶紧跑</p>', '内部情况', '请水务部门协助', '黑龙口'])
      expect(summary).not.toContain(hidden)
    expect((await press(wang, claim, 'grants', { ...give, level: 'case' })).status).toBe(303)
    const whole = (await sun.get(claim)).body
    expect(whole).toContain('下游的人赶紧跑')
    expect(whole).toContain('请水务部门协助')
    for (const hidden of ['内部情况', '黑龙口', '王小明', '共享给其他单位']) expect(whole).not.toContain(hidden)
    expect((await sun.get('/desk/rumours')).body).toContain('天池子')
    expect((await press(li, claim, 'grants/wangxin/end')).status).toBe(303)
    expect((await sun.get(claim)).status).toBe(404)
  })

  test('a question to another organisation gives it sight of the case, and its answer comes back under its name', async () => {
    const { claim } = await tell(wang, '网上说中卫今晚有8级大地震，请大家赶紧转发')
    expect((await step(wang, claim, 'take')).status).toBe(303)
    const again = await step(chen, claim, 'take')
    expect([again.status, again.body.includes('「已认领」时不能做这一步')]).toEqual([409, true])
    expect((await step(wang, claim, 'check')).status).toBe(303)
    expect((await step(wang, claim, 'ask-agency', { whom: 'liaison-police', reason: '请核查首发账号' })).status).toBe(
      303,
    )
    const asked = (await qian.get(claim)).body
    expect(asked).toContain('请核查首发账号')
    expect(asked).not.toContain('开始核查</button>')
    expect((await step(qian, claim, 'answer', { reason: '首发账号已锁定' })).status).toBe(303)
    const answered = (await wang.get(claim)).body
    expect(answered).toContain('首发账号已锁定')
    expect(answered).toContain('钱警（公安）')
    expect((await sun.get(claim)).status).toBe(404)
  })

  test('a story that was put aside and comes again stands there with its day; a word of the duty officer makes it a finding', async () => {
    const text = '徽州区有人拍到井水冒泡，说是要地震了'
    const { claim: old } = await tell(wang, text)
    expect((await step(wang, old, 'dismiss', { reason: '无依据' })).status).toBe(303)
    const { claim } = await tell(wang, `${text}！！`)
    expect(claim).not.toBe(old)
    const shown = (await wang.get(claim)).body
    expect(shown).toContain('可能是旧闻重提')
    expect(shown).toContain(`href="${old}"`)
    expect(shown).toContain('2026年3月4日 · 不予处置')
    expect(shown).toContain('当时没有发布辟谣')
    const give = { organisation: 'wangxin', level: 'case', hours: '24', reason: '通报情况' }
    expect((await press(wang, claim, 'grants', give)).status).toBe(303)
    expect((await sun.get(claim)).body).not.toContain('旧闻重提')
    const target = old.split('/').at(-1) ?? ''
    expect((await press(sun, claim, `suggestions/${target}`, { do: 'old' })).status).toBe(403)
    expect((await press(wang, claim, `suggestions/${target}`, { do: 'old' })).status).toBe(303)
    const found = (await wang.get(claim)).body
    expect(found).toContain('旧闻比对')
    expect(found).not.toContain('可能是旧闻重提')
    expect((await press(wang, claim, `suggestions/${target}`, { do: 'old' })).body).toContain('没有这条旧传言')
    expect((await wang.get(old)).body).toContain('不予处置')
  })

  test('two hold the same page: the one who is late is told to look again', async () => {
    const { claim } = await tell(wang, '白银下周二有6级地震，内部消息')
    const done = await Promise.all([step(wang, claim, 'take'), step(chen, claim, 'take')])
    expect(done.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
    expect(done.find(({ status }) => status === 409)?.body).toMatch(/刚刚被(王小明|陈二)处理（认领）|不能做这一步/)
    expect((await press(wang, claim, 'steps', { event: 'fly' })).body).toContain('没有这一步')
  })

  test('a grave claim is put aside by two', async () => {
    const { claim } = await tell(wang, '定西凌晨三点有7级地震，我姑父说的')
    expect((await step(wang, claim, 'dismiss', { reason: '重复' })).body).toContain('须有第二人同意')
    expect((await press(wang, claim, 'proposals', { event: 'dismiss', reason: '演练信息外传' })).status).toBe(303)
    const own = (await wang.get(claim)).body
    expect(own).toContain('须由另一名值班员或带班领导确认')
    const proposal = /proposals\/(\d+)/.exec((await chen.get(claim)).body)?.[1] ?? ''
    expect((await press(wang, claim, `proposals/${proposal}`, { do: 'agree' })).body).toContain('须由另一人确认')
    expect((await press(chen, claim, `proposals/${proposal}`, { do: 'agree' })).status).toBe(303)
    expect((await wang.get(claim)).body).toContain('王小明（值班员），陈二同意')
  })

  test('a pasted table is taken in line by line, and each line that is not says why', async () => {
    await wang.get('/desk/rumours/import')
    const rows =
      '原文,平台,地区,网址,看到时间\n"陇南的水不能喝了,我朋友说的",微信,陇南市,,2026-03-04 09:00\n,微博\n铜川有人说加油站没油了,,,ftp://x,\n"宝鸡停电'
    const done = (await wang.post('/desk/rumours/import', { rows })).body
    expect(done).toContain('录入 1 条，3 条未录入')
    expect(done).toContain('第 3 行：没有原文')
    expect(done).toContain('第 4 行：网址须以')
    expect(done).toContain('第 5 行：引号没有合上')
    expect((await wang.get('/desk/rumours')).body).toContain('陇南的水不能喝了')
  })

  test('whoever only looks may report and do nothing else; a liaison is not shown the board', async () => {
    expect((await guest.get('/desk/rumours')).status).toBe(200)
    const { claim } = await tell(guest, '听说渭源县的中学停课了')
    expect(claim).not.toBe('')
    const own = await guest.get(claim)
    expect([own.status, own.body.includes('贵单位可见摘要')]).toEqual([200, true])
    for (const act of ['steps', 'notes', 'sign']) expect((await press(guest, claim, act)).status).toBe(403)
    expect((await sun.get('/desk')).status).toBe(403)
  })
})
