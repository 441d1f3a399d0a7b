// In: notices, ordinary and hostile. Out: proof that their CAP messages keep the schema, the standard's further rules and L8.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { checkAlert, type AlertReference, type CapAlert } from '../../../src/core/cap/alert.ts'
import { composeAlert, type AlertSetting, type AlertSubject } from '../../../src/core/cap/compose.ts'
import { writeAlert } from '../../../src/core/cap/write.ts'
import { parseCap } from '../../../src/feeds/cap.ts'
import { readXml, textAt, childrenOf } from '../../../src/feeds/xml.ts'
import { anyText } from '../../channels/fakes.ts'
import { at, FACTS, ORIGIN, SETTING, subjectOf } from './sample.ts'

const SCHEMA = readFileSync(fileURLToPath(new URL('../../fixtures/cap/cap-1.2.xsd', import.meta.url)), 'utf8')

async function faultsOf(...documents: string[]): Promise<string[]> {
  const xml = documents.map((contents, n) => ({ fileName: `alert-${n}.xml`, contents }))
  const { errors, valid } = await validateXML({ xml, schema: SCHEMA })
  return valid ? [] : errors.map(({ message }) => message)
}

function made(subject: AlertSubject, setting: Partial<AlertSetting> = {}): CapAlert {
  const composed = composeAlert(subject, { ...SETTING, ...setting })
  if (!composed.ok) throw new Error(composed.rule)
  return composed.alert
}

const reference = ({ sender, identifier, sent }: CapAlert): AlertReference => ({ sender, identifier, sent })
const infoOf = (document: string) => childrenOf(readXml(document), 'info')[0]

/** A lineage: quick report, formal report, withdrawal. */
function tellAll(setting: Partial<AlertSetting> = {}): CapAlert[] {
  const quick = made(
    subjectOf({ kind: 'quick-report', origin: { ...ORIGIN, sourceCode: 'AU', automatic: true } }, { id: 'n-1' }),
    setting,
  )
  const formal = made(subjectOf({ report: 2, issuedAt: at('2026-03-04T10:07:00+08:00') }, { id: 'n-2' }), {
    ...setting,
    chain: [reference(quick)],
  })
  const text = '【撤回】【误报】经核实，未发生3.0级及以上地震。'
  const withdrawal = made(
    subjectOf(
      {
        kind: 'withdrawal',
        withdrawal: 'no-quake',
        origin: null,
        report: 3,
        issuedAt: at('2026-03-04T10:20:00+08:00'),
      },
      { id: 'n-3', title: '【撤回】第2报已撤回', text },
    ),
    { ...setting, chain: [reference(quick), reference(formal)] },
  )
  return [quick, formal, withdrawal]
}

describe('a chain of messages', () => {
  test('goes Alert, Update, Cancel, is valid, and every reference resolves to a message as it was published', async () => {
    const documents = tellAll().map(writeAlert)
    expect(await faultsOf(...documents)).toEqual([])
    const published = documents.map((document) => readXml(document))
    expect(published.map((alert) => textAt(alert, 'msgType'))).toEqual(['Alert', 'Update', 'Cancel'])
    const triples = published.map((a) => ['sender', 'identifier', 'sent'].map((name) => textAt(a, name)).join(','))
    expect(published.map((alert) => textAt(alert, 'references'))).toEqual([
      '',
      triples[0],
      `${triples[0]} ${triples[1]}`,
    ])
    expect(new Set(triples).size).toBe(3)
  })

  test('is one quake to whoever reads CAP, our own reader included, and its end takes all of it back', () => {
    const rows = tellAll().map((alert) => parseCap(writeAlert(alert)).reports[0])
    expect(rows.map((row) => row?.lifecycle)).toEqual(['report', 'report', 'cancel'])
    const [first] = rows
    expect(first).toMatchObject({ latitude: 31.9, longitude: 117.6, originTime: at('2026-03-04T09:58:12+08:00') })
    expect(first?.magnitude?.value).toBe(4.7)
    for (const row of rows) expect([row?.sourceEventId, ...(row?.aliases ?? [])]).toContain('q-1')
  })

  test('keeps the sender of each message as it was, also after the bureau has changed it', () => {
    const [quick] = tellAll()
    if (!quick) throw new Error('nothing was made')
    const later = made(subjectOf({ report: 2 }, { id: 'n-2' }), { sender: 'new.example.cn', chain: [reference(quick)] })
    expect(writeAlert(later)).toContain(
      '<references>cap@dzj.lanshan.example,dzj.lanshan.example.n-1,2026-03-04T10:00:00+08:00</references>',
    )
    expect(later.identifier).toBe('new.example.cn.n-2')
  })
})

