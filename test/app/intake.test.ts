// In: a real bureau of two processes, citizens at its public port, a follower of its account, another agency's system, staff. Out: proof
// that what each of them sends is in the queue within seconds, that a question is answered by its code, that a flood is seen and stopped.
import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../crash/watch.ts'
import { exif, makeJpeg } from '../core/attachments/files.ts'
import { sendReport } from '../support/report.ts'
import { openBureau, type Bureau } from './bureau.ts'
import { openThree, type Visitor } from './officers.ts'

const KEY = randomBytes(32)

let bureau: Bureau
let wang: Visitor
let li: Visitor
let guest: Visitor
beforeAll(async () => {
  const agencies = [{ id: 'wangxin', name: '试验网信办', secret: `whsec_${KEY.toString('base64')}` }]
  bureau = await openBureau('intake', { more: { agencies } })
  await bureau.start()
  ;({ wang, li, guest } = await openThree(bureau))
}, 120_000)
afterAll(() => bureau.close(), 60_000)

const ask = async (code: string): Promise<string> => {
  const body = new URLSearchParams({ code })
  return (await fetch(`http://127.0.0.1:${bureau.port}/rumours/receipt`, { method: 'POST', body })).text()
}
/** Reads a page of the desk until it says something. */
const untilSays = (by: Visitor, path: string, words: string): Promise<string> =>
  until(`${path} says ${words}`, async () => {
    const { body } = await by.get(path)
    return body.includes(words) ? body : undefined
  })

describe('the intake', () => {
  test('what a citizen reports without a script is a claim in the queue, its picture behind the lock, and its code says how far it is', async () => {
    const picture = makeJpeg([exif(1, 'GPS 38.4861N')])
    const sent = await sendReport(
      bureau.port,
      { text: '听说石嘴山明晚有7级大地震，我姑父说的', region: '大武口区' },
      { picture },
    )
    expect([sent.status, sent.receipt !== '']).toEqual([200, true])
    const queue = await untilSays(wang, '/desk/rumours', '石嘴山明晚有7级大地震')
    expect(queue).toContain('最近 10 分钟收到公众线索')
    const [claim = ''] = /\/desk\/rumours\/c-[0-9a-f]+/.exec(queue) ?? []
    const page = (await wang.get(claim)).body
    const [pictured = ''] = /\/desk\/sightings\/r-[0-9a-f]+\/picture/.exec(page) ?? []
    const shown = await wang.get(pictured)
    expect([shown.status, shown.body.includes('GPS'), page.includes('网页 · 大武口区')]).toEqual([200, false, true])
    expect((await guest.get(pictured)).status).toBe(404)
    expect(await ask(sent.receipt)).toContain('已收到')
    const seen = /第 (\d+) 步/.exec(page)?.[1] ?? ''
    expect((await wang.post(`${claim}/steps`, { event: 'take', seen })).status).toBe(303)
    expect(await ask(sent.receipt)).toContain('核查中')
    // No picture has an address at the public's port.
    const outside = await fetch(`http://127.0.0.1:${bureau.port}${pictured}`)
    expect(outside.status).toBe(404)
  })

  test('a question is taken, answered from prepared words, and read by its code; nobody else at the desk answers over it', async () => {
    const { receipt } = await sendReport(bureau.port, { text: '请问刚才是不是地震了？' })
    const list = await untilSays(wang, '/desk/questions', '请问刚才是不是地震了')
    expect(list).toMatch(/答复 还有 \d/)
    const [path = ''] = /\/desk\/questions\/r-[0-9a-f]+/.exec(list) ?? []
    const page = (await wang.get(path)).body
    expect((await wang.post(`${path}/take`, { owner: '' })).status).toBe(303)
    await li.get(path)
    const late = await li.post(`${path}/take`, { owner: '' })
    expect([late.status, late.body.includes('刚刚被他人处理')]).toEqual([409, true])
    const [, words = ''] = /name="words" value="([^"]+)"/.exec(page) ?? []
    expect(words).toContain('尚未收到中国地震台网')
    await wang.get(path)
    expect((await wang.post(`${path}/reply`, { seen: '0', words: '今晚不会再有更大的地震。' })).body).toContain(
      '含预测意见',
    )
    expect((await wang.post(`${path}/reply`, { seen: '0', words })).status).toBe(303)
    const answer = await ask(receipt)
    expect(answer).toContain('已回应')
    expect(answer).toContain(words)
    expect(answer).not.toContain('王小明')
    expect((await guest.get('/desk/questions')).status).toBe(403)
  })

  test('a follower of the account is answered with a code on the phone, sealed as the platform wants it', async () => {
    const write = async (text: string): Promise<{ sees: string; text?: string }> => {
      const reply = await fetch(`${bureau.town.urls.wechat}/_town/follower-text`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ openid: 'oFollower0000000000000000001', text }),
      })
      return (await reply.json()) as { sees: string; text?: string }
    }
    const seen = await write('听说吴忠后天有6级地震，真的假的？')
    expect(seen.sees).toBe('text')
    const [code = ''] = /[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}/.exec(seen.text ?? '') ?? []
    expect(await ask(code)).toContain('已收到')
    // The same again, as the platform repeats what was not answered in time.
    expect((await write('听说吴忠后天有6级地震，真的假的？')).text).toContain(code)
    await untilSays(wang, '/desk/questions', '吴忠后天有6级地震')
    const db = await bureau.database()
    const { rows } = await db.query<{ n: string }>(`select count(*) as n from sighting where route = 'wechat'`)
    expect(Number(rows[0]?.n)).toBe(1)
  })

  test('another agency’s system is heard at its own door, on the publisher’s port alone', async () => {
    const body = JSON.stringify({ sightings: [{ text: '群里说中宁加油站没油了', platform: 'QQ' }] })
    const stamp = String(Math.floor(bureau.now() / 1_000))
    const signature = createHmac('sha256', KEY).update(`m-1.${stamp}.${body}`).digest('base64')
    const post = (port: number): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/api/v1/agencies/wangxin/sightings`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': 'm-1',
          'webhook-timestamp': stamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
      })
    expect((await post(bureau.port)).status).toBe(405)
    const heard = await post(bureau.deskPort)
    expect([heard.status, (await post(bureau.deskPort)).status]).toEqual([202, 200])
    await untilSays(wang, '/desk/rumours', '中宁加油站没油了')
  })

  test('a sender is held back and let in again with one act each, and both are in the journal', async () => {
    const db = await bureau.database()
    await db.query(
      `insert into sender (ref, day, today, total, first_at, last_at) values (repeat('a', 32), now()::date, 9, 9, now(), now())`,
    )
    const page = await untilSays(wang, '/desk/senders', '当日 9 条')
    const [, number = ''] = /来源 (\d+) 号/.exec(page) ?? []
    const at = `/desk/senders/${number}`
    expect((await wang.post(`${at}/shadow`)).body).toContain('请写明理由')
    expect((await wang.post(`${at}/shadow`, { reason: '反复编造' })).status).toBe(303)
    expect((await li.get('/desk/senders')).body).toMatch(/已搁置[\s\S]*王小明[\s\S]*反复编造/)
    expect((await li.post(`${at}/lift`, { reason: '误判' })).status).toBe(303)
    const { rows } = await db.query<{ act: string }>('select act from journal where subject = $1 order by id', [
      `sender ${number}`,
    ])
    expect(rows.map(({ act }) => act)).toEqual(['sender.shadowed', 'sender.lifted'])
  })
})
