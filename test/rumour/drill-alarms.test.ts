// In: a claim of a drill whose wait ends by itself, or whose reporter somebody would reach. Out: proof that what rings for it rings in the
// drill's lane, where nobody takes it for real, and is over with the drill.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR } from '../../src/core/instant.ts'
import { answerContact, askContact } from '../../src/rumour/handover/contacts.ts'
import { takeSighting } from '../../src/rumour/intake.ts'
import { stepClaim, type Asked } from '../../src/rumour/steps.ts'
import { watchClaims } from '../../src/rumour/watch.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listContactRequests } from '../../src/store/rumours/handover/contacts.ts'
import { retireClaims } from '../../src/store/rumours/retire.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

test('what rings for a claim of a drill rings in the drill’s lane, and no longer than the drill lasts', async () => {
  const { wang, li } = desk.people
  const told = { route: 'phone', url: '', platform: '', region: '', seenAt: null, contact: '13900139000' } as const
  const taken = await takeSighting(desk.context, { ...told, text: '石嘴山明天要发生7级大地震' }, wang, 'drill')
  const claim = taken.ok ? (taken.placed?.claimId ?? '') : ''
  const sightingId = taken.ok ? taken.sighting.id : ''
  const step = async (event: Asked['event'], more: Partial<Asked> = {}) => {
    const seen = (await findClaim(desk.pool, claim))?.version ?? 0
    expect(await stepClaim(desk.context, claim, { event, seen, ...more }, wang)).toMatchObject({ ok: true })
  }
  await step('take')
  await step('check')
  await step('ask-agency', { askedOf: 'liaison-cac', reason: '请核首发账号' })
  const asked = { sightingId, reason: '核实现场位置', formal: { number: '', basis: '', officer: '' } }
  expect(await askContact(desk.context, claim, asked, wang)).toMatchObject({ ok: true })
  const [request] = await listContactRequests(desk.pool, claim)
  expect(await answerContact(desk.context, claim, request?.id ?? 0, true, li)).toMatchObject({ ok: true })
  desk.pass(HOUR)
  await watchClaims(desk.context)
  const ringing = async () =>
    (await listAlarms(desk.pool))
      .filter(({ subject }) => subject.startsWith(claim))
      .map((one) => `${one.kind} ${one.class}`)
      .toSorted()
  expect(await ringing()).toEqual(['contact drill', 'rumour drill'])
  await retireClaims(desk.pool, '演练结束')
  await watchClaims(desk.context)
  expect(await ringing()).toEqual(['contact drill'])
})
