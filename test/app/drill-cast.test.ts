// In: invented bureaux whose sources are called otherwise than a scenario's. Out: who plays whom in a drill.
import { expect, test } from 'vitest'
import { castSources } from '../../src/app/drill-cast.ts'

const source = (id: string, authority: string) => ({ id, authority })
const PLAYED = [source('cenc', 'official-national'), source('usgs', 'foreign'), source('mirror', 'mirror')]

test('a scenario’s national list is played by the bureau’s own door to it, whatever that is called', () => {
  const cast = castSources(PLAYED, [source('cea-push', 'official-national'), source('abroad', 'foreign')])
  expect(Object.fromEntries(cast)).toEqual({ cenc: 'cea-push', usgs: 'abroad', mirror: 'mirror' })
})

test('a source of the same name plays itself, and nobody else', () => {
  const second = source('second', 'official-national')
  const cast = castSources(
    [second, ...PLAYED],
    [source('push', 'official-national'), source('cenc', 'official-national')],
  )
  expect(cast.get('cenc')).toBe('cenc')
  expect(cast.get('second')).toBe('push')
})

test('nobody plays above its standing, and no two play one part', () => {
  const provincial = castSources(PLAYED, [source('province', 'official-provincial'), source('view', 'mirror')])
  expect(Object.fromEntries(provincial)).toEqual({ cenc: 'cenc', usgs: 'usgs', mirror: 'view' })
  const two = castSources([source('a', 'foreign'), source('b', 'foreign')], [source('usgs', 'foreign')])
  expect([...two.values()]).toEqual(['usgs', 'b'])
})
