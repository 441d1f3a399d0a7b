// In: a case that goes to the police. Out: proof that it takes two, that no word of it gives away who reported, that public tools
// check it, that it is handed out as it was built or not at all, and that its receipt refers the claim.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkClaim } from '../../src/rumour/beside.ts'
import { findAlteredEvidence } from '../../src/rumour/handover/inspect.ts'
import { answerPackage, buildPackage, openPackage } from '../../src/rumour/handover/package.ts'
import { receivePackage, tellOutcome } from '../../src/rumour/handover/receipt.ts'
import { nameSpreader } from '../../src/rumour/handover/spreaders.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { findSight } from '../../src/rumour/sight.ts'
import { findClaim, listSteps } from '../../src/store/rumours/claims.ts'
import { listEntries } from '../../src/store/rumours/handover/custody.ts'
import { listOutcomes } from '../../src/store/rumours/handover/packages.ts'
import { openOwner } from './desk-of-rumours.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

const CONTACT = '13900139000'
let desk: HandoverDesk
let owner: Client
beforeAll(async () => {
  desk = await openHandoverDesk()
  owner = await openOwner(desk, ['police_package', 'police_package_bytes'])
}, 60_000)
afterAll(async () => {
  await owner.end()
  await desk.close()
})

async function build(claim: string): Promise<string> {
  const built = await buildPackage(desk.handover, claim, { reason: '首发账号多次发布' }, desk.people.wang)
  if (!built.ok) throw new Error(built.reason)
  return built.one.id
}
const answer = (claim: string, id: string, by: keyof HandoverDesk['people'], agrees = true, words = '') =>
  answerPackage(desk.handover, claim, id, { agrees, words }, desk.people[by])
const carry = (claim: string, id: string, by: keyof HandoverDesk['people']) =>
  openPackage(desk.handover, claim, id, desk.people[by])

