// In: one record, two nodes with their words, signatures at one of them. Out: proof that the other never commits a word that was made
// by what stood before, that two leads at once put one version in force, and that what people write is signed as all the rest is.
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lendWords, openWords, type Words } from '../../src/app/words.ts'
import type { Config } from '../../src/config.ts'
import { EVERY_KIND, NOTICE_KINDS } from '../../src/core/notice.ts'
import { describeStale } from '../../src/core/judgement/rules.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import { openLedger, type Ledger } from '../../src/publish/ledger.ts'
import {
  authorise,
  draftVersion,
  endAuthorisation,
  putInForce,
  type Grant,
  type TemplateContext,
} from '../../src/publish/template-acts.ts'
import { saveOutlets } from '../../src/store/outlets.ts'
import { openPool } from '../../src/store/pool.ts'
import { saveSources } from '../../src/store/sources.ts'
import { authorisationOf, BUREAUX, policyOf, reportOf, rowOf, SHOCK } from '../core/judgement/bureaux.ts'
import { readTemplates } from '../core/rendering/facts.ts'
import { contextOf, OUTLETS } from '../publish/room.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const bureau = BUREAUX.yinchuan
const sources = readTemplates()
const shipped = { sources, renderer: createRenderer(sources) }
const { home, watch, attenuation, gates, rules } = policyOf(bureau)
const config = {
  bureau: {
    name: '测试市地震局',
    shortName: '测试地震',
    serialPrefix: '测震信',
    publicUrl: 'https://dzj.example.gov.cn',
    home,
    watch,
    attenuation,
  },
  gates,
  rules,
  authorisations: NOTICE_KINDS.map((kind) => authorisationOf(kind, { sha256: '' })),
} as unknown as Config
const GRANT: Grant = {
  kinds: ['quick-report', 'formal-report'],
  sources: ['cenc-a'],
  when: {},
  days: 30,
  publicationLevel: '一级',
  secrecyReview: '已审查，不涉密',
}

interface Node {
  words: Words
  ledger: Ledger
  desk: TemplateContext
}

let database: FreshDatabase
let pool: Pool
let here: Node
let there: Node
let now = SHOCK
let count = 0

const random = (): string => {
  count += 1
  return `${count}`.padStart(4, '0').repeat(8)
}

async function openNode(): Promise<Node> {
  const quiet = (): Promise<void> => Promise.resolve()
  const words = openWords({ config, pool, shipped, alarm: quiet, clear: quiet, log: { info: () => undefined } })
  const { policy: _policy, renderer: _renderer, ...decide } = contextOf({ bureau })
  const ledger = await openLedger(
    lendWords(words, {
      ...decide,
      random,
      pool,
      writer: pool,
      clock: () => now,
      clockOffMs: () => 0,
      dispatch: () => undefined,
      changed: () => undefined,
    }),
  )
  const desk: TemplateContext = {
    pool,
    shipped,
    bureau: { ...config.bureau, home: home.name },
    outlets: [],
    sources: ['cenc-a', 'cenc-b'],
    now: () => now,
    random,
    takeUp: () => ledger.catchUp(),
    filed: config.authorisations.map(({ id }) => id),
  }
  return { words, ledger, desk }
}

