// In: evidence that people collect, and that somebody with the owner's rights alters. Out: proof that each may open what is theirs,
// that everything is written down, and that what was altered is found, named and not served.
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeRecord } from '../../src/core/rumour/handover/evidence.ts'
import { hashText } from '../../src/rumour/handover/context.ts'
import { collectEvidence, openEvidence } from '../../src/rumour/handover/evidence.ts'
import { findAlteredEvidence } from '../../src/rumour/handover/inspect.ts'
import { buildPackage } from '../../src/rumour/handover/package.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { listAlarms } from '../../src/store/alarms.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { listEntries } from '../../src/store/rumours/handover/custody.ts'
import { listEvidence } from '../../src/store/rumours/handover/evidence.ts'
import { openOwner } from './desk-of-rumours.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

let desk: HandoverDesk
let owner: Client
beforeAll(async () => {
  desk = await openHandoverDesk()
  owner = await openOwner(desk, ['evidence', 'evidence_bytes', 'custody_entry'])
}, 60_000)
afterAll(async () => {
  await owner.end()
  await desk.close()
})
const open = (claim: string, item: string, by: keyof HandoverDesk['people']) =>
  openEvidence(desk.handover, claim, item, desk.people[by])

describe('an item of evidence', () => {
  test('is kept as it came, counts as evidence, and everybody who opens it stands in the list', async () => {
    const { claim } = await desk.begin()
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
    const item = await desk.keep(claim, {
      bytes,
      title: '截图 张女士 13800138000',
      sourceUrl: 'https://m.weibo.cn/status/x',
    })
    expect((await findClaim(desk.pool, claim))?.evidence).toBe(1)
    const [record] = await listEvidence(desk.pool, claim)
    expect(record).toMatchObject({ id: item, mime: 'image/png', size: 11, collectedBy: 'p-wang' })
    expect(record?.title).not.toContain('13800138000')
    const opened = await open(claim, item, 'li')
    expect(opened.ok && Buffer.compare(opened.bytes, bytes)).toBe(0)
    expect(opened).toMatchObject({ name: `${item}.png`, mime: 'image/png' })
    expect((await listEntries(desk.pool, claim)).map(({ seq, act, actor }) => `${seq} ${act} ${actor}`)).toEqual([
      '1 collected p-wang',
      '2 opened p-li',
    ])
    const journal = await desk.query<{ n: number }>(
      `select count(*)::int as n from journal where subject = $1 and act = 'custody.entry'`,
      [claim],
    )
    expect(journal[0]?.n).toBe(2)
    const stored = await desk.query<{ text: string }>(
      `select encode(sealed, 'hex') as text from evidence_bytes where evidence_id = $1`,
      [item],
    )
    expect(stored[0]?.text).not.toContain(bytes.toString('hex'))
  })

  test('that shows others is for those who deal with it; its redacted copy for all who see the case', async () => {
    const { claim } = await desk.begin()
    for (const one of ['wangxin', 'gongan', 'jiaoyu']) await desk.share(claim, one)
    const original = await desk.keep(claim, { shows: 'others' })
    const copy = await desk.keep(claim, { derivedFrom: original })
    for (const by of ['wang', 'li', 'qian'] as const)
      expect(await open(claim, original, by)).toMatchObject({ ok: true })
    for (const by of ['zhao', 'sun'] as const) {
      expect(await open(claim, original, by)).toMatchObject({ ok: false, rule: 'not-yours' })
      expect(await open(claim, copy, by)).toMatchObject({ ok: true })
    }
    // A unit and an observer see none, and are told no more than of an item that is not there.
    for (const by of ['zhou', 'wu'] as const)
      for (const item of [original, copy, 'e-none'])
        expect(await open(claim, item, by)).toMatchObject({ ok: false, rule: 'unknown' })
  })

  test('that may give away who reported it is opened by the bureau’s officers alone', async () => {
    const { claim } = await desk.begin()
    await desk.share(claim, 'gongan')
    const item = await desk.keep(claim, { shows: 'reporter' })
    expect(await open(claim, item, 'qian')).toMatchObject({ ok: false, rule: 'not-yours' })
    expect(await open(claim, item, 'wang')).toMatchObject({ ok: true })
  })

  test('of a claim that was not shared is not there', async () => {
    const { claim } = await desk.begin()
    const item = await desk.keep(claim)
    for (const by of ['sun', 'qian'] as const) expect(await open(claim, item, by)).toMatchObject({ rule: 'unknown' })
    await desk.share(claim, 'gongan', 'summary')
    expect(await open(claim, item, 'qian')).toMatchObject({ rule: 'unknown' })
    const other = (await desk.begin()).claim
    expect(await open(other, item, 'wang')).toMatchObject({ rule: 'unknown' })
  })

  test.each([
    ['nothing in it', { bytes: new Uint8Array(0) }, 'empty'],
    ['more than 5 MB', { bytes: new Uint8Array(5 * 1024 * 1024 + 1) }, 'large'],
    ['no name', { title: ' ' }, 'words'],
    ['a time to come', { collectedAt: Date.UTC(2030, 0, 1) }, 'future'],
    ['no address', { sourceUrl: 'javascript:alert(1)' }, 'url'],
    ['an original that is not there', { derivedFrom: 'e-none' }, 'original'],
  ])('with %s is refused, and says why', async (_what, more, rule) => {
    const { claim } = await desk.begin()
    const given = {
      kind: 'file' as const,
      bytes: Buffer.from('x'),
      title: '截图',
      shows: 'nobody' as const,
      method: '截图',
      tool: '',
      collectedAt: null,
      sourceUrl: '',
      derivedFrom: null,
    }
    expect(await collectEvidence(desk.handover, claim, { ...given, ...more }, desk.people.wang)).toMatchObject({ rule })
    expect(await collectEvidence(desk.handover, claim, given, desk.people.zhao)).toMatchObject({ rule: 'not-yours' })
    expect(await collectEvidence(desk.handover, claim, given, desk.people.wang)).toMatchObject({ ok: true })
    expect(await collectEvidence(desk.handover, claim, given, desk.people.wang)).toMatchObject({ rule: 'twice' })
  })

  test('opened by many at once: every one stands in the list, and it fits', async () => {
    const { claim } = await desk.begin()
    const item = await desk.keep(claim)
    const done = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        open(claim, item, (['wang', 'chen', 'li'] as const)[index % 3] ?? 'wang'),
      ),
    )
    expect(done.every(({ ok }) => ok)).toBe(true)
    expect((await listEntries(desk.pool, claim)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 13 }, (_, at) => at + 1),
    )
  })

  test('the program’s own role changes none of it', async () => {
    const { claim } = await desk.begin()
    await desk.keep(claim)
    for (const text of [
      `update evidence set title = 'x' where claim_id = $1`,
      `delete from custody_entry where claim_id = $1`,
      `update custody_entry set actor = 'x' where claim_id = $1`,
      `delete from evidence where claim_id = $1`,
    ])
      await expect(desk.query(text, [claim])).rejects.toThrow('permission denied')
  })
})

