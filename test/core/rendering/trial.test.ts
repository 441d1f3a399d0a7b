// What a changed template must pass before it may be put in force: the shipped ones pass, and each kind of slip is found and named.
import { describe, expect, it } from 'vitest'
import { countCharacters } from '../../../src/core/rendering/spoken-name.ts'
import { listExamples, listSituations } from '../../../src/core/rendering/trial-facts.ts'
import { mergeTemplates, tryTemplates } from '../../../src/publish/template-trial.ts'
import { EVERY_KIND, NOTICE_KINDS, WRITTEN_KINDS } from '../../../src/core/notice.ts'
import { weibo } from '../../../channels/weibo/index.ts'
import { robot } from '../../../channels/robot/index.ts'
import { readTemplates } from './facts.ts'

const shipped = readTemplates()
const bureau = {
  name: '安平市地震局',
  shortName: '安平地震',
  serialPrefix: '安震信',
  publicUrl: 'https://dzj.example.gov.cn',
  home: '安平市',
}
const tryWith = async (files: Record<string, string>, outlets: Parameters<typeof tryTemplates>[3] = []) =>
  (await tryTemplates(mergeTemplates(shipped, files), Object.keys(files), bureau, outlets)).faults
const sourceOf = (file: string): string => shipped.get(file) ?? ''

