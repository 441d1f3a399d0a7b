// npm run bench -- --only event: from a feed's bytes to the first byte at each of five channels, ours beside its peers.
// Rounds in rotated order, ratios inside one run; wall time is printed, never asserted by a test (performance.md §8).
import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openChannels } from './channels.ts'
import { startQuakedesk } from './installation.ts'
import { judge, ratioSpread } from './measure.ts'
import { printSamples, takeRounds } from './rounds.ts'
import { onStage, type Stage, type Subject } from './stage.ts'
import { claimPort } from '../../src/town/port.ts'

const CHANNELS = 5

async function startPeer(stage: Stage, name: string, args: string[]): Promise<Subject> {
  const { said } = await stage.launch<{ url: string }>(`${name}.ts`, args)
  return { name, post: (feed) => stage.post(said.url, feed) }
}

async function startBull(stage: Stage, urls: string[]): Promise<Subject | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    process.stdout.write('bull: skipped, no redis-server on this machine\n')
    return null
  }
  const port = String(await claimPort())
  const place = ['--port', port, '--bind', '127.0.0.1', '--dir', stage.folder]
  const keep = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec']
  stage.adopt(spawn('redis-server', [...place, ...keep], { stdio: 'ignore' }))
  await sleep(2_500)
  return startPeer(stage, 'bull', [JSON.stringify(urls), port])
}

/** Runs the section: channels and subjects first, then rounds in rotated order. */
export async function benchEvent(rounds: number, perRound: number): Promise<void> {
  await onStage(async (stage) => {
    const channels = await openChannels(
      stage,
      Array.from({ length: CHANNELS }, () => 'answer' as const),
    )
    const { urls } = channels
    const started = [
      await startPeer(stage, 'naive', [JSON.stringify(urls)]),
      await startBull(stage, urls),
      await startQuakedesk(stage, 'quakedesk', urls),
    ]
    const subjects = started.filter((subject) => subject !== null)
    const samples = await takeRounds(subjects, rounds, perRound, (subject, feed) =>
      channels.time([...urls.keys()], () => subject.post(feed)),
    )
    process.stdout.write('event: feed bytes → first byte at the last of five channels, ms\n')
    printSamples(samples, 'naive')
    const ours = samples.get('quakedesk') ?? []
    judge('p50 ≤ 0.5 × naive', ratioSpread(ours, samples.get('naive') ?? []), 0.5)
    const bull = samples.get('bull')
    if (bull) judge('p50 ≤ 0.25 × bullmq', ratioSpread(ours, bull), 0.25)
  })
}
