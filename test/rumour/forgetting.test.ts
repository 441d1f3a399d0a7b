// In: reports whose claims have come to rest, time that passes. Out: proof that originals and pictures go when their time is over and no
// sooner, that what went to the police stays, that a hash of each remains, and that nobody removes one in another way.
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../../src/core/instant.ts'
import { findAltered } from '../../src/rumour/custody.ts'
import { takeSighting } from '../../src/rumour/intake.ts'
import { placeLeftOver } from '../../src/rumour/matching.ts'
import { fromWeb, hearFromOutside } from '../../src/rumour/outside.ts'
import { answerPackage, buildPackage } from '../../src/rumour/handover/package.ts'
import { openPicture } from '../../src/rumour/pictures.ts'
import { replyToQuestion } from '../../src/rumour/questions.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { findLink } from '../../src/store/rumours/links.ts'
import { forgetOriginals } from '../../src/store/rumours/originals.ts'
import { makeJpeg } from '../core/attachments/files.ts'
import { openOwner } from './desk-of-rumours.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'
import { outsideOf, told } from './outside-of.ts'

const KEEP = { dismissedMs: 90 * DAY, publishedMs: 1_095 * DAY, most: 100 }
let desk: HandoverDesk
let owner: Client
beforeAll(async () => {
  desk = await openHandoverDesk()
  owner = await openOwner(desk)
}, 60_000)
afterAll(async () => {
  await owner.end()
  await desk.close()
})

const forget = (): Promise<number> => forgetOriginals(desk.pool, desk.context.now(), KEEP)
const rest = (claim: string, state: 'dismissed' | 'closed'): Promise<unknown> =>
  owner.query(
    `update claim set state = $2, rested_at = $3, published_at = case when $2 = 'closed' then $3::timestamptz end where id = $1`,
    [claim, state, new Date(desk.context.now())],
  )
async function kept(sighting: string): Promise<boolean> {
  return (await desk.query('select from sighting_raw where sighting_id = $1', [sighting])).length === 1
}

test('of a dismissed claim they go after ninety days, of an answered one after three years; the reports stay, and their hashes', async () => {
  const [open, dismissed, closed] = [await desk.begin(), await desk.begin(), await desk.begin()]
  await rest(dismissed.claim, 'dismissed')
  await rest(closed.claim, 'closed')
  desk.pass(89 * DAY)
  expect(await forget()).toBe(0)
  desk.pass(2 * DAY)
  expect(await forget()).toBe(1)
  expect([await kept(dismissed.sighting), await kept(closed.sighting)]).toEqual([false, true])
  desk.pass(1_095 * DAY)
  expect(await forget()).toBe(1)
  expect([await kept(closed.sighting), await kept(open.sighting)]).toEqual([false, true])
  const rows = await desk.query<{ fits: boolean }>(
    `select j.detail ->> 'sha256' = s.raw_sha256 as fits from journal j join sighting s on s.id = j.subject
     where j.act = 'sighting.forgotten' order by j.id`,
  )
  expect(rows).toEqual([{ fits: true }, { fits: true }])
  // What went in time is not missing.
  expect(await findAltered(desk.context)).toEqual([])
  expect(await forget()).toBe(0)
})

test('a picture goes with its report, and whoever asks for it is told that there is none', async () => {
  const picture = { original: makeJpeg([]), type: 'image/jpeg' as const }
  const heard = await hearFromOutside(outsideOf(desk), told('听说戊县桥裂了，有图'), fromWeb('36.2.1.9', 'Firefox'), {
    picture,
  })
  if (!heard.ok) throw new Error(heard.reason)
  await placeLeftOver(desk.context)
  const { id } = heard.sighting
  await rest((await findLink(desk.pool, id)) ?? '', 'dismissed')
  expect(await openPicture(desk.context, id, desk.people.wang)).toMatchObject({ ok: true })
  desk.pass(91 * DAY)
  expect(await forget()).toBe(1)
  expect(await openPicture(desk.context, id, desk.people.wang)).toMatchObject({ ok: false, rule: 'unknown' })
  expect(await findAltered(desk.context)).toEqual([])
})

