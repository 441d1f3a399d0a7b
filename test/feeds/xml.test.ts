import { describe, expect, it } from 'vitest'
import { UnreadableFeed } from '../../src/core/quake-report.ts'
import { childOf, childrenOf, readXml, textAt } from '../../src/feeds/xml.ts'
import { itOnRecorded, recorded } from './recorded.ts'

function ruleOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof UnreadableFeed) return error.rule
    throw error
  }
  return 'accepted'
}

describe('reading XML from strangers', () => {
  it('keeps namespaces apart where prefixes and local names are equal', () => {
    const root = readXml('<a xmlns="urn:one" xmlns:p="urn:two"><v>1</v><p:v p:u="x" u="y">2</p:v></a>')
    expect(childrenOf(root, 'v').map((child) => [child.ns, child.text])).toEqual([
      ['urn:one', '1'],
      ['urn:two', '2'],
    ])
    const attributes = childOf(root, 'v', 'urn:two')?.attributes
    expect([...(attributes ?? [])]).toEqual([
      ['{urn:two}u', 'x'],
      ['u', 'y'],
    ])
  })

  it('joins text and CDATA, trims on request and finds nothing without a fuss', () => {
    const root = readXml('<a><b>\n one<![CDATA[ <two>]]></b></a>')
    expect(textAt(root, 'b')).toBe('one <two>')
    expect(textAt(root, 'b', 'c', 'd')).toBe('')
  })

  it('strips a byte order mark in front of the declaration', () => {
    expect(readXml('\uFEFF<?xml version="1.0"?><a/>').local).toBe('a')
  })

  it('treats __proto__ and constructor as names like any other', () => {
    const root = readXml('<a __proto__="x" constructor="y"><__proto__><polluted>1</polluted></__proto__></a>')
    expect(root.attributes.get('__proto__')).toBe('x')
    expect(textAt(root, '__proto__', 'polluted')).toBe('1')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it.each([
    ['<!DOCTYPE a><a/>'],
    ['<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "AAAA">]><r>&a;&a;</r>'],
    ['<!doctype a><a/>'],
    ['<a><!ENTITY b "c"></a>'],
    ['<?p <!-- ?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a><!-- -->'],
  ])('refuses a document type: %s', (text) => {
    expect(ruleOf(() => readXml(text))).toBe('xml-doctype')
  })

  it('lets a text speak about DOCTYPE inside CDATA and comments', () => {
    expect(textAt(readXml('<a><!-- <!DOCTYPE x> --><b><![CDATA[<!ENTITY x>]]></b></a>'), 'b')).toBe('<!ENTITY x>')
  })

  itOnRecorded('refuses the entity bomb of 1500 times 9 kB before expanding anything', () => {
    expect(ruleOf(() => readXml(recorded('rss/CONSTRUCTED-entity-bomb.xml')))).toBe('xml-doctype')
  })

  it('refuses an entity bomb of its own making', () => {
    const bomb = `<!DOCTYPE r [<!ENTITY a "${'A'.repeat(9_000)}">]><r>${'&a;'.repeat(1_500)}</r>`
    expect(ruleOf(() => readXml(bomb))).toBe('xml-doctype')
  })

  it.each([
    ['xml-malformed', '<a><b></a>'],
    ['xml-malformed', '<a>&nbsp;</a>'],
    ['xml-malformed', '<a><p:b/></a>'],
    ['xml-malformed', '<a/><b/>'],
    ['xml-malformed', ''],
    ['xml-malformed', 'no markup at all'],
    ['xml-malformed', '<a x="1" x="2"/>'],
    ['xml-depth', '<a>'.repeat(65) + '</a>'.repeat(65)],
    ['xml-depth', '<a>'.repeat(300_000)],
    ['xml-elements', `<a>${'<b/>'.repeat(50_000)}</a>`],
    ['xml-attributes', `<a ${Array.from({ length: 257 }, (_, at) => `x${at}="1"`).join(' ')}/>`],
    ['xml-text-size', `<a>${'x'.repeat(65_537)}</a>`],
    ['xml-text-size', `<a b="${'x'.repeat(65_537)}"/>`],
    ['xml-text-size', `<a><skipped>${'x'.repeat(65_537)}</skipped></a>`],
    ['xml-size', ' '.repeat(20_000_001)],
  ])('names the limit that was broken: %s', (rule, text) => {
    expect(ruleOf(() => readXml(text, new Set(['skipped'])))).toBe(rule)
  })

  it('reads up to the limits', () => {
    expect(ruleOf(() => readXml('<a>'.repeat(64) + '</a>'.repeat(64)))).toBe('accepted')
    expect(readXml(`<a>${'<b/>'.repeat(49_999)}</a>`).children).toHaveLength(49_999)
  })

  it('passes over the picks of a great earthquake without keeping them', () => {
    const pick = '<pick><time><value>1</value></time><x/><y/></pick>'
    const root = readXml(`<a>${pick.repeat(20_000)}<event>kept</event></a>`, new Set(['pick']))
    expect(root.children.map(({ local, text }) => [local, text])).toEqual([['event', 'kept']])
  })

  it('stops counting even what it does not keep', () => {
    expect(ruleOf(() => readXml(`<a>${'<pick/>'.repeat(500_000)}</a>`, new Set(['pick'])))).toBe('xml-elements')
  })
})
