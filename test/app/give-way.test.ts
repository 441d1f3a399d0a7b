// In: notices on their way, for short and for long. Out: proof that other work waits for the former, and for the latter once.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openWay } from '../../src/app/give-way.ts'

const LONG = 3_600_000

test('what gives way goes on at once when no notice is on its way, else when it has arrived', async () => {
  let isBusy = false
  const giveWay = openWay(() => isBusy, LONG)
  await giveWay()
  isBusy = true
  let went = false
  const waiting = giveWay().then(() => (went = true))
  await turn()
  expect(went).toBe(false)
  isBusy = false
  await waiting
})

test('what has no answer for long is waited for once, and others again when it has ended', async () => {
  let isBusy = true
  let looks = 0
  const giveWay = openWay(() => {
    looks += 1
    return isBusy
  }, 10)
  await giveWay()
  const first = looks
  expect(first).toBeGreaterThan(2)
  await giveWay()
  await giveWay()
  expect(looks).toBe(first + 2)
  isBusy = false
  await giveWay()
  isBusy = true
  const again = looks
  await giveWay()
  expect(looks - again).toBe(first)
})
