// In: notices on their way, for short and for long. Out: proof that other work waits for the former, and for the latter once.
import { expect, test } from 'vitest'
import { openWay } from '../../src/app/give-way.ts'

const nothing = async (): Promise<void> => undefined
const LONG = 3_600_000

test('what gives way goes on at once when no notice is on its way, else when it has arrived', async () => {
  let arrive = (): void => undefined
  let way: Promise<void> | null = null
  const giveWay = openWay([async () => way, nothing], LONG)
  await giveWay()
  way = new Promise((resolve) => (arrive = resolve))
  let went = false
  const waiting = giveWay().then(() => (went = true))
  await new Promise(setImmediate)
  expect(went).toBe(false)
  arrive()
  await waiting
  way = null
  await giveWay()
})

test('what has no answer for long is waited for once, and others again when it has ended', async () => {
  let end = (): void => undefined
  let way: Promise<void> | null = new Promise((resolve) => (end = resolve))
  let asked = 0
  const giveWay = openWay(
    [
      async () => {
        asked += 1
        await way
      },
    ],
    5,
  )
  await giveWay()
  await giveWay()
  await giveWay()
  expect(asked).toBe(1)
  end()
  await new Promise(setImmediate)
  way = null
  await giveWay()
  expect(asked).toBe(2)
})
