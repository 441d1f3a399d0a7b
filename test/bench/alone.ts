// npm run bench -- --only alone: what one well-behaved outlet waits for when its four neighbours are in trouble, beside the
// same outlet alone. Two whole installations, rounds in rotated order, the ratio per round (DESIGN L2, dispatch.ts).
import { openChannels, type Manner } from './channels.ts'
import { startQuakedesk } from './installation.ts'
import { judge, ratioSpread } from './measure.ts'
import { printSamples, takeRounds } from './rounds.ts'
import { onStage } from './stage.ts'

/** The first is the outlet alone; the last stands behind the others in the list, where it would wait longest for them. */
const MANNERS: readonly Manner[] = ['answer', 'hang', 'refuse', 'drip', 'fail', 'answer']

/** Runs the section. */
export async function benchAlone(rounds: number, perRound: number): Promise<void> {
  await onStage(async (stage) => {
    const channels = await openChannels(stage, MANNERS)
    const [only = '', ...together] = channels.urls
    const alone = await startQuakedesk(stage, 'alone', [only])
    const beside = await startQuakedesk(stage, 'beside', together)
    const samples = await takeRounds([alone, beside], rounds, perRound, (subject, feed) =>
      channels.time([subject === alone ? 0 : MANNERS.length - 1], () => subject.post(feed)),
    )
    process.stdout.write(
      'alone: feed bytes → first byte at a good outlet, alone and beside hang, refuse, drip, 5xx; ms\n',
    )
    printSamples(samples, 'alone')
    judge('p50 ≤ 1.5 × alone', ratioSpread(samples.get('beside') ?? [], samples.get('alone') ?? []), 1.5)
  })
}
