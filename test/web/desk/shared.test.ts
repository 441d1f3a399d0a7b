// In: pages that ask while something is being made. Out: proof that it is made once for all who wait, never before somebody asked,
// and that one that fails takes nobody but its own with it.
import { expect, test } from 'vitest'
import { openShared } from '../../../src/web/desk/shared.ts'

/** What is made says how often it was; it ends when it is let. */
function openMaker(): {
  make: () => Promise<number>
  end: (number: number, fails?: boolean) => void
  begun: () => number
} {
  const ends: ((fails: boolean) => void)[] = []
  return {
    make: () =>
      new Promise((resolve, reject) => {
        const number = ends.length + 1
        ends.push((fails) => (fails ? reject(new Error('away')) : resolve(number)))
      }),
    end: (number, fails = false) => ends[number - 1]?.(fails),
    begun: () => ends.length,
  }
}

test('twenty desks that ask at once have it made twice: for the first, and for all who came while that was made', async () => {
  const share = openShared<number>()
  const maker = openMaker()
  const asked = Array.from({ length: 20 }, () => share('bureau', maker.make))
  expect(maker.begun()).toBe(1)
  maker.end(1)
  expect(await asked[0]).toBe(1)
  await expect.poll(maker.begun).toBe(2)
  maker.end(2)
  expect(new Set(await Promise.all(asked.slice(1)))).toEqual(new Set([2]))
})

test('whoever asks while it is made is not handed what was begun before', async () => {
  const share = openShared<number>()
  const maker = openMaker()
  const first = share('bureau', maker.make)
  const acted = share('bureau', maker.make)
  maker.end(1)
  expect(await first).toBe(1)
  await expect.poll(maker.begun).toBe(2)
  const later = share('bureau', maker.make)
  maker.end(2)
  expect(await acted).toBe(2)
  await expect.poll(maker.begun).toBe(3)
  maker.end(3)
  expect(await later).toBe(3)
})

test('organisations have each their own, and none waits for another', async () => {
  const share = openShared<number>()
  const [bureau, police] = [openMaker(), openMaker()]
  void share('bureau', bureau.make)
  const theirs = share('police', police.make)
  police.end(1)
  expect(await theirs).toBe(1)
})

test('what fails is told to those who waited for it; the next is made as ever', async () => {
  const share = openShared<number>()
  const maker = openMaker()
  const first = share('bureau', maker.make)
  const second = share('bureau', maker.make)
  maker.end(1, true)
  await expect(first).rejects.toThrow('away')
  await expect.poll(maker.begun).toBe(2)
  maker.end(2)
  expect(await second).toBe(2)
  const third = share('bureau', maker.make)
  maker.end(3)
  expect(await third).toBe(3)
})
