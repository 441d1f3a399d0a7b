// In: reports that are placed in one transaction, and what happens to their claims meanwhile. Out: proof that the record is asked once,
// that they know of one another before they are written, and that none is put with what came to rest in between.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTogether } from '../../src/rumour/together.ts'
import { withTransaction, type Queryable } from '../../src/store/pool.ts'
import { findLink } from '../../src/store/rumours/links.ts'
import { findSighting, type Sighting } from '../../src/store/rumours/sightings.ts'
import { fromWeb, hearFromOutside } from '../../src/rumour/outside.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'
import { outsideOf, told } from './outside-of.ts'

let desk: HandoverDesk
beforeAll(async () => {
  desk = await openHandoverDesk()
}, 60_000)
afterAll(() => desk.close())

const linkTo = (claimId: string) => {
  const link = { claimId, how: 'person' as const, match: null, by: 'p-wang', detail: null }
  return { claim: null, link, suggestions: [] }
}
async function hear(text: string): Promise<Sighting> {
  const heard = await hearFromOutside(outsideOf(desk), told(text), fromWeb('36.2.1.11', 'Firefox'))
  if (!heard.ok) throw new Error(heard.reason)
  const sighting = await findSighting(desk.pool, heard.sighting.id)
  if (!sighting) throw new Error('no sighting')
  return sighting
}

test('how a claim stands is asked once, and what was put with it a moment ago stands there before it is written', async () => {
  const { claim, sighting } = await desk.begin()
  const [first, second] = [await hear('辛县明天有大地震一'), await hear('辛县明天有大地震二')]
  await withTransaction(desk.pool, async (client) => {
    let asked = 0
    const counted: Queryable = {
      query: (text, values) => {
        asked += 1
        return client.query(text, values)
      },
    }
    const together = openTogether(counted)
    const [standing] = await together.stand([sighting, 'r-nobody'])
    expect(standing).toMatchObject({ id: claim, claimId: claim })
    expect(await together.stand([sighting, sighting, 'r-nobody'])).toHaveLength(2)
    expect(asked).toBe(1)
    together.put(first, linkTo(claim), desk.context.now())
    expect(await together.stand([first.id])).toMatchObject([{ sightingId: first.id, id: claim }])
    together.put(second, linkTo(claim), desk.context.now())
    expect(asked).toBe(1)
    await together.write()
    await together.write()
  })
  expect([await findLink(desk.pool, first.id), await findLink(desk.pool, second.id)]).toEqual([claim, claim])
})

test('nothing is put with a claim that came to rest after it was asked for', async () => {
  const { claim, sighting } = await desk.begin()
  const late = await hear('壬县明天有大地震')
  const placing = withTransaction(desk.pool, async (client) => {
    const together = openTogether(client)
    await together.stand([sighting])
    await desk.query(`update claim set state = 'dismissed', rested_at = now() where id = $1`, [claim])
    together.put(late, linkTo(claim), desk.context.now())
    await together.write()
  })
  await expect(placing).rejects.toThrow('came to rest')
  expect(await findLink(desk.pool, late.id)).toBeNull()
})