test('a message whose notice was issued by a clock that was set back is sent no earlier than what it names', () => {
  const [quick] = tellAll()
  if (!quick) throw new Error('nothing was made')
  const issuedAt = at('2026-03-04T09:59:20+08:00')
  const facts = { kind: 'withdrawal' as const, withdrawal: 'sent-in-error' as const, origin: null, issuedAt, report: 2 }
  const cancel = made(subjectOf(facts, { id: 'n-2' }), { chain: [reference(quick)] })
  expect(cancel.sent).toBe(quick.sent)
  expect(checkAlert(cancel)).toEqual([])
})

describe('one message', () => {
  test('names its notice, its source and its values as the notice states them; times have an offset and no fraction', () => {
    const document = writeAlert(made(subjectOf()))
    const root = readXml(document)
    expect(textAt(root, 'identifier')).toBe('dzj.lanshan.example.n-1')
    expect(textAt(root, 'sent')).toBe('2026-03-04T10:00:00+08:00')
    expect(textAt(root, 'status')).toBe('Actual')
    const info = infoOf(document)
    if (!info) throw new Error('no info')
    const words = ['category', 'event', 'urgency', 'certainty', 'severity', 'onset', 'expires', 'web']
    expect(words.map((name) => textAt(info, name))).toEqual([
      'Geo',
      '地震',
      'Past',
      'Observed',
      'Minor',
      '2026-03-04T09:58:12+08:00',
      '2026-03-05T10:00:00+08:00',
      FACTS.url,
    ])
    const parameters = childrenOf(info, 'parameter').map((p) => [textAt(p, 'valueName'), textAt(p, 'value')])
    expect(Object.fromEntries(parameters)).toMatchObject({
      Magnitude: '4.7',
      Depth: '12 km',
      SolutionType: '中国地震台网正式测定',
      Serial: '兰震信〔2026〕7号 第1报',
    })
    expect(document).toMatch(/<circle>31\.90,117\.60 [1-9]\d0<\/circle>/)
    expect(document).toContain('<valueName>GB/T 2260</valueName><value>340100</value>')
    expect(document).not.toContain('620100')
  })

  test('of an automatic determination is likely, not observed, and gives no depth', () => {
    const alert = made(subjectOf({ kind: 'quick-report', origin: { ...ORIGIN, sourceCode: 'AU', automatic: true } }))
    expect(alert.info.certainty).toBe('Likely')
    expect(alert.info.parameters.map((p) => p.valueName)).not.toContain('Depth')
  })

  test('estimates nothing where the model may not be used, and still has a circle to be drawn', () => {
    const { info } = made(subjectOf({ origin: { ...ORIGIN, depthKm: 300 } }))
    expect(info.severity).toBe('Unknown')
    expect(info.area?.radiusKm).toBeGreaterThan(0)
    expect(info.area?.geocodes).toEqual([])
    expect(info.parameters.map((p) => p.valueName)).not.toContain('SeverityBasis')
  })

  test('says what its circle is: a model’s estimate, or the epicentre and nothing more', () => {
    const basisOf = (origin: Partial<typeof ORIGIN>): string | undefined =>
      made(subjectOf({ origin: { ...ORIGIN, ...origin } })).info.parameters.find((p) => p.valueName === 'AreaBasis')
        ?.value
    // Far from every place of the bureau: no severity, but a circle.
    const far = { latitude: 20, longitude: 110 }
    expect(made(subjectOf({ origin: { ...ORIGIN, ...far } })).info.severity).toBe('Unknown')
    for (const origin of [{}, far]) expect(basisOf(origin)).toMatch(/模型估算.*非烈度速报/)
    for (const origin of [{ depthKm: 300 }, { kind: 'collapse' as const, depthKm: 0 }])
      expect(basisOf(origin)).toMatch(/仅标示震中/)
  })

  test('about a collapse says so and estimates no intensity', () => {
    const { info } = made(subjectOf({ origin: { ...ORIGIN, kind: 'collapse', depthKm: 0 } }))
    expect(info).toMatchObject({ event: '塌陷', severity: 'Unknown' })
  })

  test.each([
    ['no-quake', subjectOf({ kind: 'no-quake', origin: null }), 'cap-not-an-alert'],
    [
      'a withdrawal of what was never published',
      subjectOf({ kind: 'withdrawal', origin: null }),
      'cap-nothing-to-cancel',
    ],
  ])('is not made of %s', (_name, subject, rule) => {
    expect(composeAlert(subject, SETTING)).toEqual({ ok: false, rule })
  })
})

