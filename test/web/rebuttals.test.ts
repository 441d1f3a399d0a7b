// In: claims on record, some of which something was said about. Out: proof that programs and readers find what was said and no more:
// codes lead nowhere before that, pages tell what stands first, and one answer has one address.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { openPool } from '../../src/store/pool.ts'
import { findPublicRumour, findRumourOfSighting, type PublicRumour } from '../../src/store/rumours/public.ts'
import { rebuttalListSchema, rebuttalSchema, refusalSchema } from '../../src/web/public/api-schemas.ts'
import { describeApi } from '../../src/web/public/openapi.ts'
import { writeRebuttal } from '../../src/web/public/rebuttal-json.ts'
import { openNoticeMaker } from '../browser/sample-notices.ts'
import { makeRumours } from '../browser/sample-rumours.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { buildBarePublic } from './bare-public.ts'
import { identity, pages } from './sample-pages.ts'

const CLAIMS = 5
let database: FreshDatabase
let pool: Pool
let app: FastifyInstance
let rumours: PublicRumour[]

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.appConfig, 4, () => undefined)
  // One more than has a page.
  for (let n = 0; n <= CLAIMS; n += 1) {
    await pool.query(
      `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
       values ($1, '传言原文', 'closure', $1, 3, 'verifying', now(), now())`,
      [`c-${n}`],
    )
    if (n === CLAIMS) continue
    await pool.query(
      `insert into claim_line (claim_id, topic, words, by, at) values ($1, 'closure', '正在核实。', 'p-a', now())`,
      [`c-${n}`],
    )
    await pool.query(`select open_claim_page($1, now() + make_interval(secs => $2))`, [`c-${n}`, n])
  }
  await pool.query(`select open_claim_page($1, now())`, [`c-${CLAIMS}`])
  app = await buildBarePublic({ db: pool, publicUrl: identity.publicUrl })
  rumours = makeRumours(await openNoticeMaker())
})
afterAll(async () => {
  await app.close()
  await pool.end()
  await database.drop()
})

const ask = (path: string) => app.inject({ method: 'GET', url: path })

describe('the API of rebuttals', () => {
  test('pages through all that something was said about, the latest first, and through nothing else', async () => {
    const found: string[] = []
    let before = ''
    for (let page = 0; page < 9; page += 1) {
      const { rebuttals, next } = rebuttalListSchema.parse((await ask(`/api/v1/rebuttals?limit=2${before}`)).json())
      for (const one of rebuttals) {
        expect(one).toMatchObject({ state: 'checking', verdict: '待核', claim: null, line: '正在核实。' })
        expect(JSON.stringify(one)).not.toContain('传言原文')
        found.push(one.id)
      }
      if (next === null) break
      before = `&before=${next}`
    }
    expect(new Set(found).size).toBe(CLAIMS)
    const [first] = found
    expect(rebuttalSchema.parse((await ask(`/api/v1/rebuttals/${first}`)).json()).id).toBe(first)
  })

  test.each([
    ['/api/v1/rebuttals?before=nobody', 400],
    ['/api/v1/rebuttals?limit=0', 400],
    ['/api/v1/rebuttals/c-0', 404],
    ['/api/v1/rebuttals/zzzzzzzz', 404],
    ['/api/v1/rebuttals/a%20b', 400],
  ])('%s is refused with a reason', async (path, status) => {
    const reply = await ask(path)
    expect(reply.statusCode).toBe(status)
    expect(refusalSchema.safeParse(reply.json()).success).toBe(true)
  })

  test('is described, every form that an answer takes fits its description', () => {
    const { paths, components } = JSON.parse(describeApi('https://bureau.example')) as {
      paths: Record<string, unknown>
      components: { schemas: Record<string, unknown> }
    }
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/v1/rebuttals', '/api/v1/rebuttals/{id}']))
    expect(components.schemas['Rebuttal']).toBeDefined()
    for (const rumour of rumours)
      rebuttalSchema.parse(writeRebuttal(rumour, { publicUrl: identity.publicUrl, demonstration: false }))
  })
})

