// What a source's list had when it was taken over last is passed over; nothing else is.
import { expect, it } from 'vitest'
import { openParsing } from '../../src/app/parsing.ts'

const item = (second: number, magnitude = '4.5'): string =>
  `<item><title>宁夏吴忠市发生${magnitude}级地震</title><guid isPermaLink="false">CC2026112209000${second}</guid>` +
  `<description>发震时刻(UTC+8) 2026-11-22 09:00:0${second}&lt;br&gt;参考位置 宁夏吴忠市利通区&lt;br&gt;震级(M) ${magnitude}` +
  `&lt;br&gt;纬度(°) 37.90&lt;br&gt;经度(°) 106.20&lt;br&gt;深度(千米) 10</description></item>`
const list = (items: string[], more = ''): string =>
  `<rss version="2.0"${more}><channel><title>速报</title>${items.join('\n')}</channel></rss>`
const source = { id: 'cenc', format: 'rss' } as const

it('a list costs what is new in it, once it was taken over; a crash before that reads it again', async () => {
  const parse = openParsing()
  const read = async (text: string, id = 'cenc'): Promise<{ ids: string[]; taken: () => void }> => {
    const { parsed, taken } = await parse({ ...source, id }, text)
    expect(parsed.refused).toEqual([])
    return { ids: parsed.reports.map((report) => report.sourceEventId.slice(-1)), taken }
  }
  const two = list([item(2), item(1)])
  expect((await read(two)).ids).toEqual(['2', '1'])
  const again = await read(two)
  expect(again.ids).toEqual(['2', '1'])
  again.taken()
  expect((await read(two)).ids).toEqual([])
  expect((await read(two, 'another source')).ids).toEqual(['2', '1'])
  expect((await read(list([item(3), item(2), item(1, '4.6')]))).ids).toEqual(['3', '1'])
  expect((await read(list([item(2), item(1)], ' xmlns:a="urn:a"'))).ids).toEqual(['2', '1'])
  ;(await read(list([item(3)]))).taken()
  expect((await read(list([item(3), item(2)]))).ids).toEqual(['2'])
})
