// In: a claim of a drill: its wait ends by itself, somebody would reach its reporter, accounts are noted in it. Out: proof that what rings
// for it rings in the drill's lane and is over with the drill, and that no account noted in it counts for a real claim.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR } from '../../src/core/instant.ts'
import { answerContact, askContact } from '../../src/rumour/handover/contacts.ts'
import { takeSighting } from '../../src/rumour/intake.ts'
import { nameSpreader, showSpreaders } from '../../src/rumour/handover/spreaders.ts'
import { stepClaim, type Asked } from '../../src/rumour/steps.ts'
import { watchClaims } from '../../src/rumour/watch.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listContactRequests } from '../../src/store/rumours/handover/contacts.ts'
import { retireClaims } from '../../src/store/rumours/retire.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

let desk: HandoverDesk
beforeAll(async () => {
  desk = await openHandoverDesk()
}, 60_000)
afterAll(() => desk.close())

async function drill(text: string): Promise<{ claim: string; sightingId: string }> {
  const told = { route: 'phone', url: '', platform: '', region: '', seenAt: null, contact: '13900139000' } as const
  const taken = await takeSighting(desk.context, { ...told, text }, desk.people.wang, 'drill')
  if (!taken.ok) throw new Error(taken.reason)
  return { claim: taken.placed?.claimId ?? '', sightingId: taken.sighting.id }
}

test('what rings for a claim of a drill rings in the drill’s lane, and no longer than the drill lasts', async () => {
  const { wang, li } = desk.people
  const { claim, sightingId } = await drill('石嘴山明天要发生7级大地震')
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

test('an account that was noted in a drill is not known again in a real claim, nor a real one in a drill', async () => {
  const { claim: drilled } = await drill('吴忠的水库今天裂缝了')
  const { claim: real } = await desk.begin()
  const account = { platform: '微博', account: '@震惊小李', url: '', role: 'origin' } as const
  for (const claim of [drilled, real]) {
    await desk.share(claim, 'wangxin')
    expect(await nameSpreader(desk.handover, claim, account, desk.people.sun)).toMatchObject({ ok: true })
    expect(await showSpreaders(desk.pool, desk.handover, claim, desk.people.li)).toMatchObject([{ elsewhere: 0 }])
  }
  expect(await showSpreaders(desk.pool, desk.handover, drilled, desk.people.li)).toMatchObject([{ elsewhere: 0 }])
})