test('what went to the police stays, and all that was merged into it; what was sent back does not', async () => {
  const [referred, merged, back] = [await desk.begin(), await desk.begin(), await desk.begin()]
  const into = { event: 'merge', seen: 3, reason: '同一件', target: referred.claim } as const
  expect(await stepClaim(desk.context, merged.claim, into, desk.people.wang)).toMatchObject({ ok: true })
  for (const { claim } of [referred, back])
    expect(await buildPackage(desk.handover, claim, { reason: '移送' }, desk.people.wang)).toMatchObject({ ok: true })
  const [one] = await desk.query<{ id: string }>('select id from police_package where claim_id = $1', [back.claim])
  const no = { agrees: false, words: '不必移送' }
  expect(await answerPackage(desk.handover, back.claim, one?.id ?? '', no, desk.people.li)).toMatchObject({ ok: true })
  for (const { claim } of [referred, back]) await rest(claim, 'dismissed')
  desk.pass(4_000 * DAY)
  expect(await forget()).toBe(1)
  expect([await kept(referred.sighting), await kept(merged.sighting), await kept(back.sighting)]).toEqual([
    true,
    true,
    false,
  ])
})

test('the original of a report that was once put to a claim of the police stays with it', async () => {
  const [referred, other] = [await desk.begin(), await desk.begin()]
  await owner.query(`update claim set referrals = '{受9}' where id = $1`, [referred.claim])
  await owner.query(`update sighting_link set ended_at = now(), ended_by = 'p-wang' where sighting_id = $1`, [
    referred.sighting,
  ])
  await owner.query(
    `insert into sighting_link (sighting_id, claim_id, class, how, by, at) values ($1, $2, 'actual', 'person', 'p-wang', now())`,
    [referred.sighting, other.claim],
  )
  await rest(other.claim, 'dismissed')
  desk.pass(91 * DAY)
  expect(await forget()).toBe(1)
  expect([await kept(referred.sighting), await kept(other.sighting)]).toEqual([true, false])
})

test('what belongs to no claim goes after ninety days, an unanswered question only once it has its answer; what a drill left goes as well', async () => {
  const hear = async (text: string): Promise<string> => {
    const heard = await hearFromOutside(outsideOf(desk), told(text), fromWeb('36.2.1.10', 'Firefox'))
    if (!heard.ok) throw new Error(heard.reason)
    return heard.sighting.id
  }
  const denial = await hear('官方辟谣：网传己县今晚有8级大地震是谣言，请不要转发')
  const [open, answered] = [await hear('请问刚才是地震吗？'), await hear('刚才是不是地震了？')]
  const drilled = await takeSighting(desk.context, told('庚县明天要发生7级大地震'), desk.people.wang, 'drill')
  if (!drilled.ok) throw new Error(drilled.reason)
  await placeLeftOver(desk.context)
  const words = '地震台网没有记录到地震，请以正式发布的信息为准。'
  const given = { words, seen: 0, sheet: '', alike: [] }
  expect(await replyToQuestion(desk.context, answered, given, desk.people.wang)).toMatchObject({ ok: true })
  const keeps = () => Promise.all([denial, open, answered, drilled.sighting.id].map(kept))
  desk.pass(89 * DAY)
  await forget()
  expect(await keeps()).toEqual([true, true, true, true])
  desk.pass(2 * DAY)
  await forget()
  // A drill is under way.
  expect(await keeps()).toEqual([false, true, false, true])
  const ended = new Date(desk.context.now())
  await owner.query(`update claim set retired_at = $1 where class = 'drill'`, [ended])
  desk.pass(89 * DAY)
  await forget()
  expect(await keeps()).toEqual([false, true, false, true])
  desk.pass(2 * DAY)
  await forget()
  expect(await keeps()).toEqual([false, true, false, false])
  expect(await findAltered(desk.context)).toEqual([])
})

test('nobody removes one in another way, nor sooner than the least that is kept', async () => {
  const { claim, sighting } = await desk.begin()
  await rest(claim, 'dismissed')
  const client = await desk.pool.connect()
  try {
    await client.query(`set quakedesk.forgetting = 'on'`)
    await expect(client.query('delete from sighting_raw where sighting_id = $1', [sighting])).rejects.toThrow(
      'permission denied',
    )
    await client.query('reset quakedesk.forgetting')
  } finally {
    client.release()
  }
  await expect(owner.query('delete from sighting_raw where sighting_id = $1', [sighting])).rejects.toThrow(
    'append-only',
  )
  await expect(owner.query(`update sighting_raw set sealed = 'x' where sighting_id = $1`, [sighting])).rejects.toThrow(
    'append-only',
  )
  await expect(forgetOriginals(desk.pool, desk.context.now(), { ...KEEP, dismissedMs: DAY })).rejects.toThrow(
    'kept for longer',
  )
  expect((await findClaim(desk.pool, claim))?.state).toBe('dismissed')
  expect(await kept(sighting)).toBe(true)
})
