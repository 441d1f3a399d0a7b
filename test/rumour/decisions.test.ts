// In: what people decide at the desk about likeness. Out: proof that the record gives it back as pairs of shown texts, without who
// decided or reported, and that a decision that was taken back counts as the opposite.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientConfig } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decisionSchema, judgeDecision, readDecisions, writeDecisions } from '../../src/core/rumour/decisions.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { answerSuggestion, separateSighting } from '../../src/rumour/tidy-links.ts'
import { readDecided } from '../tools/match-record.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

let desk: RumourDesk
beforeAll(async () => {
  desk = await openRumourDesk()
}, 60_000)
afterAll(() => desk.close())

test('answers, merges and what was taken apart come back as pairs that the present rules can judge', async () => {
  const { wang } = desk.people
  const dam = '听说北山水库裂缝了，电话13800138000，下游的人赶紧跑'
  const first = await desk.tell(dam)
  const second = await desk.tell('听说南山水库裂缝了，下游的人赶紧跑')
  const third = await desk.tell('听说西山水库裂缝了，下游的人赶紧跑')
  const answer = (id: string, target: string, isSame: boolean) =>
    answerSuggestion(desk.context, id, { target, isSame, seen: 1 }, wang)
  expect(await answer(second.claim, first.claim, false)).toMatchObject({ ok: true })
  expect(await answer(third.claim, first.claim, true)).toMatchObject({ ok: true })
  const copy = await desk.tell('听说北山水库裂缝了，下游的人赶紧跑！')
  const into = copy.claim
  expect([first.claim, third.claim]).toContain(into)
  expect(await separateSighting(desk.context, into, copy.sighting, wang)).toMatchObject({ ok: true })
  const lone = await desk.tell('街上停了好多消防车，不知道出了什么事')
  const far = await desk.tell('朋友说桥头的路灯都灭了')
  const merge = { event: 'merge' as const, seen: 1, reason: '同一件', target: lone.claim }
  expect(await stepClaim(desk.context, far.claim, merge, wang)).toMatchObject({ ok: true })

  const decided = await readDecided(desk.pool)
  const told = decided.map(({ one, same, from }) => [one.slice(0, 8), same, from].join(' ')).toSorted()
  const expected = [
    '听说北山水库裂缝 false taken-apart',
    '听说南山水库裂缝 false offered',
    '听说西山水库裂缝 true offered',
    '朋友说桥头的路灯 true merged',
  ]
  expect(told).toEqual(expected)
  const text = writeDecisions(decided)
  for (const secret of ['13800138000', 'p-wang', 'wang', 'r-', 'c-']) expect(text).not.toContain(secret)
  expect(readDecisions(text)).toEqual(decided)
  for (const one of decided) expect(() => decisionSchema.parse(one)).not.toThrow()
  const apart = decided.find(({ from }) => from === 'taken-apart')
  expect(apart && judgeDecision(apart).verdict).toBe('merged-wrongly')
})

test('a merge that was taken back counts as kept apart', async () => {
  const { wang } = desk.people
  const first = await desk.tell('刚听说老君山景区封了，落石砸了人')
  const second = await desk.tell('刚听说云台山景区封了，落石砸了人')
  const asked = { target: first.claim, isSame: true, seen: 1 }
  expect(await answerSuggestion(desk.context, second.claim, asked, wang)).toMatchObject({ ok: true })
  desk.pass(60_000)
  const split = { event: 'split' as const, seen: 2, reason: '不是同一座山' }
  expect(await stepClaim(desk.context, second.claim, split, wang)).toMatchObject({ ok: true })
  const pair = (await readDecided(desk.pool)).find(({ one }) => one.includes('云台山'))
  expect(pair).toMatchObject({ same: false, from: 'offered' })
})

const COMMAND = fileURLToPath(new URL('../tools/match.ts', import.meta.url))

/** `npm run match` as an administrator runs it beside an installation. */
function runMatch(env: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const settings = { PATH: process.env['PATH'] ?? '', ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env: settings, cwd: tmpdir() }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}

/** The connection of the tests' own server as libpq writes it. */
function urlOf({ host = '', port = 5432, user = '', password, database = '' }: ClientConfig): string {
  const secret = typeof password === 'string' ? `:${encodeURIComponent(password)}` : ''
  return `postgresql://${encodeURIComponent(user)}${secret}@${encodeURIComponent(host)}:${port}/${database}`
}

test('the command reads the record of an installation, writes the file, and judges it alike afterwards', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'qd-match-'))
  try {
    const file = join(folder, 'decided.jsonl')
    const env = { DATABASE_URL: urlOf(desk.pool.options) }
    const told = await runMatch(env, '--from-record', '--write', file)
    expect(told.err).toBe('')
    const kept = readDecisions(readFileSync(file, 'utf8'))
    expect(kept).toEqual(await readDecided(desk.pool))
    expect(told.out).toContain(`${kept.length} decisions written to ${file}`)
    // A person took apart what the machine would merge again: one of two is wrong, and it says which.
    expect(told.out).toContain('would be merged, kept apart by a person')
    expect(told.code).toBe(1)
    const again = await runMatch({ INIT_CWD: folder }, '--decisions', 'decided.jsonl')
    expect(again.out).toBe(told.out.split('\n').slice(1).join('\n'))
    expect(again.code).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

test.each([
  ['no file', [], 2, 'npm run match -- <file'],
  ['a file that is not there', ['nowhere.json'], 2, 'nowhere.json: there is no such file'],
  [
    'a file that is no list',
    [fileURLToPath(new URL('../../package.json', import.meta.url))],
    2,
    'is no list of {id, text',
  ],
  ['an installation that does not run', ['--from-record'], 2, 'start it first'],
] as const)('the command says what is wrong: %s', async (_, args, code, words) => {
  const told = await runMatch({ QUAKEDESK_DATA: join(tmpdir(), 'qd-nobody-runs-here') }, ...args)
  expect(told).toMatchObject({ code, out: '', err: expect.stringContaining(words) as string })
})
