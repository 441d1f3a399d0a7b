// In: names and texts, hostile ones too. Out: proof that a strict parser reads back what was meant.
import * as fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { anyText as anyUnits } from '../channels/fakes.ts'
import { element, replaceUnwritable, writeXml } from '../../src/core/xml.ts'

interface Read {
  text: string
  attributes: Record<string, string>
}

/** Throws where the document is not well-formed. */
function read(document: string): Read {
  const found: Read = { text: '', attributes: {} }
  const parser = new SaxesParser({ fragment: false })
  parser.on('error', (error) => {
    throw error
  })
  let isInside = false
  parser.on('opentag', (tag) => {
    isInside = true
    Object.assign(found.attributes, tag.attributes)
  })
  parser.on('closetag', () => (isInside = false))
  parser.on('text', (text) => {
    if (isInside) found.text += text
  })
  parser.write(document).close()
  return found
}

const anyText = fc.oneof(
  anyUnits,
  fc.constantFrom(']]>', '\r\n', '\t', '<![CDATA[', '&#0;', '\ud800x', '\ufffe', '\u0000'),
)

test('content and attributes are read back as they were, less what no document may hold', () => {
  fc.assert(
    fc.property(anyText, anyText, (text, value) => {
      const document = writeXml(element('a', text, { b: value }))
      expect(read(document)).toEqual({ text: replaceUnwritable(text), attributes: { b: replaceUnwritable(value) } })
    }),
  )
})

test('what no document may hold is seen as such, and nothing else is changed', () => {
  expect(replaceUnwritable('a\u0000b\u001f\u007f\u0085\ud800\ufffe\uffff')).toBe(`a\ufffdb${'\ufffd'.repeat(6)}`)
  const fine = 'a\t\n\r 震𠮷😀\u202e\ue000'
  expect(replaceUnwritable(fine)).toBe(fine)
})

test('nothing in a text can end what embeds it, nor begin markup', () => {
  const document = writeXml(element('a', ']]><b c="d">&e;', { f: '"\'><g' }))
  expect(document).not.toContain(']]>')
  expect(document.match(/</g)).toHaveLength(3)
})

test('a name that is none is a fault of the program and is thrown', () => {
  for (const name of ['', '1a', 'a b', 'a>', 'a:b:c', 'xml:']) expect(() => element(name)).toThrow(/no XML name/)
  expect(() => element('a', [], { 'b c': '' })).toThrow(/no XML name/)
})

test('an empty element and one that is left out', () => {
  expect(writeXml(element('a', [element('b'), null]))).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<a><b/></a>\n')
})