describe('exercises', () => {
  test.each([
    ['a drill', { class: 'drill' as const }, {}, '【演练】'],
    ['the demonstration', {}, { demonstration: true }, '【演示】'],
  ])('%s is Exercise with a note, and says so in headline and description', async (_name, facts, setting, mark) => {
    const document = writeAlert(made(subjectOf(facts), setting))
    expect(await faultsOf(document)).toEqual([])
    expect(textAt(readXml(document), 'status')).toBe('Exercise')
    expect(textAt(readXml(document), 'note')).toContain('不是真实震情')
    const info = infoOf(document)
    for (const name of ['headline', 'description']) expect((info ? textAt(info, name) : '').startsWith(mark)).toBe(true)
    // Whoever reads it as a determination must not take it for one.
    expect(parseCap(document).reports[0]?.class).toBe('test')
  })

  test('a text that bears the mark already gets no second one', () => {
    const { info } = made(subjectOf({ class: 'drill' }, { title: '【演练】题【演练】', text: '【演练】文【演练】' }))
    expect([info.headline, info.description]).toEqual(['【演练】题【演练】', '【演练】文【演练】'])
  })
})

describe('rules beside the schema', () => {
  const [alert, update, cancel] = tellAll() as [CapAlert, CapAlert, CapAlert]
  test('let every message of a chain pass', () => {
    expect([alert, update, cancel].flatMap(checkAlert)).toEqual([])
  })

  const first = reference(alert)
  test.each<[string, CapAlert]>([
    ['cap-references', { ...update, references: [] }],
    ['cap-references', { ...alert, references: [{ ...first, identifier: 'x' }] }],
    ['cap-reference-self', { ...update, references: [{ ...first, identifier: update.identifier }] }],
    ['cap-reference-order', { ...update, references: [{ ...first, sent: '2026-03-05T10:00:00+08:00' }] }],
    ['cap-reference-form', { ...update, references: [{ ...first, sender: 'a,b' }] }],
    ['cap-identifier', { ...alert, identifier: 'a b' }],
    ['cap-sender', { ...alert, sender: 'a&b' }],
    ['cap-time', { ...alert, sent: '2026-03-04T02:00:00.000Z' }],
    ['cap-exercise-note', { ...alert, status: 'Exercise' }],
    ['cap-exercise-headline', { ...alert, status: 'Exercise', note: 'n' }],
    ['cap-cancel-note', { ...cancel, note: ' ' }],
    ['cap-texts', { ...alert, info: { ...alert.info, description: '' } }],
    ['cap-expires', { ...alert, info: { ...alert.info, expires: alert.sent } }],
    ['cap-area', { ...alert, info: { ...alert.info, area: null } }],
    ['cap-incidents', { ...alert, incidents: 'a b' }],
  ])('%s stops a message that breaks it', (rule, broken) => {
    expect(checkAlert(broken)).toContain(rule)
  })

  test('the schema stops what they leave to it: order, words, times with Z', async () => {
    const document = writeAlert(alert)
    const wrong = [
      document.replace(/(<sender>.*?<\/sender>)(<sent>.*?<\/sent>)/, '$2$1'),
      document.replace('Past', 'Soon'),
      document.replace(/<onset>.*?<\/onset>/, '<onset>2026-03-04T01:58:12Z</onset>'),
      document.replace(/<sent>.*?<\/sent>/, ''),
    ]
    for (const each of wrong) {
      expect(each).not.toBe(document)
      expect(await faultsOf(each)).not.toEqual([])
    }
  })
})

test('whatever stands in title, text and place, the message is valid XML and says exactly that', () => {
  const hostile = fc.oneof(
    anyText.filter((text) => text !== ''),
    fc.constantFrom(']]>', '<script>', '&amp;', '\u0000\u0007', '\ud800', '\ufffe', '<!--', '"\'', '\u0085'),
  )
  fc.assert(
    fc.property(hostile, hostile, hostile, (title, text, place) => {
      const alert = made(subjectOf({ origin: { ...ORIGIN, place } }, { title, text }))
      const document = writeAlert(alert)
      const info = infoOf(document)
      const clean = (given: string): string =>
        given.replaceAll(/[^\t\n\r\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
      // The reader trims.
      expect(info && textAt(info, 'headline')).toBe(clean(title).trim())
      expect(info && textAt(info, 'description')).toBe(clean(text).trim())
      expect(document.match(/<info>/g)).toHaveLength(1)
    }),
  )
})

test('the same notice makes the same bytes', () => {
  expect(writeAlert(made(subjectOf()))).toBe(writeAlert(made(subjectOf())))
})
