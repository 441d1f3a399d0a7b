// In: pictures beside reports, somebody with the owner's rights who alters them. Out: proof that what is shown holds no place and no
// camera, that each look is on record, that strangers see none, and that an altered one is named and not served.
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findAltered } from '../../src/rumour/custody.ts'
import { placeLeftOver } from '../../src/rumour/matching.ts'
import { fromWeb, hearFromOutside } from '../../src/rumour/outside.ts'
import { openPicture } from '../../src/rumour/pictures.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { addGrant } from '../../src/store/rumours/beside.ts'
import { findLink } from '../../src/store/rumours/links.ts'
import { exif, makeJpeg } from '../core/attachments/files.ts'
import { openOwner, openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'
import { outsideOf, told } from './outside-of.ts'

const SECRET = 'GPS 38.4861N 106.2309E'
const PHOTO = makeJpeg([exif(6, SECRET)])

let desk: RumourDesk
let owner: Client
beforeAll(async () => {
  desk = await openRumourDesk()
  owner = await openOwner(desk, ['sighting_picture'])
}, 60_000)
afterAll(async () => {
  await owner.end()
  await desk.close()
})

let count = 0
async function send(text: string): Promise<string> {
  count += 1
  const picture = { original: PHOTO, type: 'image/jpeg' as const }
  const heard = await hearFromOutside(outsideOf(desk), told(text), fromWeb(`36.2.${count}.9`, 'Firefox'), { picture })
  if (!heard.ok) throw new Error(heard.reason)
  await placeLeftOver(desk.context)
  return heard.sighting.id
}

const listAltered = async (): Promise<string[]> => (await findAltered(desk.context)).map(({ id }) => id)

test('is sealed as it came; whoever looks sees the picture alone, and the look is on record', async () => {
  const id = await send('听说甲县水库裂缝了，有图')
  const [row] = await desk.query<{ sealed: Buffer; bytes: number }>(
    'select sealed, bytes from sighting_picture where sighting_id = $1',
    [id],
  )
  expect(row?.sealed.includes(SECRET)).toBe(false)
  expect(row?.bytes).toBe(PHOTO.length)
  expect(desk.context.originals.openBytes(row?.sealed ?? new Uint8Array())).toEqual(PHOTO)
  const opened = await openPicture(desk.context, id, desk.people.wang)
  if (!opened.ok) throw new Error(opened.reason)
  expect(opened.type).toBe('image/jpeg')
  expect(Buffer.from(opened.bytes).includes(SECRET)).toBe(false)
  const looks = await desk.query(`select actor from journal where subject = $1 and act = 'sighting.picture-seen'`, [id])
  expect(looks).toEqual([{ actor: 'p-wang' }])
})

test('another organisation sees it with the whole case, and nothing before, in the words of nothing', async () => {
  const id = await send('听说乙县大桥塌了，有图')
  const claim = (await findLink(desk.pool, id)) ?? ''
  const none = await openPicture(desk.context, 'r-none', desk.people.sun)
  expect(none).toMatchObject({ ok: false, rule: 'unknown' })
  const grant = { organisation: 'wangxin', reason: '协查', by: 'p-wang', at: desk.context.now(), expiresAt: null }
  expect(await openPicture(desk.context, id, desk.people.sun)).toEqual(none)
  await addGrant(desk.pool, claim, { ...grant, level: 'summary' })
  expect(await openPicture(desk.context, id, desk.people.sun)).toEqual(none)
  await addGrant(desk.pool, claim, { ...grant, level: 'case' })
  expect(await openPicture(desk.context, id, desk.people.sun)).toMatchObject({ ok: true })
  expect(await openPicture(desk.context, id, desk.people.wu)).toEqual(none)
})

test.each([
  ['other bytes under the same seal’s place', `update sighting_picture set sealed = $2 where sighting_id = $1`],
  [
    'other bytes with their own hash beside them',
    `update sighting_picture set sealed = $2, sha256 = $3 where sighting_id = $1`,
  ],
  [
    'a picture that is gone',
    `delete from sighting_picture where sighting_id = $1 and $2::bytea is not null and $3::text <> ''`,
  ],
])('%s: named in the night, and not served', async (what, sql) => {
  const id = await send(`听说丙县停电了 ${what}`)
  expect(await listAltered()).not.toContain(id)
  const other = Buffer.from('other')
  const { hashBytes } = await import('../../src/rumour/record.ts')
  const values = [id, desk.context.originals.sealBytes(other), hashBytes(other)]
  await owner.query(sql, values.slice(0, /\$3/.test(sql) ? 3 : 2))
  expect(await listAltered()).toContain(id)
  expect(await openPicture(desk.context, id, desk.people.wang)).toMatchObject({ ok: false })
  if (what.includes('gone')) return
  const rung = (await listAlarms(desk.pool)).find(({ subject }) => subject === `sighting ${id}`)
  expect(rung?.message).toContain('图片与接收时不符')
})
