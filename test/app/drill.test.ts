// The drill as the operator knows it: by name, alone, by its own clock, gone when it ends.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeDrill, type DrillResult } from '../../src/app/drill-result.ts'
import { runInstallationDrill } from '../../src/app/drill.ts'
import { readTown, startInstallation, type Installation } from './installation.ts'

let here: Installation

beforeAll(async () => {
  here = await startInstallation()
})
afterAll(() => here.close())

const play = async (name: string): Promise<DrillResult> => {
  const answer = await runInstallationDrill(here.app, here.config, name, '李工')
  if (!answer.ok) throw new Error(answer.reason)
  return answer.result as DrillResult
}

test('the same drill twice says everything twice, under two numbers of its own', async () => {
  const [first, second] = [await play('alxa-2017'), await play('alxa-2017')]
  expect(first.said.map((n) => n.serial)).toEqual(['银震信演〔2017〕1号 第1报', '银震信演〔2017〕1号 第2报'])
  expect(second.said.map((n) => n.serial)).toEqual(['银震信演〔2017〕2号 第1报', '银震信演〔2017〕2号 第2报'])
  for (const notice of [...first.said, ...second.said]) {
    expect(Object.values(notice.outlets).map((o) => o.state)).toEqual(Array(5).fill('accepted'))
    expect(notice.title).toMatch(/^【演练】.*【演练】$/)
  }
})

test('a withdrawal is drilled as well, by the drill’s clock', async () => {
  const result = await play('withdrawn-by-source')
  expect(result.said.map((n) => n.kind)).toEqual(['quick-report', 'withdrawal'])
  expect(result.holds.map((h) => h.gate)).toEqual(['veto'])
})

test('a false word is held in a drill as it would be in earnest', async () => {
  const result = await play('luzhou-2021')
  expect(result.said).toEqual([])
  expect(result.holds.map((h) => h.gate)).toEqual(['size'])
})

test('the officer’s acts are carried out on the drill’s own hold', async () => {
  const result = await play('released-by-a-person')
  expect(result.left).toEqual([])
  expect(result.said.map((n) => n.kind)).toEqual(['quick-report', 'formal-report'])
})

test('an act that would reach the real outlets is left out, and said', async () => {
  const result = await play('kill-switch-one')
  expect(result.left).toEqual(['kill-switch-on: a drill does not touch the switches'])
  expect(await here.query('select 1 from kill_switch')).toEqual([])
})

test('a second drill while one runs is refused', async () => {
  const answers = await Promise.all([
    runInstallationDrill(here.app, here.config, 'alxa-2017', '甲'),
    runInstallationDrill(here.app, here.config, 'alxa-2017', '乙'),
  ])
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
  expect(answers.find((answer) => !answer.ok)).toMatchObject({
    reason: expect.stringContaining('another drill') as string,
  })
})

test('a drill whose outlet never answers ends all the same: what hangs is cancelled with the reason', async () => {
  here.whenDrillBegins(() => here.drillTown.stands.weibo.faults.add({ api: '*', kind: 'http-5xx', status: 503 }))
  await play('alxa-2017')
  here.whenDrillBegins(() => undefined)
  const left = await here.query<{ state: string; reason: string }>(
    `select distinct state, reason from delivery where outlet_id = 'drill-weibo-main' and state not in ('accepted', 'superseded', 'expired')`,
  )
  expect(left).toEqual([{ state: 'cancelled', reason: '演练结束，未及了结' }])
})

test('nothing of a drill stays behind: no open hold, no standing alarm, nothing due, and the actual lane is empty', async () => {
  expect(await here.query(`select 1 from hold where state in ('open', 'veto', 'waiting')`)).toEqual([])
  expect(await here.query(`select 1 from alarm where class = 'drill' and cleared_at is null`)).toEqual([])
  expect(await here.query(`select 1 from delivery where state in ('queued', 'sending', 'pending', 'unknown')`)).toEqual(
    [],
  )
  expect(await here.query(`select 1 from notice where class = 'actual'`)).toEqual([])
  expect(readTown(here.town)).toEqual([])
})

test('start and end stand in the journal under the operator’s name', async () => {
  const acts = await here.query<{ act: string; actor: string }>(
    `select act, actor from journal where act like 'drill.%' and subject = 'luzhou-2021' order by id`,
  )
  expect(acts).toEqual([
    { act: 'drill.started', actor: '李工' },
    { act: 'drill.ended', actor: '李工' },
  ])
})

test('the desk’s command plays it, and wants a name', async () => {
  const token = await readFile(join(here.config.dataFolder, 'desk.token'), 'utf8')
  const ask = async (input: object) => {
    const reply = await fetch(`${here.app.deskUrl}/desk/command/drill`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
    return (await reply.json()) as { ok: boolean; result?: DrillResult; reason?: string }
  }
  expect(await ask({ scenario: 'alxa-2017' })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('as') as string,
  })
  const played = await ask({ scenario: 'mirror-alone', as: '李工' })
  expect(played).toMatchObject({ ok: true, result: { scenario: 'mirror-alone', by: '李工', said: [] } })
  expect(writeDrill(played.result as DrillResult)).toContain('nothing')
})

test('a word of a drill that is over is withdrawn by nobody: its clock stands still, its stand-ins are gone', async () => {
  const token = await readFile(join(here.config.dataFolder, 'desk.token'), 'utf8')
  const before = await here.query('select 1 from notice')
  const reply = await fetch(`${here.app.deskUrl}/desk/command/withdraw`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ serial: '银震信演〔2017〕1号', reason: 'sent-in-error', as: '李工' }),
  })
  expect(await reply.json()).toMatchObject({ ok: false, reason: expect.stringContaining('这场演练已结束') as string })
  expect(await here.query('select 1 from notice')).toHaveLength(before.length)
})

test('an unknown scenario is refused by name', async () => {
  expect(await runInstallationDrill(here.app, here.config, 'no-such-quake', '李工')).toMatchObject({ ok: false })
})