test('nothing is named while nothing was altered', async () => {
  expect(await findAlteredEvidence(desk.handover)).toEqual([])
})

type Alter = (claim: string, first: string, second: string) => Promise<unknown>
const reseal = (id: string, text: string): Buffer => desk.handover.vault.seal(Buffer.from(text), `evidence ${id}`)
const ALTERATIONS: readonly (readonly [what: string, alter: Alter, why: RegExp])[] = [
  [
    'other bytes under the same seal',
    (_claim, first) =>
      owner.query('update evidence_bytes set sealed = $2 where evidence_id = $1', [first, reseal(first, '改过的')]),
    /原件与收存时不符/,
  ],
  [
    'a harmed seal',
    (_claim, first) => owner.query(`update evidence_bytes set sealed = '\\x00' where evidence_id = $1`, [first]),
    /封存被破坏/,
  ],
  [
    'the bytes of another item in its place',
    (_claim, first, second) =>
      owner.query(
        'update evidence_bytes set sealed = (select sealed from evidence_bytes where evidence_id = $2) where evidence_id = $1',
        [first, second],
      ),
    /封存被破坏/,
  ],
  [
    'bytes that are gone',
    (_claim, first) => owner.query('delete from evidence_bytes where evidence_id = $1', [first]),
    /不在了/,
  ],
  [
    'a row that says another source',
    (_claim, first) => owner.query(`update evidence set source_url = 'https://other.example/' where id = $1`, [first]),
    /登记内容与收存时不符/,
  ],
  [
    'other bytes and their hash beside them',
    (_claim, first) =>
      owner.query(
        `with w as (update evidence set sha256 = $3, size = $4 where id = $1) update evidence_bytes set sealed = $2 where evidence_id = $1`,
        [first, reseal(first, '改过的'), hashText('改过的'), Buffer.byteLength('改过的')],
      ),
    /登记内容与收存时不符/,
  ],
  [
    'an entry that is gone from the middle',
    (claim) => owner.query('delete from custody_entry where claim_id = $1 and seq = 2', [claim]),
    /缺少这一条记录/,
  ],
  [
    'the last entry cut off',
    (claim) => owner.query('delete from custody_entry where claim_id = $1 and seq = 3', [claim]),
    /缺少这一条记录/,
  ],
  [
    'two entries that changed places',
    (claim) =>
      owner
        .query(
          `update custody_entry c set seq = case seq when 1 then 102 else 101 end where claim_id = $1 and seq in (1, 2)`,
          [claim],
        )
        .then(() => owner.query('update custody_entry set seq = seq - 100 where claim_id = $1 and seq > 100', [claim])),
    /前一条/,
  ],
  [
    'an entry that names somebody else',
    (claim) => owner.query(`update custody_entry set actor = 'p-li' where claim_id = $1 and seq = 2`, [claim]),
    /记录被改动过/,
  ],
  [
    'an entry altered together with its hash',
    async (claim) => {
      const [, , last] = await listEntries(desk.pool, claim)
      const { writeEntry } = await import('../../src/core/rumour/handover/custody.ts')
      if (!last) throw new Error('no entry')
      const forged = { ...last, actor: 'p-li' }
      return owner.query('update custody_entry set actor = $2, hash = $3 where claim_id = $1 and seq = 3', [
        claim,
        'p-li',
        hashText(writeEntry(claim, forged)),
      ])
    },
    /与留痕所记不符/,
  ],
]

