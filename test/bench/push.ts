// npm run bench -- --only push: processor time per message at the moment of an event, ours beside a web-push loop, against
// the strict push stand-in in another process; then a hundred thousand subscribers once. Every message is opened and read.
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import webpush from 'web-push'
import { judgeAtLeast, median, quantile, ratioSpread } from './measure.ts'
import { benchMany } from './push-many.ts'
import type { PushCost } from './push-sender.ts'
import { ask, type ServiceCheck } from './push-orders.ts'
import { SUBJECTS } from './push-subjects.ts'
import { onStage, type Stage } from './stage.ts'

const PEER = 'web-push loop'
const GOALS: Readonly<Record<string, number>> = { 'prepared keys': 12, 'fresh keys': 4 }
/** Bytes of the message, as in performance.md §1. */
const LENGTH = 300

/** A notice as it would be pushed, another one each time. */
function writeText(number: number): string {
  const message = { v: 1, kind: 'formal-report', title: `试震信〔2026〕${number}号`, body: '' }
  const short = Buffer.byteLength(JSON.stringify(message))
  return JSON.stringify({ ...message, body: 'x'.repeat(LENGTH - short) })
}

/** One event: sent by the subject, then opened by every device. @throws when one message is missing, doubled or other */
async function sendOnce(
  service: ChildProcess,
  sender: ChildProcess,
  text: string,
  count: number,
): Promise<{ cost: PushCost; found: ServiceCheck }> {
  const cost = await ask<PushCost>(sender, { text })
  const found = await ask<ServiceCheck>(service, { do: 'check', text })
  if (cost.accepted !== count || found.messages !== count || found.devices !== count)
    throw new Error(`of ${count}: ${cost.accepted} × 201, ${JSON.stringify(found)}`)
  return { cost, found }
}

async function startSender(stage: Stage, name: string, file: string): Promise<ChildProcess> {
  const { child } = await stage.launch('push-sender.ts', [name, file])
  return child
}

function printCosts(costs: ReadonlyMap<string, PushCost[]>, perRound: number): void {
  const width = Math.max(...[...costs.keys()].map((name) => name.length))
  for (const [name, rounds] of costs) {
    const cpu = rounds.map((one) => (one.cpuMs * 1_000) / perRound)
    const rate = rounds.map((one) => (perRound / one.wallMs) * 1_000)
    process.stdout.write(
      `  ${name.padEnd(width)}  CPU µs/message ${median(cpu).toFixed(0)} (${quantile(cpu, 0).toFixed(0)}..${Math.max(...cpu).toFixed(0)})` +
        `  wall ${median(rate).toFixed(0)}/s  idle before ${((median(rounds.map((one) => one.prepareCpuMs)) * 1_000) / perRound).toFixed(0)} µs\n`,
    )
  }
}

/** @returns microseconds of the peer's processor time per message */
async function benchRounds(stage: Stage, service: ChildProcess, rounds: number, perRound: number): Promise<number> {
  const file = join(stage.folder, 'subscriptions.json')
  await ask(service, { do: 'subscribe', count: perRound, vapid: webpush.generateVAPIDKeys(), file })
  const names = Object.keys(SUBJECTS)
  const senders = new Map<string, ChildProcess>()
  for (const name of names) senders.set(name, await startSender(stage, name, file))
  const costs = new Map<string, PushCost[]>(names.map((name) => [name, []]))
  let number = 0
  const sendAs = async (name: string): Promise<PushCost> => {
    const sender = senders.get(name)
    if (!sender) throw new Error(`no sender ${name}`)
    number += 1
    return (await sendOnce(service, sender, writeText(number), perRound)).cost
  }
  for (const name of names) await sendAs(name)
  for (let round = 0; round < rounds; round += 1) {
    const rotated = names.map((_, index) => names[(index + round) % names.length] ?? PEER)
    for (const name of rotated) costs.get(name)?.push(await sendAs(name))
  }
  process.stdout.write(
    `push: ${perRound} subscribers, ${LENGTH} bytes; every message answered 201, opened and compared\n`,
  )
  printCosts(costs, perRound)
  const perMessage = (name: string): number[][] => (costs.get(name) ?? []).map((one) => [one.cpuMs])
  for (const [name, goal] of Object.entries(GOALS))
    if (costs.has(name))
      judgeAtLeast(`${name}: CPU ≥ ${goal} × less than the loop`, ratioSpread(perMessage(PEER), perMessage(name)), goal)
  for (const sender of senders.values()) sender.kill()
  return (median(perMessage(PEER).flat()) * 1_000) / perRound
}

/** Runs the section; the last part with that many subscribers, none to leave it out. */
export async function benchPush(rounds: number, perRound: number, many: number): Promise<void> {
  await onStage(async (stage) => {
    const { child: service } = await stage.launch('push-service.ts', [])
    const loop = await benchRounds(stage, service, rounds, perRound)
    if (many > 0) await benchMany(stage, service, many, loop)
  })
}
