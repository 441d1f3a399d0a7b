// In: subjects and how to take one sample. Out: samples per subject and round, taken in rotated order.
import { createFeeds } from './events.ts'
import { median, quantile, ratioSpread } from './measure.ts'
import type { Subject } from './stage.ts'

const WARM = 20
/** Below this the 99th percentile is a handful of samples: the maximum is printed instead (performance.md §8). */
const ENOUGH_FOR_P99 = 500

export type Samples = ReadonlyMap<string, number[][]>

/**
 * Seeds every subject with a list, warms it, then takes the rounds; every sample is a list with one event that is new.
 * @param sample milliseconds of one sample
 */
export async function takeRounds(
  subjects: readonly Subject[],
  rounds: number,
  perRound: number,
  sample: (subject: Subject, feed: string) => Promise<number>,
): Promise<Samples> {
  const samples = new Map<string, number[][]>(subjects.map((s) => [s.name, []]))
  const feeds = new Map(subjects.map((s) => [s.name, createFeeds(Date.now())]))
  const numbers = new Map(subjects.map((s) => [s.name, 0]))
  const write = (subject: Subject): string => {
    const number = numbers.get(subject.name) ?? 0
    numbers.set(subject.name, number + 1)
    return feeds.get(subject.name)?.(number) ?? ''
  }
  const next = (subject: Subject): Promise<number> => sample(subject, write(subject))
  for (const subject of subjects) await subject.post(write(subject))
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  for (const subject of subjects) for (let index = 0; index < WARM; index += 1) await next(subject)
  for (let round = 0; round < rounds; round += 1) {
    const order = subjects.map((_, index) => subjects[(index + round) % subjects.length]).filter((s) => s !== undefined)
    for (const subject of order) {
      const times: number[] = []
      for (let index = 0; index < perRound; index += 1) times.push(await next(subject))
      samples.get(subject.name)?.push(times)
    }
  }
  return samples
}

/** Prints one line per subject, each beside the one that the ratios are taken to. */
export function printSamples(samples: Samples, base: string): void {
  const width = Math.max(...[...samples.keys()].map((name) => name.length))
  for (const [name, rounds] of samples) {
    const all = rounds.flat()
    const top = `max ${Math.max(...all).toFixed(2)}`
    const high = all.length >= ENOUGH_FOR_P99 ? `p99 ${quantile(all, 0.99).toFixed(2)}  ${top}` : top
    const ratio = name === base ? '' : `  × ${base} ${ratioSpread(rounds, samples.get(base) ?? []).text}`
    const low = `min ${Math.min(...all).toFixed(2)}`
    process.stdout.write(
      `  ${name.padEnd(width)}  n ${String(all.length).padStart(4)}  ${low}  p50 ${median(all).toFixed(2)}  p90 ${quantile(all, 0.9).toFixed(2)}  ${high}${ratio}\n`,
    )
  }
}
