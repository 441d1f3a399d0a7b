// In: what came of publishing a notice's CAP message. Out: what the dispatcher is told, and which notices are none.
import { expect, test } from 'vitest'
import { cap } from '../../channels/cap/index.ts'
import type { PublishedAlert } from '../../src/core/channel.ts'
import { NOTICE_KINDS } from '../../src/core/notice.ts'
import { fakeReach, sampleFacts, sampleJob, START, UNREACHABLE } from './fakes.ts'

const SENDER = 'cap@dzj.example.cn'

function open(publish: () => Promise<PublishedAlert>, replaced = false) {
  const reach = fakeReach(() => UNREACHABLE)
  if (replaced) reach.replaced.add(sampleJob().noticeId)
  const asked: string[] = []
  const alerts = {
    publish: (id: string, sender: string) => {
      asked.push(`${id} ${sender}`)
      return publish()
    },
    find: publish,
  }
  return { client: cap.open({ sender: SENDER }, { ...reach, alerts }), reach, asked }
}
const refusing = (rule: string) => open(async () => ({ ok: false, rule }))

test('a message that stands is accepted by the triple that later ones name it by', async () => {
  const { client, reach, asked } = open(async () => ({ ok: true, ref: 'a,b,c', url: 'https://x.example/cap/n-1.xml' }))
  const accepted = { state: 'accepted', ref: 'a,b,c', url: 'https://x.example/cap/n-1.xml' }
  expect(await client.deliver(sampleJob())).toEqual(accepted)
  expect(await client.probe(sampleJob())).toEqual(accepted)
  expect(asked).toEqual([`n-1 ${SENDER}`])
  expect(reach.calls).toEqual([])
})

test('what a newer notice replaced is not published; the dispatcher ends it as superseded', async () => {
  const { client, asked } = open(async () => ({ ok: true, ref: 'r', url: 'u' }), true)
  expect(await client.deliver(sampleJob())).toMatchObject({ state: 'retry', afterMs: 0, code: 'replaced' })
  expect(asked).toEqual([])
  expect(await refusing('cap-replaced').client.deliver(sampleJob())).toMatchObject({ state: 'retry', code: 'replaced' })
})

test('a message that breaks a rule of CAP is not published, and the rule is named to a person', async () => {
  const outcome = await refusing('cap-circle').client.deliver(sampleJob())
  expect(outcome).toMatchObject({ state: 'rejected', code: 'cap-circle', fix: 'operator' })
})

test.each(['cap-chain-busy', 'cap-nothing-to-cancel'])('%s is tried again in a second', async (rule) => {
  const outcome = await refusing(rule).client.deliver(sampleJob({ firstAttemptAt: START }))
  expect(outcome).toMatchObject({ state: 'retry', afterMs: 1_000, code: rule })
})

test('a message that could not be stored is tried again: repeating cannot double it', async () => {
  const { client } = open(async () => {
    throw new Error('connection lost')
  })
  expect(await client.deliver(sampleJob())).toMatchObject({ state: 'retry', code: 'store' })
})

test('of all notices only those of a quake, and what takes them back, are CAP', () => {
  const told = NOTICE_KINDS.filter((kind) => cap.legs({ sender: SENDER }, kind).length > 0)
  expect(told).toEqual(['quick-report', 'formal-report', 'revision', 'correction', 'withdrawal'])
})

test('a notice without a text is not composed', () => {
  const texts = { title: 't', variants: {} }
  expect(cap.compose({ ...texts, text: ' ' }, sampleFacts(), { sender: SENDER }, 'message').ok).toBe(false)
  expect(cap.compose({ ...texts, text: 'x' }, sampleFacts(), { sender: SENDER }, 'message').ok).toBe(true)
})
