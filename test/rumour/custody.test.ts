// In: originals that somebody with the owner's rights has altered. Out: proof that each is found and named.
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALTERED_WORDS } from '../../src/core/rumour/sighting-record.ts'
import { findAltered } from '../../src/rumour/custody.ts'
import { listSightings } from '../../src/store/rumours/links.ts'
import { openOwner, openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

let desk: RumourDesk
let owner: Client
beforeAll(async () => {
  desk = await openRumourDesk()
  owner = await openOwner(desk, ['sighting', 'sighting_raw', 'sighting_link'])
}, 60_000)
afterAll(async () => {
  await owner.end()
  await desk.close()
})

test('nothing is named while nothing was altered', async () => {
  for (const text of ['停水了', '停电了', '停课了']) await desk.tell(text)
  expect(await findAltered(desk.context)).toEqual([])
})

test.each([
  [
    'words of the row that were never received',
    async (id: string) => owner.query(`update sighting set shown = '没有停水' where id = $1`, [id]),
    /登记内容与接收时不符/,
  ],
  [
    'a time at which it did not come',
    async (id: string) =>
      owner.query(`update sighting set received_at = received_at - interval '1 hour' where id = $1`, [id]),
    /登记内容与接收时不符/,
  ],
  [
    'a row that is gone with its original',
    async (id: string) => {
      for (const table of ['sighting_waiting', 'claim_suggestion', 'sighting_link', 'sighting_raw'])
        await owner.query(`delete from ${table} where sighting_id = $1`, [id])
      return owner.query('delete from sighting where id = $1', [id])
    },
    /登记不在了/,
  ],
  [
    'a report that nobody received',
    async (id: string) =>
      owner.query(
        `with c as (insert into sighting select 'r-forged', class, 'x', route, shown, stance, kind, url, platform, region, seen_at,
           received_at, taken_by, raw_sha256, null from sighting where id = $1)
         insert into sighting_raw select 'r-forged', sealed from sighting_raw where sighting_id = $1`,
        [id],
      ),
    /留痕中没有接收记录/,
  ],
  [
    'another text under the same seal’s place',
    async (id: string) =>
      owner.query('update sighting_raw set sealed = $2 where sighting_id = $1', [
        id,
        desk.context.originals.seal('没停水'),
      ]),
    /原文与接收时不符/,
  ],
  [
    'a harmed seal',
    async (id: string) => owner.query(`update sighting_raw set sealed = '\\x00' where sighting_id = $1`, [id]),
    /封存被破坏/,
  ],
  [
    'a seal that is gone',
    async (id: string) => owner.query('delete from sighting_raw where sighting_id = $1', [id]),
    /原文不在了/,
  ],
  [
    'another text and its hash beside it, so that both fit',
    async (id: string) => {
      const { createHash } = await import('node:crypto')
      const sha256 = createHash('sha256').update('没停水').digest('hex')
      await owner.query('update sighting_raw set sealed = $2 where sighting_id = $1', [
        id,
        desk.context.originals.seal('没停水'),
      ])
      return owner.query('update sighting set raw_sha256 = $2 where id = $1', [id, sha256])
    },
    /登记内容与接收时不符/,
  ],
] as const)('%s is found and named', async (what, alter, why) => {
  const { sighting } = await desk.tell(`水管裂了 ${what}`)
  const before = await findAltered(desk.context)
  expect(before.map(({ id }) => id)).not.toContain(sighting)
  await alter(sighting)
  const found = (await findAltered(desk.context)).filter((one) => !before.some(({ id }) => id === one.id))
  expect(found).toHaveLength(1)
  expect(['r-forged', sighting]).toContain(found[0]?.id)
  expect(found[0]?.why).toMatch(why)
})

test('words that were altered are shown to nobody, and the others beside them are', async () => {
  const [first, second] = [
    await desk.tell('固原今晚要发生7级大地震，大家赶紧跑'),
    await desk.tell('固原今晚要发生7级大地震，大家赶紧跑'),
  ]
  expect(first.claim).toBe(second.claim)
  await owner.query(`update sighting set shown = '固原没事', url = 'https://other.example/' where id = $1`, [
    first.sighting,
  ])
  const shown = await listSightings(desk.pool, first.claim, 10)
  expect(shown.find(({ id }) => id === first.sighting)).toMatchObject({ shown: ALTERED_WORDS, url: null })
  expect(shown.find(({ id }) => id === second.sighting)?.shown).toBe('固原今晚要发生7级大地震，大家赶紧跑')
})
