// In: cases whose every free text somebody has filled with what names whoever reported it. Out: proof that no package holds a word of it,
// in no file, and that whatever is in one is what public tools read.
import * as fc from 'fast-check'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkClaim, noteClaim } from '../../src/rumour/beside.ts'
import { askContact } from '../../src/rumour/handover/contacts.ts'
import { buildPackage, openPackage } from '../../src/rumour/handover/package.ts'
import { logPlatform } from '../../src/rumour/handover/platform.ts'
import { proposeStep } from '../../src/rumour/second.ts'
import { findClaim } from '../../src/store/rumours/claims.ts'
import { openHandoverDesk, type HandoverDesk } from './handover-desk.ts'

let desk: HandoverDesk
beforeAll(async () => {
  desk = await openHandoverDesk()
}, 60_000)
afterAll(() => desk.close())

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''))
const phone = fc.tuple(fc.integer({ min: 3, max: 9 }), digits(9)).map(([second, rest]) => `1${second}${rest}`)
const identity = fc
  .tuple(digits(6), fc.integer({ min: 1950, max: 2009 }), digits(3))
  .map(([area, year, rest]) => `${area}${year}0704${rest}X`)
const account = fc.tuple(fc.constantFrom('a', 'k', 'z'), digits(8)).map(([letter, rest]) => `${letter}${rest}`)
const name = fc
  .tuple(fc.constantFrom('欧阳', '司马', '诸葛'), fc.constantFrom('珊瑚', '碧云', '长风'))
  .map((two) => two.join(''))

interface Secrets {
  phone: string
  identity: string
  account: string
  name: string
  contact: string
}
const secrets: fc.Arbitrary<Secrets> = fc.record({ phone, identity, account, name, contact: phone })

/** As somebody at the desk types what they were told on the telephone. */
const say = ({ phone, identity, account, name }: Secrets): readonly string[] => [
  `来电 ${phone}`,
  `证号${identity}`,
  `微信号：${account}`,
  `我叫${name}，`,
  `${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`,
  `邮箱 ${account}@mail.example`,
]

let count = 0
async function fill(given: Secrets, pick: (all: readonly string[]) => string): Promise<Buffer> {
  count += 1
  const { wang, sun } = desk.people
  const told = await desk.begin(
    `${pick(say(given))}听说第${count + 100}中学有${count + 20}人受伤了`,
    `${given.name} ${given.contact}`,
  )
  const { claim, sighting } = told
  await desk.share(claim, 'wangxin')
  await desk.keep(claim, {
    title: `截图 ${pick(say(given))}`,
    method: `转发 ${pick(say(given))}`,
    tool: pick(say(given)),
  })
  const hidden = await desk.keep(claim, {
    shows: 'reporter',
    bytes: Buffer.from(`聊天截图 ${given.contact} ${given.name}`),
  })
  await desk.keep(claim, { derivedFrom: hidden, bytes: Buffer.from(`聊天截图（遮盖）${count}`) })
  await checkClaim(desk.context, claim, { source: pick(say(given)), outcome: 'no-data', words: pick(say(given)) }, wang)
  for (const isPrivate of [true, false])
    await noteClaim(desk.context, claim, { words: `反映人 ${given.contact} ${given.name}`, private: isPrivate }, wang)
  const formal = { number: '', basis: '', officer: '' }
  const asked = { sightingId: sighting, reason: `向${given.name}核实 ${given.contact}`, formal }
  expect(await askContact(desk.handover, claim, asked, wang)).toMatchObject({ ok: true })
  const word = {
    platform: '微博',
    url: '',
    action: 'remove',
    state: 'asked',
    receipt: '',
    words: pick(say(given)),
  } as const
  expect(await logPlatform(desk.handover, claim, word, sun)).toMatchObject({ ok: true })
  const seen = (await findClaim(desk.pool, claim))?.version ?? 0
  await proposeStep(
    desk.context,
    claim,
    { event: 'dismiss', seen, reason: `${given.name}要求 ${given.contact}`, receipt: '' },
    wang,
  )
  const built = await buildPackage(desk.handover, claim, { reason: `移送 ${pick(say(given))}` }, wang)
  if (!built.ok) throw new Error(built.reason)
  const carried = await openPackage(desk.handover, claim, built.one.id, wang)
  if (!carried.ok) throw new Error(carried.reason)
  const [row] = await desk.query<{ ref: string; receipt: string }>(
    `select reporter_ref as ref, encode(receipt_hash, 'hex') as receipt from sighting where id = $1`,
    [sighting],
  )
  const text = carried.bytes.toString('utf8')
  for (const one of [...Object.values(given), row?.ref ?? '', row?.receipt ?? '']) {
    expect(one.length).toBeGreaterThan(3)
    expect(text.includes(one) ? `${one} stands in ${built.one.id}` : '').toBe('')
  }
  const dashed = `${given.phone.slice(0, 3)}-${given.phone.slice(3, 7)}`
  expect(text.includes(dashed)).toBe(false)
  return carried.bytes
}