describe('a package for the police', () => {
  test('is built by the officer on duty, approved by the lead, seen by the police only then, and refers the claim by its receipt', async () => {
    const { claim } = await desk.begin()
    await desk.keep(claim)
    const { wang, chen, zhao, li, qian, sun } = desk.people
    for (const by of [zhao, li, qian, sun])
      expect(await buildPackage(desk.handover, claim, { reason: '移送' }, by)).toMatchObject({ rule: 'not-yours' })
    expect(await buildPackage(desk.handover, claim, { reason: ' ' }, wang)).toMatchObject({ rule: 'reason' })
    const id = await build(claim)
    await desk.share(claim, 'gongan')
    expect(await carry(claim, id, 'qian')).toMatchObject({ rule: 'unknown' })
    expect(await receivePackage(desk.handover, claim, id, 'J1', qian)).toMatchObject({ rule: 'unknown' })
    expect(await answer(claim, id, 'wang')).toMatchObject({ rule: 'not-yours' })
    expect(await answer(claim, id, 'chen')).toMatchObject({ rule: 'not-yours' })
    const both = await answerPackage(
      desk.handover,
      claim,
      id,
      { agrees: true, words: '' },
      {
        ...wang,
        roles: ['duty', 'lead'],
      },
    )
    expect(both).toMatchObject({ rule: 'second-person' })
    expect(await answer(claim, id, 'li', false)).toMatchObject({ rule: 'reason' })
    expect(await answer(claim, id, 'li')).toMatchObject({ ok: true, one: { decided: 'approved' } })
    expect(await answer(claim, id, 'li')).toMatchObject({ rule: 'twice' })
    expect(await carry(claim, id, 'qian')).toMatchObject({ ok: true, name: `${id}.tar` })
    expect(await carry(claim, id, 'sun')).toMatchObject({ rule: 'unknown' })
    expect(await receivePackage(desk.handover, claim, id, ' ', qian)).toMatchObject({ rule: 'receipt' })
    expect(await receivePackage(desk.handover, claim, id, '公（网）受〔2026〕7号', qian)).toMatchObject({ ok: true })
    expect(await receivePackage(desk.handover, claim, id, 'J2', chen)).toMatchObject({ rule: 'twice' })
    expect(await findClaim(desk.pool, claim)).toMatchObject({
      state: 'verifying',
      referrals: ['公（网）受〔2026〕7号'],
    })
    expect((await listSteps(desk.pool, claim))[0]).toMatchObject({ event: 'refer', account: 'p-wang', second: 'p-li' })
    expect((await listEntries(desk.pool, claim)).map(({ act }) => act)).toEqual([
      'collected',
      'packaged',
      'transferred',
    ])
  })

  test('approved, it gives the police sight of the case; sent back, it stays where it is and says why', async () => {
    const { claim } = await desk.begin()
    const id = await build(claim)
    expect(await answer(claim, id, 'li', false, '请补充首发链接')).toMatchObject({ one: { decided: 'declined' } })
    expect(await findSight(desk.pool, desk.context, desk.people.qian, claim)).toBeNull()
    const second = await build(claim)
    await answer(claim, second, 'li')
    expect(await findSight(desk.pool, desk.context, desk.people.qian, claim)).toBe('case')
    expect(await carry(claim, id, 'qian')).toMatchObject({ rule: 'unknown' })
  })

  test('waits until the case is looked into, and is none of a claim that was put to another', async () => {
    const told = await desk.tell('有人说城西的桥断了三根拉索')
    expect(await buildPackage(desk.handover, told.claim, { reason: '移送' }, desk.people.wang)).toMatchObject({
      rule: 'not-here',
    })
    const { claim } = await desk.begin()
    const other = (await desk.begin()).claim
    const id = await build(claim)
    expect(await answer(other, id, 'li')).toMatchObject({ rule: 'unknown' })
    expect(await carry(other, id, 'wang')).toMatchObject({ rule: 'unknown' })
  })

  test('how it ended is told by the police, by code, after the receipt', async () => {
    const { claim } = await desk.begin()
    const id = await build(claim)
    await answer(claim, id, 'li')
    const { qian, wang } = desk.people
    expect(await tellOutcome(desk.handover, claim, id, { code: 'educated', words: '' }, qian)).toMatchObject({
      rule: 'unknown',
    })
    await receivePackage(desk.handover, claim, id, '受7', wang)
    expect(await tellOutcome(desk.handover, claim, id, { code: 'educated', words: '' }, wang)).toMatchObject({
      rule: 'not-yours',
    })
    expect(await tellOutcome(desk.handover, claim, id, { code: 'shot', words: '' }, qian)).toMatchObject({
      rule: 'code',
    })
    for (const code of ['educated', 'ordered', 'deleted', 'transferred'])
      expect(await tellOutcome(desk.handover, claim, id, { code, words: '' }, qian)).toMatchObject({ ok: true })
    expect((await listOutcomes(desk.pool, claim)).map(({ code }) => code)).toEqual([
      'educated',
      'ordered',
      'deleted',
      'transferred',
    ])
  })

  test('a receipt for a case that was closed meanwhile is kept, and the closed case stays as it is', async () => {
    const { claim } = await desk.begin()
    const id = await build(claim)
    await answer(claim, id, 'li')
    await owner.query(`update claim set state = 'closed' where id = $1`, [claim])
    expect(await receivePackage(desk.handover, claim, id, '受8', desk.people.wang)).toMatchObject({ ok: true })
    expect(await findClaim(desk.pool, claim)).toMatchObject({ state: 'closed', referrals: [] })
  })
})

test('of a claim that others were merged into, a package takes their evidence and their lists, too', async () => {
  const [into, from] = [(await desk.begin()).claim, (await desk.begin()).claim]
  const [own, theirs] = [await desk.keep(into), await desk.keep(from)]
  const target = (await findClaim(desk.pool, into))?.version ?? 0
  const asked = { event: 'merge', seen: 3, reason: '同一件', target: into } as const
  expect(target).toBe(3)
  expect(await stepClaim(desk.context, from, asked, desk.people.wang)).toMatchObject({ ok: true })
  const built = await buildPackage(desk.handover, into, { reason: '移送' }, desk.people.wang)
  expect(built).toMatchObject({ ok: true })
  expect(built.ok && built.one.evidence.toSorted()).toEqual([own, theirs].toSorted())
  expect((await listEntries(desk.pool, from)).map(({ act }) => act)).toEqual(['collected', 'packaged'])
})

