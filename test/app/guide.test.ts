// In: the signature under the science texts, and the texts. Out: hidden, or shown; what changed after it was signed is said aloud.
import { describe, expect, test } from 'vitest'
import { checkAnnouncements, judgeGuide } from '../../src/app/guide.ts'
import { BadConfig } from '../../src/config.ts'
import { loadTemplates } from '../../src/app/templates.ts'
import { hashText } from '../../src/publish/template-trial.ts'

const AT = Date.UTC(2026, 0, 5)
const shipped = await loadTemplates('pages')
const text = shipped.get('guide.yaml') ?? ''
const signed = (of: string) => ({
  demonstration: false,
  guide: { signedBy: '张审定', signedAt: AT, sha256: hashText(of) },
})
const changed = (to: string) => new Map([...shipped, ['guide.yaml', to]])

describe('the science texts', () => {
  test('are hidden without a signature, and nothing is amiss', () => {
    expect(judgeGuide({ demonstration: false, guide: null }, shipped)).toEqual({
      standing: { as: 'hidden' },
      doubts: [],
    })
  })

  test('are shown as signed when the hash is that of the file', () => {
    expect(judgeGuide(signed(text), shipped)).toEqual({
      standing: { as: 'signed', by: '张审定', at: AT },
      doubts: [],
    })
  })

  test('go into hiding when one letter changed, with the new hash in the alarm', () => {
    const other = `${text}#`
    const { standing, doubts } = judgeGuide(signed(text), changed(other))
    expect(standing).toEqual({ as: 'hidden' })
    expect(doubts).toEqual([{ id: 'guide', class: 'actual', why: expect.stringContaining(hashText(other)) }])
  })

  test('go into hiding when they predict, signed or not', () => {
    const other = text.replace('震前', '未来三天还会有更大地震')
    const { standing, doubts } = judgeGuide(signed(other), changed(other))
    expect(standing).toEqual({ as: 'hidden' })
    expect(doubts[0]?.why).toContain('forecast')
  })

  test('are samples in the demonstration', () => {
    expect(judgeGuide({ demonstration: true, guide: null }, shipped).standing).toEqual({ as: 'sample' })
  })
})

test('an announcement that predicts stops the start, by name', () => {
  const one = (words: string) => [{ title: '通知', text: words, signedBy: '办公室', publishedAt: AT }]
  expect(() => checkAnnouncements(one('定于5月12日上午开展演练。'))).not.toThrow()
  expect(() => checkAnnouncements(one('预计三天内将发生6级地震。'))).toThrow(BadConfig)
})