test('whoever reported it stands in no file of a package, whatever was typed into it', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, fc.infiniteStream(fc.nat({ max: 5 })), async (given, choices) => {
      await fill(given, (all) => all[Number(choices.next().value)] ?? '')
    }),
    { numRuns: 40, endOnFailure: true },
  )
}, 120_000)

const tools = ['tar', 'sha256sum', 'jq'].every((one) => spawnSync(one, ['--version']).status === 0)
test.skipIf(!tools)(
  'tar, sha256sum and jq alone tell what is in it, who had it in hand, and whether a letter was changed',
  async () => {
    const given = {
      phone: '13912340000',
      identity: '64010219900704001X',
      account: 'k12345678',
      name: '诸葛长风',
      contact: '13712340000',
    }
    const bytes = await fill(given, (all) => all[0] ?? '')
    const folder = mkdtempSync(join(tmpdir(), 'quakedesk-carried-'))
    const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
    const ask = (query: string, file: string): string => run('jq', '-re', query, file).stdout.trim()
    try {
      writeFileSync(join(folder, 'k.tar'), bytes)
      expect(run('tar', 'xf', 'k.tar').status).toBe(0)
      expect(run('sha256sum', '-c', '--strict', 'SHA256SUMS')).toMatchObject({ status: 0, stderr: '' })
      // Every file but the list stands in the list.
      const listed =
        readFileSync(join(folder, 'SHA256SUMS'), 'utf8')
          .match(/ {2}(.+)$/gm)
          ?.map((line) => line.trim()) ?? []
      const there = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && !['SHA256SUMS', 'k.tar'].includes(one.name))
        .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
      expect(listed.toSorted()).toEqual(there.toSorted())
      // The manifest's records hash to what the custody list says of each item.
      const items = Number(ask('[.files[] | select(.evidence)] | length', 'manifest.json'))
      expect(items).toBe(2)
      for (let index = 0; index < items; index += 1) {
        const one = `[.files[] | select(.evidence)][${index}]`
        const id = ask(`${one}.evidence`, 'manifest.json')
        writeFileSync(join(folder, 'record'), ask(`${one}.record`, 'manifest.json'))
        const noted = ask(
          `.lists[].entries[] | select(.evidence == "${id}" and .detail.record) | .detail.record`,
          'custody.json',
        )
        expect(run('sha256sum', 'record').stdout.slice(0, 64)).toBe(noted)
      }
      // Each line of the custody list begins with the hash of the one before.
      const lines = ask('.lists[0].entries[] | .line', 'custody.json').split('\n')
      let previous = '0'.repeat(64)
      for (const [index, line] of lines.entries()) {
        expect(JSON.parse(line)).toMatchObject({ 0: previous })
        writeFileSync(join(folder, 'line'), line)
        previous = run('sha256sum', 'line').stdout.slice(0, 64)
        expect(previous).toBe(ask(`.lists[0].entries[${index}].hash`, 'custody.json'))
      }
      expect(ask('.claim.title', 'case.json')).not.toBe('')
      expect(ask('.[0].says', 'law.json')).not.toBe('')
      const cover = readFileSync(join(folder, 'cover.html'), 'utf8')
      for (const file of there.filter((one) => !['cover.html', 'cover.txt', 'manifest.json'].includes(one)))
        expect(cover).toContain(file)
      expect(cover).not.toMatch(/<script|src=|href=/)
      writeFileSync(join(folder, 'case.json'), readFileSync(join(folder, 'case.json'), 'utf8').replace('移送', '移交'))
      expect(run('sha256sum', '-c', '--strict', 'SHA256SUMS').status).toBe(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
