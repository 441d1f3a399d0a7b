// In: this machine. Out: what a reader needs to weigh the figures below it (performance.md §8): versions, load, how far the
// processors scale, how fast the disk says that it has written. Must not take more than a few seconds.
import { spawnSync } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }

const SYNC_MS = 500

/** The three load averages of the kernel. */
export function readLoad(): string {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')
}

function firstMatch(command: string, args: string[], pattern: RegExp): string | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 })
  return status === 0 ? (pattern.exec(stdout)?.[1] ?? null) : null
}

/** Pins of package.json, which are what is installed, and what the machine brings. */
function listVersions(): string {
  const pins: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    postgres: Object.values(manifest.optionalDependencies)[0] ?? '',
  }
  const installed = {
    'redis-server': firstMatch('redis-server', ['--version'], /v=([\d.]+)/) ?? 'absent',
    openssl: firstMatch('openssl', ['version'], /^OpenSSL ([\w.]+)/) ?? 'absent',
  }
  const named = ['fastify', 'pg', 'postgres', 'undici', 'rss-parser', 'liquidjs', 'bullmq', 'ioredis', 'web-push']
  return [
    ...named.map((name) => `${name} ${pins[name] ?? '?'}`),
    ...Object.entries(installed).map((e) => e.join(' ')),
  ].join(', ')
}

/** fdatasync calls per second of small appends, in the folder where the section's databases will stand. */
function measureSync(): number {
  const folder = mkdtempSync(join(tmpdir(), 'qd-bench-'))
  const file = openSync(join(folder, 'sync'), 'w')
  const block = Buffer.alloc(512, 1)
  const started = performance.now()
  let count = 0
  while (performance.now() - started < SYNC_MS) {
    writeSync(file, block)
    fdatasyncSync(file)
    count += 1
  }
  const rate = (count / (performance.now() - started)) * 1_000
  closeSync(file)
  rmSync(folder, { recursive: true })
  return rate
}

/** Signing rate of all cores together over that of one: shared vCPUs give far less than their number. */
function measureScaling(): string {
  const rate = (...args: string[]): number =>
    Number(firstMatch('openssl', ['speed', '-mr', '-seconds', '1', ...args, 'ecdhp256'], /^\+F\d+:\d+:\d+:([\d.]+):/m))
  const [one, all] = [rate(), rate('-multi', String(cpus().length))]
  return one > 0 && all > 0 ? `${(all / one).toFixed(2)} × one` : 'unknown (no openssl)'
}

/** Prints the header. */
export function printHeader(): void {
  const { length } = cpus()
  process.stdout.write(
    `node ${process.version}, linux ${release()}, ${length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, load before ${readLoad()}\n` +
      `${listVersions()}\n` +
      `fdatasync ${Math.round(measureSync())}/s in ${tmpdir()}; ${length} cores give ${measureScaling()} (openssl speed -multi, ecdhp256)\n`,
  )
}
