// In: samples and child processes. Out: quantiles, ratios per round with their own spread, ports, first messages.
// Must not hide spread: a ratio is printed with its lowest and highest round.
import type { ChildProcess } from 'node:child_process'

/** Value below which the share q of the samples lies; nearest rank. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

/** Ratio of medians over all rounds, and the interquartile spread of the per-round ratios. */
export function ratioSpread(
  ours: readonly number[][],
  peer: readonly number[][],
): { text: string; low: number; high: number; middle: number } {
  const rounds = ours.map((round, index) => median(round) / median(peer[index] ?? []))
  const [low, middle, high] = [quantile(rounds, 0.25), median(rounds), quantile(rounds, 0.75)]
  return { text: `${middle.toFixed(2)} (${low.toFixed(2)}..${high.toFixed(2)})`, low, high, middle }
}

export function waitForMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('a process of the bench ended'))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}

/** Prints the verdict: UNSURE when the spread of the rounds crosses the goal. */
export function judge(goal: string, ratio: ReturnType<typeof ratioSpread>, limit: number): void {
  const verdict = ratio.high <= limit ? 'PASS' : ratio.low > limit ? 'FAIL' : 'UNSURE'
  process.stdout.write(`  ${verdict}  ${goal}: ${ratio.text}\n`)
}

/** The same for a goal that wants at least so much. */
export function judgeAtLeast(goal: string, ratio: ReturnType<typeof ratioSpread>, limit: number): void {
  const verdict = ratio.low >= limit ? 'PASS' : ratio.high < limit ? 'FAIL' : 'UNSURE'
  process.stdout.write(`  ${verdict}  ${goal}: ${ratio.text}\n`)
}
