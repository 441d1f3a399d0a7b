// In: bureaux by their YAML. Out: whether the program tells at start what would have kept them silent at night.
import { beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { channels } from '../../channels/index.ts'
import { rehearseWords, type Doubt } from '../../src/app/own-words.ts'
import { loadTemplates } from '../../src/app/templates.ts'
import { BadConfig, loadConfig } from '../../src/config.ts'
import { createRenderer, type Renderer } from '../../src/core/rendering/renderer.ts'

let renderer: Renderer
beforeAll(async () => {
  renderer = createRenderer(await loadTemplates('notices'))
})

const WEIBO = { id: 'weibo-main', channel: 'weibo', accessToken: 'x', uid: '1', safeDomain: 'gov.cn', rip: '127.0.0.1' }

function start(bureau: Record<string, unknown>, outlets: object[] = [{ id: 'site', channel: 'website' }]): Doubt[] {
  const yaml = stringify({
    bureau: {
      name: '合肥市地震局',
      shortName: '合肥地震',
      publicUrl: 'https://dzj.hefei.gov.cn',
      serialPrefix: '合震信',
      attenuation: 'east',
      ...bureau,
      home: { name: '合肥市', code: '340100', latitude: 31.82, longitude: 117.23, ...(bureau['home'] as object) },
    },
    outlets,
  })
  return rehearseWords(loadConfig(yaml, '/', {}, channels, false), renderer)
}

/** The sentences that the start ends with. */
function refusal(bureau: Record<string, unknown>): readonly string[] {
  try {
    start(bureau)
    return []
  } catch (error) {
    if (error instanceof BadConfig) return error.faults
    throw error
  }
}

describe('a bureau that starts', () => {
  it.each([
    { name: '合肥市地震局' },
    { name: '兰山区应急管理局', shortName: '兰山应急', serialPrefix: '兰应急震信' },
    { name: '新疆维吾尔自治区地震局', serialPrefix: '新震信' },
    { name: '克孜勒苏柯尔克孜自治州地震局（防震减灾服务中心）', home: { name: '克孜勒苏柯尔克孜自治州' } },
    { name: '安徽省震情中心', shortName: '震情中心', serialPrefix: '震情' },
  ])('is heard: $name', (bureau) => {
    expect(start(bureau, [{ id: 'site', channel: 'website' }, WEIBO])).toEqual([])
  })

  it.each([
    { name: '合肥市地震预报中心', shortName: '合肥预报', serialPrefix: '合预报' },
    { name: '合肥市地震风险防治中心', shortName: '地震风险中心', serialPrefix: '地震风险' },
    { name: '合肥市地震概率预测与预警中心' },
    { name: '合肥市违法建筑抗震加固办公室' },
    { name: '未来科学城应急管理局', home: { name: '未来科学城' } },
  ])('may bear an official name of which a part reads as a forecast or a blame: $name', (bureau) => {
    expect(start(bureau)).toEqual([])
  })

  it.each([
    [{ name: '合肥市地震局<b>' }, 'bureau.name = "合肥市地震局<b>": ', 'bureauName: holds marks'],
    [{ shortName: '合肥#地震#' }, 'bureau.shortName = "合肥#地震#": ', 'bureauShortName: holds marks'],
    [{ serialPrefix: '【合】震信' }, 'bureau.serialPrefix = "【合】震信": ', 'serial: holds marks'],
    [{ publicUrl: 'https://合肥.cn/#/' }, 'bureau.publicUrl = ', 'must end before ? and #'],
    [{ home: { name: '合'.repeat(31) } }, 'bureau.home.name = ', 'longer than 30 characters'],
  ])('is told which key would silence it: %j', (bureau, key, why) => {
    const [fault = '', ...more] = refusal(bureau)
    expect(fault.startsWith(key), fault).toBe(true)
    expect(fault).toContain(why)
    expect(more).toEqual([])
  })

  it.each([
    [{ name: '某省应急管理厅' }, 'bureau.name', '某省应急管理厅'],
    [{ name: 'XX市地震局' }, 'bureau.name', 'XX市地震局'],
    [{ serialPrefix: 'X震信' }, 'bureau.serialPrefix', 'X震信'],
    [{ home: { name: '某市' } }, 'bureau.home.name', '某市'],
  ])('speaks under a name that reads as a blank, and a person is told: %j', (bureau, key, name) => {
    const [doubt, ...more] = start(bureau)
    expect(doubt).toMatchObject({
      id: key,
      class: 'actual',
      why: expect.stringContaining(`“${name}”像是没有填写`) as string,
    })
    expect(more).toEqual([])
  })

  it('is told of every such key at once', () => {
    const faults = refusal({ name: '合肥<b>', serialPrefix: '【合】震信', home: { name: '合'.repeat(31) } })
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'bureau.name',
      'bureau.serialPrefix',
      'bureau.home.name',
    ])
  })

  it('hears of an outlet that could never carry its notices; the others are not held up', () => {
    const outlets = [WEIBO, { id: 'site', channel: 'website' }, { ...WEIBO, id: 'weibo-drill', class: 'drill' }]
    const misplaced = start({ publicUrl: 'https://dzj.hefei.cn' }, outlets)
    expect(misplaced.map((outlet) => [outlet.id, outlet.class])).toEqual([
      ['weibo-main', 'actual'],
      ['weibo-drill', 'drill'],
    ])
    expect(misplaced[0]?.why).toMatch(/^weibo-main 发不出 quick-report：网址 .* 不在安全域名 gov\.cn 下/)
    const [long] = start({ publicUrl: `https://dzj.hefei.gov.cn/${'a'.repeat(120)}` }, outlets)
    expect(long?.why).toContain('超过 130 字')
  })
})