describe('who reported it', () => {
  test('stands nowhere in the package: no contact, no reference, no receipt code, no sealed original, no name of who took it', async () => {
    const text = '我叫张三丰，电话13800138000，听说丙丁桥断了，死了77人，身份证640102199001011234'
    const { claim, sighting } = await desk.begin(text, CONTACT)
    const hidden = await desk.keep(claim, { shows: 'reporter', bytes: Buffer.from(`聊天截图 ${CONTACT}`) })
    expect(await buildPackage(desk.handover, claim, { reason: '移送' }, desk.people.wang)).toMatchObject({
      rule: 'reporter',
    })
    const copy = await desk.keep(claim, { derivedFrom: hidden, bytes: Buffer.from('聊天截图（遮盖）') })
    const words = `电话核实，反映人手机${CONTACT}`
    await checkClaim(desk.context, claim, { source: '来电', outcome: 'no-data', words }, desk.people.wang)
    const built = await buildPackage(desk.handover, claim, { reason: `反映人电话 ${CONTACT}` }, desk.people.wang)
    if (!built.ok) throw new Error(built.reason)
    expect(built.one.evidence).toEqual([copy])
    const carried = await carry(claim, built.one.id, 'wang')
    if (!carried.ok) throw new Error(carried.reason)
    const [row] = await desk.query<{ ref: string; receipt: string; sealed: string }>(
      `select s.reporter_ref as ref, encode(s.receipt_hash, 'hex') as receipt, encode(r.sealed, 'base64') as sealed
       from sighting s join sighting_raw r on r.sighting_id = s.id where s.id = $1`,
      [sighting],
    )
    const all = carried.bytes.toString('utf8')
    expect(all).toContain('丙丁桥断了')
    for (const secret of [
      CONTACT,
      '张三丰',
      '13800138000',
      '640102199001011234',
      row?.ref,
      row?.receipt,
      row?.sealed.slice(0, 40),
    ])
      expect(all).not.toContain(secret ?? 'nothing')
    expect(all).not.toContain('reporter_ref')
  })
})

const tools = ['tar', 'sha256sum', 'jq'].every((name) => spawnSync(name, ['--version']).status === 0)
test.skipIf(!tools)('tar, sha256sum and jq open, check and read what the police carry away', async () => {
  const { claim } = await desk.begin()
  await desk.share(claim, 'wangxin')
  await desk.keep(claim, { bytes: Buffer.from('%PDF-1.4'), sourceUrl: 'https://m.weibo.cn/status/x' })
  const account = { platform: '微博', account: '@震惊小李', url: 'https://weibo.com/1/x', role: 'origin' as const }
  expect(await nameSpreader(desk.handover, claim, account, desk.people.sun)).toMatchObject({ ok: true })
  const id = await build(claim)
  await answer(claim, id, 'li')
  const carried = await carry(claim, id, 'qian')
  if (!carried.ok) throw new Error(carried.reason)
  const folder = mkdtempSync(join(tmpdir(), 'quakedesk-police-'))
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  try {
    writeFileSync(join(folder, carried.name), carried.bytes)
    expect(run('tar', '-xf', carried.name).status).toBe(0)
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['SHA256SUMS', 'manifest.json', 'cover.html', 'cover.txt']),
    )
    const checked = run('sha256sum', '-c', '--strict', 'SHA256SUMS')
    expect([checked.status, checked.stderr]).toEqual([0, ''])
    expect(run('jq', '-r', '.[0].account', 'spreaders.json').stdout.trim()).toBe('@震惊小李')
    expect(run('jq', '-r', '[.lists[].entries[].act] | join(" ")', 'custody.json').stdout.trim()).toBe(
      'collected packaged',
    )
    expect(run('jq', '-e', '.files | length > 8', 'manifest.json').status).toBe(0)
    expect(readFileSync(join(folder, 'cover.txt'), 'utf8')).toContain('试验地震局')
    const [noted] = await desk.query<{ sha256: string }>(
      `select detail ->> 'sha256' as sha256 from journal where subject = $1 and act = 'package.built'`,
      [id],
    )
    expect(run('sha256sum', carried.name).stdout.slice(0, 64)).toBe(noted?.sha256)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('a package that was altered in the database', () => {
  test.each([
    [
      'other bytes under the same seal',
      (id: string) =>
        owner.query('update police_package_bytes set sealed = $2 where package_id = $1', [
          id,
          desk.handover.vault.seal(Buffer.from('x'), `package ${id}`),
        ]),
    ],
    [
      'bytes that are gone',
      (id: string) => owner.query('delete from police_package_bytes where package_id = $1', [id]),
    ],
    [
      'another hash beside it',
      (id: string) => owner.query(`update police_package set sha256 = repeat('0', 64) where id = $1`, [id]),
    ],
  ])('%s: found, named, and handed to nobody', async (_what, alter) => {
    const { claim } = await desk.begin()
    const id = await build(claim)
    await alter(id)
    expect(await carry(claim, id, 'wang')).toMatchObject({ ok: false, rule: 'altered' })
    expect(await answer(claim, id, 'li')).toMatchObject({ ok: false, rule: 'altered' })
    expect(
      (await findAlteredEvidence(desk.handover)).filter((one) => one.claimId === claim).map((one) => one.id),
    ).toEqual([id])
  })
})
