// In: manners of channels. Out: their addresses, and the time from an act to the first byte at those that count.
import type { ChildProcess } from 'node:child_process'
import type { Stage } from './stage.ts'

/** answer: at once. fail: HTTP 500. hang: never. refuse: nobody listens. drip: a byte a second, without end. */
export type Manner = 'answer' | 'fail' | 'hang' | 'refuse' | 'drip'

export interface Channels {
  urls: string[]
  /**
   * Milliseconds from the beginning of the act until the last of the expected channels got its first byte.
   * @throws when one of them is not called within 5 s: a missed sample must not make a run look better
   */
  time(expected: readonly number[], act: () => Promise<void>): Promise<number>
}

const MISSED_MS = 5_000
/** What follows the first byte (outcomes on record, acknowledgements) ends before the next sample begins. */
const SETTLE_MS = 15

function hear<T>(child: ChildProcess, within: number, missed: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(missed)), within)
    child.once('message', (message) => {
      clearTimeout(timer)
      resolve(message as T)
    })
  })
}

/** Starts the channels in a process of their own. */
export async function openChannels(stage: Stage, manners: readonly Manner[]): Promise<Channels> {
  const { child, said } = await stage.launch<{ urls: string[] }>('receivers.ts', [JSON.stringify(manners)])
  return {
    urls: said.urls,
    time: async (expected, act) => {
      const ready = hear(child, MISSED_MS, 'the channels do not answer')
      child.send({ expect: expected })
      await ready
      const called = hear<{ times: string[] }>(child, MISSED_MS, 'a channel was never called')
      const started = process.hrtime.bigint()
      const [{ times }] = await Promise.all([called, act()])
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const last = times.reduce((most, at) => (BigInt(at) > most ? BigInt(at) : most), 0n)
      return Number(last - started) / 1e6
    },
  }
}