beforeAll(async () => {
  database = await freshDatabase()
})
beforeEach(async () => {
  await pool?.end()
  await database.drop()
  database = await freshDatabase()
  pool = openPool(database.appConfig, 6, () => undefined)
  now = SHOCK
  await saveOutlets(
    pool,
    OUTLETS.map((o) => ({ id: o.id, class: o.class, channel: o.channel.name, mode: o.mode })),
  )
  await saveSources(pool, [{ id: 'cenc-a', format: 'ceic', authority: 'official-national' }])
  here = await openNode()
  there = await openNode()
}, 60_000)
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const FILE = '_surroundings.liquid'
async function draft(words: string, by = 'p-author', base: string | null = null): Promise<string> {
  const source = `${sources.get(FILE) ?? ''}${words}`
  const made = await draftVersion(here.desk, { base, file: FILE, source, why: '试验' }, by)
  if (!made.ok) throw new Error(made.reason)
  return made.id
}
/** An automatic determination heard by a node that has had no hint and has not looked since it was opened. */
async function hear({ ledger }: Node): Promise<{ text: string; authorisation: string | null }[]> {
  const report = reportOf(bureau)
  now = report.receivedAt
  await ledger.receive({
    source: report.source,
    authority: report.authority,
    transport: 'poll',
    class: 'actual',
    bytes: Buffer.from(String(count)),
    contentType: 'application/json',
    receivedAt: now,
    parsed: { reports: [rowOf(report)], refused: [], ignored: [] },
    list: false,
  })
  const { rows } = await pool.query<{ text: string; authorisation: string | null }>(
    'select text, authorisation_id as authorisation from notice',
  )
  return rows
}
const holdReasons = async (): Promise<string[]> =>
  (await pool.query<{ reason: string }>(`select reason from hold where state = 'open'`)).rows.map(
    ({ reason }) => reason,
  )

describe('a node that has not heard of it', () => {
  test('says nothing by the words that stood before: what comes is held', async () => {
    expect(await putInForce(here.desk, { id: await draft('甲。'), why: '', grant: null }, 'p-lead')).toEqual({
      ok: true,
    })
    expect(there.words.renderer()).toBe(shipped.renderer)
    expect(await hear(there)).toEqual([])
    expect(await holdReasons()).toEqual([expect.stringContaining('签署后模板有改动')])
    expect(there.words.renderer()).not.toBe(shipped.renderer)
  })

  test('says the new words under the new signature', async () => {
    expect(await putInForce(here.desk, { id: await draft('甲。'), why: '', grant: GRANT }, 'p-lead')).toEqual({
      ok: true,
    })
    const [said] = await hear(there)
    expect(said?.text).toContain('甲。')
    expect(said?.authorisation).toMatch(/^desk-quick-report-/)
  })

  test('holds what an ended authorisation covered, be it one of the configuration file', async () => {
    const ended = { id: 'auth-quick-report', why: '来源调整' }
    expect(await endAuthorisation(here.desk, ended, 'p-lead')).toEqual({ ok: true })
    expect(await hear(there)).toEqual([])
    expect(await holdReasons()).toEqual([expect.stringContaining('auth-quick-report 已撤销')])
  })
})

describe('an edit of what people write', () => {
  const edit = async (file: string, source: string): Promise<string> => {
    const made = await draftVersion(here.desk, { base: null, file, source, why: '试验' }, 'p-author')
    if (!made.ok) throw new Error(made.reason)
    return made.id
  }

  test('has a hash of its own for the journal, signed with the rest, and ends no authorisation', async () => {
    const before = here.words.policy()
    expect(Object.keys(before.templateHashes)).toEqual([...EVERY_KIND])
    const source = `${sources.get('bulletin.liquid')?.trimEnd() ?? ''}以上情况由本局发布。`
    const id = await edit('bulletin.liquid', source)
    expect(await putInForce(here.desk, { id, why: '', grant: null }, 'p-lead')).toEqual({ ok: true })
    const { templateHashes, authorisations } = here.words.policy()
    const changed = EVERY_KIND.filter((kind) => templateHashes[kind] !== before.templateHashes[kind])
    expect(changed).toEqual(['bulletin'])
    for (const each of authorisations) expect(describeStale(each, templateHashes, now)).toBeNull()
    const { rows } = await pool.query<{ hash: string }>(`select hashes->>'bulletin' as hash from template_force`)
    expect(rows).toEqual([{ hash: templateHashes['bulletin'] }])
    expect(await hear(here)).toMatchObject([{ authorisation: 'auth-quick-report' }])
  })

  test.each([
    ['_trend.liquid', '{{ trendIssuer }}：{{ trendWords }}。', /须加引号原样引用|预测用语/],
    ['science.title.liquid', '{{ heading }}{{ heading }}', /最多 32 字/],
    ['_written-body.liquid', '<p>{{ magnitude }}</p>', /没有内容/],
  ])('in %s that breaks them is not put in force', async (file, source, reason) => {
    const done = await putInForce(here.desk, { id: await edit(file, source), why: '', grant: null }, 'p-lead')
    expect(done).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as string })
  })

  test('that an earlier release let through is not used: the shipped words speak', async () => {
    const id = await edit('announcement.liquid', '{{ magnitude }}级地震')
    await pool.query(
      `insert into template_force (version_id, hashes, signed_by, at) values ($1, '{}', 'p-lead', now())`,
      [id],
    )
    await here.words.reload()
    expect(here.words.broken()).toContain('announcement.liquid')
    expect(here.words.renderer()).toBe(shipped.renderer)
  })
})