describe('a version', () => {
  it('is tried on every kind that a determination makes, in both lanes, and on every kind that people write, of which there is no drill', () => {
    const all = listSituations(bureau)
    expect(new Set(all.map(({ facts }) => `${facts.kind} ${facts.class}`))).toEqual(
      new Set([
        ...NOTICE_KINDS.flatMap((kind) => [`${kind} actual`, `${kind} drill`]),
        ...WRITTEN_KINDS.map((kind) => `${kind} actual`),
      ]),
    )
    expect(all.length).toBeGreaterThan(100)
  })

  it('is tried on the longest and the shortest that may be written, and on a bulletin with counts and an opinion', () => {
    for (const kind of WRITTEN_KINDS) {
      const words = listSituations(bureau).flatMap(({ facts }) => (facts.kind === kind ? (facts.written ?? []) : []))
      expect(words.map(({ heading }) => countCharacters(heading))).toContain(30)
      expect(words.map(({ summary }) => countCharacters(summary))).toContain(70)
      expect(words.some(({ shocks, trend }) => shocks === null && trend === null)).toBe(true)
      expect(words.some(({ shocks, trend }) => shocks !== null && trend !== null)).toBe(kind === 'bulletin')
    }
  })

  it('is shown to its signer with one example of every kind, of a bulletin the one that quotes an opinion', () => {
    const examples = listExamples(bureau)
    expect(new Set(examples.map(({ facts }) => facts.kind))).toEqual(new Set(EVERY_KIND))
    expect(examples.find(({ facts }) => facts.kind === 'bulletin')?.facts.written?.trend).toBeTruthy()
  })

  it('that is the shipped one passes', async () => {
    expect(await tryWith({})).toEqual([])
  })

  it('that says the same in other words passes', async () => {
    const file = '_surroundings.liquid'
    expect(await tryWith({ [file]: sourceOf(file).replace('震中', '本次地震震中') })).toEqual([])
  })

  it.each([
    ['a field that no notice has', 'quick-report.liquid', '{{ magnitudes }}', /没有字段 magnitudes/],
    ['a value that is sometimes unsaid', 'formal-report.liquid', '{{ depth }}', /在此情形没有内容/],
    ['a forecast', 'formal-report.liquid', '近期不会发生更大地震。', /预测用语/],
    ['a tag that computes', 'quick-report.liquid', '{% assign a = 1 %}', /不能使用/],
    ['an early warning', 'formal-report.liquid', '地震预警信息。', /预警/],
    ['a script', 'notice.website.liquid', '<script src="https://e.example/x.js"></script>', /不允许的标记 <script/],
    ['an attribute that runs', 'notice.website.liquid', '<p onclick="x()">{{ text }}</p>', /不允许的标记 <p/],
    [
      'a link out of the page',
      'notice.wechat-article.liquid',
      '<a href="https://e.example">{{ text }}</a>',
      /不允许的标记 <a/,
    ],
    ['a picture of others', 'notice.website.liquid', '<img src=x>', /不允许的标记 <img/],
    ['an entity', 'notice.website.liquid', '&#60;p', /不允许的标记 &#60;/],
    ['a tag that a value would complete', 'notice.website.liquid', '<p{{ bureau }}>', /不允许的标记 <p/],
    [
      'loops in loops',
      'notice.website.liquid',
      '{% for a in nearest %}{% for b in nearest %}{{ b.name }}{% endfor %}{% endfor %}',
      /循环里不能再有循环/,
    ],
    [
      'partials that name each other many times over',
      '_surroundings.liquid',
      "{% include '_marker' %}".repeat(120),
      /不能使用：includes too many/,
    ],
    ['felt as a fact', 'formal-report.liquid', '全市有感。', /有感/],
    ['another address', '_marker.liquid', '{{ serialReport }} {{ url }} https://e.example', /有且只有一个本公告网址/],
    ['markup in a plain text', 'quick-report.liquid', '<p>', /纯文本|不允许/],
  ])('with %s is refused, and told where', async (_what, file, words, message) => {
    const faults = await tryWith({ [file]: `${sourceOf(file)}${words}` })
    expect(faults.length).toBeGreaterThan(0)
    expect(faults.map(({ what }) => what).join('\n')).toMatch(message)
    expect(faults[0]?.where).not.toBe('')
  })

  it('that drops what the regulated sentence must say is refused', async () => {
    const file = '_determination.liquid'
    const faults = await tryWith({ [file]: sourceOf(file).replaceAll('左右', '') })
    expect(faults.map(({ what }) => what)).toContain('自动测定须写明“左右”')
  })

  it('whose withdrawal does not begin as one is refused', async () => {
    const file = 'withdrawal-duplicate.liquid'
    const faults = await tryWith({ [file]: sourceOf(file).replace('【撤回】', '关于') })
    expect(faults).toContainEqual(expect.objectContaining({ where: 'text', what: '须以【撤回】开头' }))
  })

  it.each([
    ['other quotation marks', '_trend.liquid', /“(\{\{.*)”/, '「$1」'],
    ['no quotation marks', '_trend.liquid', /[“”]/g, ''],
    ['no issuer', '_trend.liquid', '{{ trendIssuer }}', ''],
    ['another issuer', '_trend.liquid', '{{ trendIssuer }}', '{{ bureau }}'],
    ['no time', '_trend.liquid', '{{ trendTime }}', ''],
    ['another verb', '_trend.liquid', '发布判定意见：', '认为：'],
    ['a full stop in the quotation', '_trend.liquid', '”。', '。”'],
    ['no quotation in its text', 'bulletin.liquid', "{% include '_trend' %}", '趋势见附件。'],
    ['no quotation on its page', '_written-body.liquid', "{% include '_trend' %}", '趋势见附件。'],
    [
      'the opinion once more as its own',
      'bulletin.brief.liquid',
      /$/,
      '{% if trendWords %}{{ trendWords }}。{% endif %}',
    ],
  ])('whose bulletin quotes an opinion with %s is refused by name', async (_what, file, from, to) => {
    const faults = await tryWith({ [file]: sourceOf(file).trimEnd().replace(from, to) })
    const named = faults.filter(({ what }) => what.startsWith('趋势判定意见须加引号原样引用'))
    expect(named.length).toBeGreaterThan(0)
    if (file === '_written-body.liquid')
      expect(named.map(({ where }) => where).toSorted()).toEqual(['website', 'wechat-article'])
  })

  it.each([
    ['bulletin.liquid', '近期不会发生更大地震。', /预测用语/],
    ['science.liquid', '{{ magnitude }}', /在此情形没有内容/],
    ['announcement.title.liquid', '（有关事项的详细说明）', /最多 32 字/],
    ['announcement.brief.liquid', '说明'.repeat(40), /按微博计 \d+ 字，最多 130 字/],
    ['_written-body.liquid', '<p>{{ trendWords }}</p>', /在此情形没有内容/],
  ])('whose %s says what no written word may say, or cannot, is refused', async (file, words, message) => {
    const faults = await tryWith({ [file]: `${sourceOf(file).trimEnd()}${words}` })
    expect(faults.map(({ what }) => what).join('\n')).toMatch(message)
  })

  it('that makes a bulletin which an outlet cannot carry is refused', async () => {
    const outlet = {
      id: 'duty-group',
      class: 'actual' as const,
      channel: robot,
      config: { kind: 'wecom' },
    }
    expect(await tryWith({}, [outlet])).toEqual([])
    const file = 'bulletin.liquid'
    const faults = await tryWith({ [file]: `${sourceOf(file)}${'说明'.repeat(300)}` }, [outlet])
    expect(faults).toContainEqual(expect.objectContaining({ where: 'duty-group' }))
  })

  it('that is too long for its channels is refused, by the general rule and by the outlet that could not carry it', async () => {
    const file = 'notice.weibo-minimal.liquid'
    const long = { [file]: `${sourceOf(file)}${'说明'.repeat(70)}` }
    expect((await tryWith(long)).map(({ what }) => what).join()).toMatch(/按微博计 \d+ 字，最多 130 字/)
    const outlet = {
      id: 'weibo-main',
      class: 'actual' as const,
      channel: weibo,
      config: { safeDomain: 'dzj.example.gov.cn' },
    }
    const all = ['notice.weibo.liquid', 'notice.weibo-brief.liquid', file, 'formal-report.weibo-brief.liquid']
    const every = Object.fromEntries(all.map((name) => [name, `${sourceOf(name)}${'说明'.repeat(70)}`]))
    const faults = await tryWith(every, [outlet])
    expect(faults).toContainEqual(expect.objectContaining({ where: 'weibo-main' }))
  })
})