describe('the page of a rumour', () => {
  const read = (at: number, over: Partial<PublicRumour> = {}): string => {
    const rumour = rumours[at]
    if (!rumour) throw new Error('no such sample')
    return pages.rumour({ ...rumour, ...over }).body
  }

  test('says the finding and the facts before the claim, the claim once, and names its laws', () => {
    const html = read(0)
    const main = html.slice(html.indexOf('<main'))
    const order = [
      '缺乏依据',
      '一周本市及周边没有发生',
      '网传“甲州市明天有7级地震”的说法没有依据。',
      '《地震预报管理条例》第十四条',
    ]
    const places = order.map((text) => main.indexOf(text))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))

    expect(main.split('甲州市明天有7级地震')).toHaveLength(2)
    expect(html).toContain('property="og:image"')
  })

  test('carries its finding for programs: whose claim, which rating, who says so, since when', () => {
    const [, json = ''] = /<script type="application\/ld\+json">([^]*?)<\/script>/.exec(read(0)) ?? []
    expect(JSON.parse(json)).toMatchObject({
      '@type': 'ClaimReview',
      claimReviewed: '甲州市明天有7级地震',
      itemReviewed: { '@type': 'Claim' },
      reviewRating: { ratingValue: 2, bestRating: 5, worstRating: 1, alternateName: '缺乏依据' },
      author: { '@type': 'GovernmentOrganization', name: identity.bureauName },
      datePublished: expect.stringMatching(/\+08:00$/) as string,
    })
  })

  test('of what is only being checked, or was taken back, says nothing that could be passed on', () => {
    for (const at of [1, 2]) {
      const html = read(at)
      for (const hidden of ['ClaimReview', '7级', '没有依据', 'og:image:alt" content="网传近期'])
        expect(html).not.toContain(hidden)
      expect(html).toContain('待核')
    }
    expect(read(1)).toContain('涉及乙县人员伤亡')
    expect(read(2)).toContain('核实结果已撤回，请勿转发')
  })

  test('that is looked at again, or leads to another, says so first', () => {
    const tombstone = /<p class="tombstone"[^]*?<\/p>/
    expect(tombstone.exec(read(0, { standing: 'review' }))?.[0]).toContain('正在复核')
    expect(tombstone.exec(read(0, { standing: 'corrected' }))?.[0]).toContain('更正后的内容')
    expect(tombstone.exec(read(1, { standing: 'merged', mergedInto: 'hhhh9999' }))?.[0]).toContain('rumours/hhhh9999')
  })

  test('is no way in for markup', () => {
    const [rumour] = rumours
    const [notice] = rumour?.notices ?? []
    if (!rumour || !notice) throw new Error('no sample')
    const hostile = '</script><script>alert(1)</script>'
    const written = { ...notice.facts.written, rebuttal: { claim: hostile, verdict: '不实', evidence: hostile } }
    const facts = { ...notice.facts, written } as typeof notice.facts
    const html = pages.rumour({ ...rumour, notices: [{ ...notice, title: hostile, facts }] }).body
    expect(html).not.toContain('<script>alert')
  })
})

test('whoever reported a rumour finds its page by the report, and nothing while nothing was said', async () => {
  const report = async (id: string, claim: string): Promise<void> => {
    await pool.query(
      `insert into sighting (id, receipt_hash, route, shown, stance, kind, received_at, taken_by, raw_sha256)
       values ($1, $2, 'form', '传言原文', 'spread', 'closure', now(), 'public', $3)`,
      [id, Buffer.from(id), '0'.repeat(64)],
    )
    await pool.query(
      `insert into sighting_link (sighting_id, claim_id, class, how, by, at) values ($1, $2, 'actual', 'opened', 'system', now())`,
      [id, claim],
    )
  }
  await report('r-1', 'c-0')
  expect(await findRumourOfSighting(pool, 'r-1')).toMatchObject({ standing: 'checking' })
  await pool.query(
    `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
     values ('c-silent', '传言', 'closure', 'c-silent', 3, 'new', now(), now())`,
  )
  await report('r-2', 'c-silent')
  expect(await findRumourOfSighting(pool, 'r-2')).toBeNull()
  expect(await findRumourOfSighting(pool, 'r-none')).toBeNull()
  // Merged into what has a page, it leads there.
  await pool.query(`update claim set state = 'merged', merged_into = 'c-0' where id = 'c-silent'`)
  expect((await findRumourOfSighting(pool, 'r-2'))?.code).toBe((await findRumourOfSighting(pool, 'r-1'))?.code)
})

test('a page leads to the claim that all stand for, however far up, and says when the first of them was heard', async () => {
  const at = Date.UTC(2026, 2, 4)
  for (const id of ['c-low', 'c-mid', 'c-high'])
    await pool.query(
      `insert into claim (id, title, kind, family_id, risk, state, opened_at, changed_at)
       values ($1, '传言', 'closure', $1, 3, 'verifying', now(), now())`,
      [id],
    )
  await pool.query(
    `insert into sighting (id, receipt_hash, route, shown, stance, kind, received_at, taken_by, raw_sha256)
     values ('r-low', 'r-low', 'form', '传言原文', 'spread', 'closure', $1, 'public', $2)`,
    [new Date(at), '0'.repeat(64)],
  )
  await pool.query(
    `insert into sighting_link (sighting_id, claim_id, class, how, by, at) values ('r-low', 'c-low', 'actual', 'opened', 'system', now())`,
  )
  const codes: string[] = []
  for (const id of ['c-low', 'c-high']) {
    await pool.query(
      `insert into claim_line (claim_id, topic, words, by, at) values ($1, 'closure', '正在核实。', 'p-a', now())`,
      [id],
    )
    const { rows } = await pool.query<{ code: string }>('select open_claim_page($1, now()) as code', [id])
    codes.push(rows[0]?.code ?? '')
  }
  // The one between has no page.
  await pool.query(`update claim set state = 'merged', merged_into = 'c-mid' where id = 'c-low'`)
  await pool.query(`update claim set state = 'merged', merged_into = 'c-high' where id = 'c-mid'`)
  const [low, high] = await Promise.all(codes.map((code) => findPublicRumour(pool, code)))
  expect(low).toMatchObject({ standing: 'merged', mergedInto: codes[1] })
  expect(high).toMatchObject({ standing: 'checking', mergedInto: null, heardAt: at })
})