describe('two leads', () => {
  test('who put one version in force at once do it once, and the other is told', async () => {
    const id = await draft('甲。')
    const done = await Promise.all([
      putInForce(here.desk, { id, why: '', grant: GRANT }, 'p-lead'),
      putInForce(there.desk, { id, why: '', grant: GRANT }, 'p-other'),
    ])
    expect(done.filter(({ ok }) => ok)).toHaveLength(1)
    expect(done.find(({ ok }) => !ok)).toMatchObject({ reason: '这一版已经在用' })
    const { rows } = await pool.query('select from template_authorisation')
    expect(rows).toHaveLength(2)
  })

  test('of whom one signs what the other has just replaced are told so, and nothing is signed', async () => {
    const [first, second] = [await draft('甲。'), await draft('乙。')]
    expect(await putInForce(here.desk, { id: first, why: '', grant: null }, 'p-lead')).toEqual({ ok: true })
    const late = await putInForce(there.desk, { id: second, why: '', grant: GRANT }, 'p-other')
    expect(late).toMatchObject({ reason: '这一版修改自已不在用的版本，请以现行版本为底重新修改' })
    expect(await authorise(there.desk, { grant: GRANT, seen: null }, 'p-other')).toMatchObject({
      reason: '现行模板刚被更换，请重新核对后签署',
    })
    expect((await pool.query('select from template_authorisation')).rowCount).toBe(0)
  })

  test('neither of whom may be an author, of the version or of a draft below it, also when only the authorisation is signed', async () => {
    const below = await draft('甲。', 'p-lead')
    const id = await draft('乙。', 'p-other', below)
    for (const by of ['p-lead', 'p-other'])
      expect(await putInForce(here.desk, { id, why: '', grant: null }, by)).toMatchObject({ ok: false })
    expect(await putInForce(here.desk, { id, why: '', grant: null }, 'p-third')).toEqual({ ok: true })
    expect(await authorise(here.desk, { grant: GRANT, seen: id }, 'p-lead')).toMatchObject({ ok: false })
    expect(await authorise(here.desk, { grant: GRANT, seen: id }, 'p-third')).toEqual({ ok: true })
  })
})

test('what was signed, put in force or written is never changed by the program’s own role', async () => {
  await putInForce(here.desk, { id: await draft('甲。'), why: '', grant: GRANT }, 'p-lead')
  await endAuthorisation(here.desk, { id: 'auth-revision', why: '试验' }, 'p-lead')
  for (const [table, column] of [
    ['template_version', 'why'],
    ['template_force', 'why'],
    ['template_authorisation', 'expires_at'],
    ['authorisation_end', 'why'],
  ] as const)
    for (const act of [
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ])
      await expect(pool.query(act)).rejects.toThrow(/permission denied|append-only/)
})

test('no grant is without an end, a source that may speak, a level and a review', async () => {
  const refused: [Partial<Grant>, RegExp][] = [
    [{ days: 0 }, /有效期/],
    [{ days: 400 }, /有效期/],
    [{ days: Number.NaN }, /有效期/],
    [{ sources: [] }, /来源/],
    [{ sources: ['usgs'] }, /不能作为首次发布的依据/],
    [{ publicationLevel: '' }, /发布等级/],
    [{ secrecyReview: '' }, /保密审查/],
  ]
  for (const [over, reason] of refused) {
    const done = await authorise(here.desk, { grant: { ...GRANT, ...over }, seen: null }, 'p-lead')
    expect(done).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as string })
  }
})