describe('evidence that was altered in the database', () => {
  test.each(ALTERATIONS)('%s: found, named, rung for and not served', async (_what, alter, why) => {
    const { claim } = await desk.begin()
    const [first, second] = [await desk.keep(claim), await desk.keep(claim)]
    expect(await open(claim, first, 'wang')).toMatchObject({ ok: true })
    await alter(claim, first, second)
    const refused = await open(claim, first, 'li')
    expect(refused).toMatchObject({ ok: false, rule: 'altered' })
    expect(refused.ok ? '' : refused.reason).toMatch(why)
    const found = (await findAlteredEvidence(desk.handover)).filter((one) => one.claimId === claim)
    expect(found.length).toBeGreaterThan(0)
    expect(found.map((one) => one.why).join()).toMatch(why)
    const rung = (await listAlarms(desk.pool)).filter(
      ({ kind, subject }) => kind === 'evidence' && subject.startsWith(claim),
    )
    expect(rung.map(({ message }) => message).join()).toMatch(why)
    // Nobody hands it to the police either.
    expect(await buildPackage(desk.handover, claim, { reason: '移送' }, desk.people.wang)).toMatchObject({
      rule: 'altered',
    })
    expect(
      await desk.query(`select from journal where act = 'evidence.withheld' and subject = $1`, [claim]),
    ).toHaveLength(2)
  })

  test('of an item that is well beside one that was altered, the well one is served', async () => {
    const { claim } = await desk.begin()
    const [first, second] = [await desk.keep(claim), await desk.keep(claim)]
    await owner.query(`update evidence_bytes set sealed = '\\x00' where evidence_id = $1`, [first])
    expect(await open(claim, second, 'wang')).toMatchObject({ ok: true })
    expect(
      (await findAlteredEvidence(desk.handover)).filter((one) => one.claimId === claim).map(({ id }) => id),
    ).toEqual([first])
  })
})

test('a closed case takes no more evidence, and what it has can still be read', async () => {
  const { claim } = await desk.begin()
  const item = await desk.keep(claim)
  await owner.query(`update claim set state = 'closed' where id = $1`, [claim])
  await expect(desk.keep(claim)).rejects.toThrow('已办结')
  expect(await open(claim, item, 'wang')).toMatchObject({ ok: true })
  const seen = (await findClaim(desk.pool, claim))?.version ?? 0
  expect(await stepClaim(desk.context, claim, { event: 'check', seen }, desk.people.wang)).toMatchObject({ ok: false })
})

test('an item’s record is one line that nobody reads in two ways', async () => {
  const { claim } = await desk.begin()
  await desk.keep(claim, { title: '甲","乙' })
  const [record] = await listEvidence(desk.pool, claim)
  expect(record && JSON.parse(writeRecord(record))).toHaveLength(15)
})
