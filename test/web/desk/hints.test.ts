// In: lines to the desk from this page, from another site, from nowhere. Out: who gets one. No database.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { request } from 'undici'
import { openHints, type Hints } from '../../../src/web/desk/hints.ts'

let http: Server
let hints: Hints
let host: string

beforeAll(async () => {
  http = createServer()
  hints = openHints(http, { isSeated: async () => true, carrier: null })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  host = `127.0.0.1:${(http.address() as AddressInfo).port}`
})
afterAll(() => hints.close())

test('only the desk’s own pages are let in: another site is not, nor what is no origin at all', async () => {
  const ask = async (origin?: string): Promise<number> => {
    const answer = await request(`http://${host}/desk/live/?EIO=4&transport=polling`, {
      headers: origin === undefined ? {} : { origin },
    })
    await answer.body.dump()
    return answer.statusCode
  }
  expect(await ask()).toBe(200)
  expect(await ask(`http://${host}`)).toBe(200)
  expect(await ask(`https://${host}`)).toBe(200)
  expect(await ask('https://elsewhere.example')).toBe(403)
  expect(await ask(`https://elsewhere.example/${host}`)).toBe(403)
  expect(await ask('null')).toBe(403)
  expect(await ask(host)).toBe(403)
})
