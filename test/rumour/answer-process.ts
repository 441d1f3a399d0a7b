// In: how to reach a record, its secret and its clock; then acts, again and again. Out: what came of them, over the same channel.
// It is the second program of the races: another process, with connections, a ledger and a memory of its own.
import type { Connection } from '../../src/store/postgres/start.ts'
import { actTogether, type Act, type Outcome, type Scene } from './answer-acts.ts'
import { openAnswerNode } from './answer-desk.ts'
import { contextByHand } from './context-by-hand.ts'

export interface Order {
  now: number
  scene: Scene
  acts: Act[]
}
export type Answer = { outcomes: Outcome[] } | { fault: string }

const [connection = '', secret = ''] = process.argv.slice(2)
let now = 0
const another = () => contextByHand(Buffer.from(secret, 'hex'), () => now)
const node = await openAnswerNode({ another }, JSON.parse(connection) as Connection, 'node-2')
async function answer({ now: given, scene, acts }: Order): Promise<Answer> {
  now = given
  return actTogether(node, scene, acts).then(
    (outcomes) => ({ outcomes }),
    (error: unknown) => ({ fault: error instanceof Error ? String(error.stack) : String(error) }),
  )
}
process.on('message', (order) => void answer(order as Order).then((said) => process.send?.(said)))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
